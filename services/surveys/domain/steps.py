"""When public figures move. A step of a single response would give away its whole record, so they move by k.

What is shown is never the present: it is the state that was kept k responses ago. In log order each entry counts
`fresh` up or down; when k are fresh, the kept state is announced and the present one is kept.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue

from shared.bench import Projection

StateFigures = Mapping[str, JsonValue]
FiguresAt = Callable[[int], StateFigures]
"""The public figures of what was given and not withdrawn when the entry at this position had just been counted."""


class State(BaseModel):
    """The responses as they were after an entry of the log: the entry's position, how many they were, their figures."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    position: int
    n: int
    figures: StateFigures | None = None


class Announced(State):
    """A state that the public may see; `number` counts the announcements, whether or not each was sent out."""

    number: int


class Steps(Projection):
    """How far a survey's public figures are. The id is the survey's.

    Attributes:
        kept: the state that will be announced next.
        announced: the one that is shown, if any.
        fresh: responses that are not in the kept state.
        unannounced: responses that are not in the announced state.
        final: whether nothing will be announced any more.
        given: responses that were given and not withdrawn.
        withdrawn: those that were withdrawn.
    """

    kept: State | None = None
    announced: Announced | None = None
    fresh: int = 0
    unannounced: int = 0
    final: bool = False
    given: int = 0
    withdrawn: int = 0


class RowSteps(Steps):
    """The same for one row of a public cut: the responses of a survey that chose `code` of a weighting question."""

    survey_id: str
    question_id: str
    code: str


S = TypeVar("S", bound=Steps)


@dataclass(frozen=True)
class Entry:
    """A response given at a position of the log, or one withdrawn there that was given at an earlier one."""

    position: int
    given_at: int | None = None


@dataclass(frozen=True)
class StepRule:
    """How public figures move.

    Attributes:
        step: two announced states differ by so many responses or more.
        first: no state of fewer responses is kept while responses come in.
        closing: no state of fewer is announced at the closing.
    """

    step: int = 5
    first: int = 30
    closing: int = 5


def survey_rule(k: int = 5, first: int = 30) -> StepRule:
    """The rule of a survey as a whole; k is the installation's threshold, which a survey may only raise."""
    return StepRule(step=k, first=max(first, k), closing=k)


def row_rule(k: int = 5, base: int = 30) -> StepRule:
    """The rule of a row of a public cut: steps of 2k, and never on fewer than the base, at the closing neither."""
    return StepRule(step=2 * k, first=max(base, 2 * k), closing=max(base, 2 * k))


def advance(steps: S, entries: Iterable[Entry], figures_at: FiguresAt, rule: StepRule) -> S:
    """Count entries in log order and take the steps that they complete; how the log is cut into batches is no matter.

    `figures_at` is called at the end, in log order, for the states that this batch leaves kept or announced: twice at
    most.
    """
    for entry in entries:
        steps = _withdraw(steps, entry.given_at) if entry.given_at is not None else _give(steps, entry, rule)
    return _with_figures(steps, figures_at)


def finish(steps: S, position: int, figures_at: FiguresAt, rule: StepRule) -> S:
    """Close: announce the present state, if it differs from the announced one by a step; else that one stays, final."""
    if steps.final:
        return steps
    if steps.unannounced >= rule.step and steps.given >= rule.closing:
        present = State(position=position, n=steps.given, figures=figures_at(position))
        steps = steps.model_copy(update={"announced": _numbered(steps, present), "unannounced": 0})
    return steps.model_copy(update={"final": True, "kept": None, "fresh": 0})


def _give(steps: S, entry: Entry, rule: StepRule) -> S:
    given, fresh = steps.given + 1, steps.fresh + 1
    counted = {"given": given, "fresh": fresh, "unannounced": steps.unannounced + 1}
    if steps.final:
        return steps.model_copy(update={"given": given})
    if given < rule.first or (steps.kept is not None and fresh < rule.step):
        return steps.model_copy(update=counted)
    return _step(steps.model_copy(update=counted), entry.position)


def _step(steps: S, position: int) -> S:
    present = State(position=position, n=steps.given)
    update: dict[str, object] = {"kept": present, "fresh": 0}
    if steps.kept is not None:
        update |= {"announced": _numbered(steps, steps.kept), "unannounced": steps.fresh}
    return steps.model_copy(update=update)


def _numbered(steps: Steps, state: State) -> Announced:
    number = 1 if steps.announced is None else steps.announced.number + 1
    return Announced(number=number, position=state.position, n=state.n, figures=state.figures)


def _withdraw(steps: S, given_at: int) -> S:
    """A response that is in the kept state stays in what the public sees until the next step."""
    update = {"given": steps.given - 1, "withdrawn": steps.withdrawn + 1}
    if not steps.final:
        update["fresh"] = steps.fresh - _is_after(given_at, steps.kept)
        update["unannounced"] = steps.unannounced - _is_after(given_at, steps.announced)
    return steps.model_copy(update=update)


def _is_after(position: int, state: State | None) -> bool:
    return state is None or position > state.position


def _with_figures(steps: S, figures_at: FiguresAt) -> S:
    update: dict[str, State] = {}
    for name, state in (("announced", steps.announced), ("kept", steps.kept)):
        if state is not None and state.figures is None:
            update[name] = state.model_copy(update={"figures": figures_at(state.position)})
    return steps.model_copy(update=update)
