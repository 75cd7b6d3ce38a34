"""How the entries of a survey move its steps and its rows' steps; the same for planning a batch and for folding it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from services.surveys.domain.contributions import RowKey
from services.surveys.domain.public_figures import Thresholds
from services.surveys.domain.steps import (
    Entry,
    FiguresAt,
    RowSteps,
    Steps,
    advance,
    finish,
    row_rule,
    survey_rule,
)
from services.surveys.domain.surveys import Survey

S = TypeVar("S", bound=Steps)

Mover = Callable[[S, "Move", FiguresAt], S]

_NEVER = 2**62


@dataclass(frozen=True)
class Move:
    """An entry as the steps see it: a response given or (with `given_at`) withdrawn, or that all are there."""

    position: int
    given_at: int | None = None
    completes: bool = False


@dataclass(frozen=True)
class Plan:
    """Which entries of a batch need figures, by (steps' id, position), and which one announces them, by survey."""

    figures: frozenset[tuple[str, int]] = frozenset()
    announcing: Mapping[str, int] = field(default_factory=dict)


def steps_of(survey: Survey) -> Steps:
    return Steps(id=survey.id)


def row_steps_of(row: RowKey) -> RowSteps:
    return RowSteps(id=row.id, survey_id=row.survey_id, question_id=row.question_id, code=row.code)


def survey_mover(survey: Survey, thresholds: Thresholds) -> Mover[Steps]:
    """How an entry moves a survey's steps; the figures of one that publishes at its closing don't move before."""
    rule = survey_rule(max(survey.step, thresholds.k), thresholds.base)
    if survey.questionnaire.publish != "live":
        rule = replace(rule, first=_NEVER)

    def moved(steps: Steps, move: Move, figures_at: FiguresAt) -> Steps:
        if not move.completes:
            return advance(steps, [Entry(move.position, move.given_at)], figures_at, rule)
        if survey.questionnaire.publish == "never":
            return ended(steps)
        return _renumbered(finish(steps, move.position, figures_at, rule), steps)

    return moved


def _renumbered(last: Steps, before: Steps) -> Steps:
    """What is announced last has a number of its own, even where its figures stay as they were announced before."""
    if last.announced is None or before.final or last.announced != before.announced:
        return last
    announced = last.announced.model_copy(update={"number": last.announced.number + 1})
    return last.model_copy(update={"announced": announced})


def row_mover(survey: Survey, thresholds: Thresholds) -> Mover[RowSteps]:
    """How an entry moves a row's steps. A closing shows no newer state of it: the other rows would tell the rest."""
    rule = row_rule(max(survey.step, thresholds.k), thresholds.base)

    def moved(steps: RowSteps, move: Move, figures_at: FiguresAt) -> RowSteps:
        if move.completes:
            return ended(steps)
        return advance(steps, [Entry(move.position, move.given_at)], figures_at, rule)

    return moved


def ended(steps: S) -> S:
    return steps.model_copy(update={"final": True, "kept": None, "fresh": 0})


def planned(steps: S, moves: Iterable[Move], shard: str, moved: Mover[S]) -> tuple[set[int], int]:
    """Tell which entries of a batch leave a state that stays, so that its figures are needed, and the last to announce.

    0 = none announces. What the steps have seen already is passed over.
    """
    asked: set[int] = set()
    announcing = 0
    for move in moves:
        if steps.seen.get(shard, 0) < move.position:
            asked.add(move.position)
            after = moved(steps, move, _nothing_yet)
            if after.announced != steps.announced or after.final != steps.final:
                announcing = move.position
            steps = after
    kept = {state.position for state in (steps.kept, steps.announced) if state is not None}
    return asked & kept, announcing


def _nothing_yet(_position: int) -> dict[str, None]:
    return {}
