"""How the entries of a survey move its steps; the same for planning a batch and for folding it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.surveys.domain.advancing import Entry, FiguresAt, Said, advance, finish
from services.surveys.domain.contributions import RowKey, counted_questions, parts_of
from services.surveys.domain.mixing import Choices
from services.surveys.domain.public_figures import Thresholds
from services.surveys.domain.steps import (
    Announced,
    Course,
    KeptRow,
    RowSteps,
    State,
    StateFigures,
    Steps,
    row_rule,
    survey_rule,
)
from services.surveys.domain.surveys import Survey

Mover = Callable[[Steps, "Move", FiguresAt], Steps]

_NEVER = 2**62


@dataclass(frozen=True)
class Move:
    """An entry as the steps see it: a response given or (with `given_at`) withdrawn, or that all are there."""

    position: int
    given_at: int | None = None
    completes: bool = False
    more: bool = False
    said: Said = field(default_factory=Said)


@dataclass(frozen=True)
class Plan:
    """What a batch does to the steps of a survey.

    Attributes:
        figures: positions at which the survey's figures are needed.
        rows: the positions at which a row's figures are needed, by its name; every row that is written is named.
        announcing: the last entry that announces something; 0 = none.
    """

    figures: frozenset[int] = frozenset()
    rows: Mapping[str, frozenset[int]] = field(default_factory=dict)
    announcing: int = 0


def steps_of(survey: Survey) -> Steps:
    return Steps(id=survey.id)


def row_steps_of(row: RowKey) -> RowSteps:
    return RowSteps(id=row.id, survey_id=row.survey_id, question_id=row.question_id, code=row.code)


def survey_mover(survey: Survey, thresholds: Thresholds) -> Mover:
    """How an entry moves a survey's steps; the figures of one that publishes at its closing don't move before."""
    k = max(survey.step, thresholds.k)
    rule = survey_rule(k, thresholds.base)
    if survey.questionnaire.publish != "live":
        rule = replace(rule, first=_NEVER)
    parts = parts_of(counted_questions(survey.questionnaire))
    course = Course(rule, row_rule(k, thresholds.base), parts, Choices().row_to_keep)

    def moved(steps: Steps, move: Move, figures_at: FiguresAt) -> Steps:
        if not move.completes:
            return advance(steps, [Entry(move.position, move.given_at, move.said, move.more)], figures_at, course)
        if survey.questionnaire.publish == "never":
            return steps.model_copy(update={"final": True, "kept": None, "fresh": 0})
        return _renumbered(finish(steps, move.position, figures_at, course), steps)

    return moved


def _renumbered(last: Steps, before: Steps) -> Steps:
    """What is announced last has a number of its own, even where its figures stay as they were announced before."""
    if last.announced is None or before.final or last.announced != before.announced:
        return last
    announced = last.announced.model_copy(update={"number": last.announced.number + 1})
    return last.model_copy(update={"announced": announced})


def row_announced(row: RowSteps) -> RowSteps:
    """The row when its survey takes a step: its kept state is shown."""
    if row.kept is None:
        return row
    number = 1 if row.announced is None else row.announced.number + 1
    return row.model_copy(update={"kept": None, "announced": Announced(number=number, **dict(row.kept))})


def row_without_kept(row: RowSteps) -> RowSteps:
    """The row at the closing, which shows no newer state of it: the other rows would tell the rest."""
    return row.model_copy(update={"kept": None})


def row_kept(row: RowSteps, kept: KeptRow, n: int, figures: StateFigures) -> RowSteps:
    """The row with a state that the next step will show."""
    before = row.announced.of if row.announced is not None else {}
    of = dict(sorted({**before, **dict.fromkeys(kept.parts, kept.position)}.items()))
    return row.model_copy(update={"kept": State(position=kept.position, n=n, of=of, figures=figures)})


def planned(steps: Steps, moves: Iterable[Move], shard: str, moved: Mover) -> Plan:
    """Tell which entries of a batch leave states that stay, so that their figures are needed, and which rows change.

    What the steps have seen already is passed over.
    """
    asked: set[int] = set()
    rows: dict[str, list[KeptRow]] = defaultdict(list)
    announcing = 0
    for move in moves:
        if steps.seen.get(shard, 0) < move.position:
            asked.add(move.position)
            after = moved(steps, move, _nothing_yet)
            if after.announced != steps.announced or after.final != steps.final:
                announcing = move.position
            for kept in (steps.kept_row, after.kept_row):
                if kept is not None and steps.kept_row != after.kept_row and kept not in rows[kept.row][-1:]:
                    rows[kept.row].append(kept)
            steps = after
    needed = {position for state in (steps.kept, steps.announced) if state for position in _positions(state)}
    return Plan(
        figures=frozenset(asked & needed),
        rows={row: frozenset(asked & _needed(kept, steps.kept_row)) for row, kept in sorted(rows.items())},
        announcing=announcing,
    )


def _positions(state: State) -> set[int]:
    return {state.position, *state.of.values()}


def _needed(kept: Sequence[KeptRow], waiting: KeptRow | None) -> set[int]:
    """The positions that the figures of a row's announced state, and of its kept one if it has any, are of."""
    states = [dict[str, int]()]
    for each in kept:
        states.append({**states[-1], **dict.fromkeys(each.parts, each.position)})
    last = states[-2:] if waiting is not None and kept[-1] == waiting else states[-1:]
    return {position for state in last for position in state.values()}


def _nothing_yet(_position: int, _moved: frozenset[str], _before: StateFigures | None) -> StateFigures:
    return {}
