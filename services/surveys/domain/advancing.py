"""How an entry moves a survey's steps, in the order of the log."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from services.surveys.domain.mixing import row_to_keep, with_their_questions
from services.surveys.domain.steps import (
    Announced,
    Course,
    Edge,
    KeptRow,
    PartCount,
    Recent,
    RowCount,
    State,
    StateFigures,
    Steps,
)

NO_PART, NO_ROW = PartCount(), RowCount()
MOST_RECENT = 200
"""Pairs are looked for among so many responses; fewer would only make rows move later."""

FiguresAt = Callable[[int, frozenset[str], StateFigures | None], StateFigures]
"""The public figures when the entry at this position had just been counted: of the parts named, others as before."""


@dataclass(frozen=True)
class Said:
    """Which parts a response answered, and its row in each public cut ("" for none)."""

    parts: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """A response given at a position of the log, or one withdrawn there that was given at an earlier one.

    With `more`, others follow that came at the same moment: a step need not be taken before them.
    """

    position: int
    given_at: int | None = None
    said: Said = Said()
    more: bool = False


def advance(steps: Steps, entries: Iterable[Entry], figures_at: FiguresAt, course: Course) -> Steps:
    """Count entries in log order and take the steps that they complete; how the log is cut into batches is no matter.

    `figures_at` is called at each step. What it answers for a state that will not stay is no matter either, as long as
    figures of parts that do not move are passed on.
    """
    for entry in entries:
        if entry.given_at is not None:
            steps = _withdraw(steps, entry.given_at, entry.said)
        else:
            steps = _give(steps, entry, figures_at, course)
    return steps


def finish(steps: Steps, position: int, figures_at: FiguresAt, course: Course) -> Steps:
    """Close: announce the present state, if it differs from the announced one by a step; else that one stays, final.

    The same goes for each part of it. Rows stay as they were announced.
    """
    if steps.final:
        return steps
    rule = course.rule
    update: dict[str, object] = {"final": True, "kept": None, "fresh": 0, "kept_row": None, "recent": (), "edges": ()}
    if steps.unannounced >= rule.step and steps.given >= rule.closing:
        parts = {
            part
            for part, count in steps.parts.items()
            if count.unannounced >= rule.step and count.given >= rule.closing
        }
        moved = with_their_questions(parts)
        present = _present(steps, position, moved, steps.announced, figures_at)
        update |= {"announced": _numbered(steps, present), "unannounced": 0}
    return steps.model_copy(update=update)


def _give(steps: Steps, entry: Entry, figures_at: FiguresAt, course: Course) -> Steps:
    given, fresh = steps.given + 1, steps.fresh + 1
    if steps.final:
        return steps.model_copy(update={"given": given})
    said = entry.said
    update: dict[str, object] = {"given": given, "fresh": fresh, "unannounced": steps.unannounced + 1}
    if said.parts:
        parts = steps.parts
        update["parts"] = _changed(parts, {part: _one_more(parts.get(part, NO_PART)) for part in said.parts})
    if any(said.rows):
        rows = steps.rows
        update["rows"] = _changed(rows, {row: _one_row_more(rows.get(row, NO_ROW)) for row in said.rows if row})
    if said.rows:
        update["recent"] = (*steps.recent, Recent(entry.position, said.rows, course.marks(said.parts)))
    counted = steps.model_copy(update=update)
    enough = course.rule.enough(given) if entry.more else course.rule.step
    if given < course.rule.first or (steps.kept is not None and fresh < enough):
        return counted
    return _step(counted, entry.position, figures_at, course)


def _step(steps: Steps, position: int, figures_at: FiguresAt, course: Course) -> Steps:
    rule = course.rule
    moved = with_their_questions(
        {part for part, count in steps.parts.items() if count.fresh >= rule.step and count.given >= rule.first}
    )
    update: dict[str, object] = {
        "kept": _present(steps, position, moved, steps.kept, figures_at),
        "fresh": 0,
        "parts": {
            part: PartCount(
                count.given,
                0 if part in moved else count.fresh,
                count.unannounced if steps.kept is None else count.fresh,
            )
            for part, count in steps.parts.items()
        },
        "kept_row": None,
    }
    if steps.kept is not None:
        update |= {"announced": _numbered(steps, steps.kept), "unannounced": steps.fresh}
    if steps.recent:
        update |= _window(steps, position, moved, course)
    return _keep_row(steps.model_copy(update=update), position, moved, course)


def _keep_row(steps: Steps, position: int, moved: frozenset[str], course: Course) -> Steps:
    found = (course.choose or row_to_keep)(steps, moved, course)
    if found is None:
        return steps
    row, parts = found
    update = {
        "kept_row": KeptRow(row, position, parts),
        "rows": {**steps.rows, row: RowCount(steps.rows[row].given, 0, position)},
        "row_parts": _changed(
            steps.row_parts, {row: _changed(steps.row_parts.get(row, {}), dict.fromkeys(parts, position))}
        ),
    }
    return steps.model_copy(update=update)


def _window(steps: Steps, position: int, moved: frozenset[str], course: Course) -> dict[str, object]:
    recent = steps.recent[-MOST_RECENT:]
    edges = (*steps.edges, Edge(position, course.marks(moved)))
    return {"recent": recent, "edges": tuple(edge for edge in edges if edge.position >= recent[0].position)}


def _present(steps: Steps, position: int, moved: frozenset[str], before: State | None, figures_at: FiguresAt) -> State:
    of = _changed(before.of if before is not None else {}, dict.fromkeys(moved, position))
    figures = figures_at(position, moved, before.figures if before is not None else None)
    return State(position=position, n=steps.given, of=of, figures=figures)


def _numbered(steps: Steps, state: State) -> Announced:
    number = 1 if steps.announced is None else steps.announced.number + 1
    return Announced(number=number, position=state.position, n=state.n, of=state.of, figures=state.figures)


def _withdraw(steps: Steps, given_at: int, said: Said) -> Steps:
    """A response that is in the kept state stays in what the public sees until the next step."""
    update: dict[str, object] = {"given": steps.given - 1, "withdrawn": steps.withdrawn + 1}
    if not steps.final:
        update["fresh"] = steps.fresh - _is_after(given_at, steps.kept)
        update["unannounced"] = steps.unannounced - _is_after(given_at, steps.announced)
        update["recent"] = tuple(recent for recent in steps.recent if recent.position != given_at)
        update["parts"] = _changed(steps.parts, {part: _one_less(steps, part, given_at) for part in said.parts})
        update["rows"] = _changed(steps.rows, {row: _one_row_less(steps, row, given_at) for row in said.rows if row})
    return steps.model_copy(update=update)


def _is_after(position: int, state: State | None) -> bool:
    return state is None or position > state.position


def _is_after_in(position: int, state: State | None, part: str) -> bool:
    return state is None or position > state.of.get(part, 0)


def _one_more(count: PartCount) -> PartCount:
    given, fresh, unannounced = count
    return PartCount(given + 1, fresh + 1, unannounced + 1)


def _one_less(steps: Steps, part: str, given_at: int) -> PartCount:
    given, fresh, unannounced = steps.parts.get(part) or PartCount()
    return PartCount(
        given - 1,
        fresh - _is_after_in(given_at, steps.kept, part),
        unannounced - _is_after_in(given_at, steps.announced, part),
    )


def _one_row_more(count: RowCount) -> RowCount:
    given, fresh, kept_at = count
    return RowCount(given + 1, fresh + 1, kept_at)


def _one_row_less(steps: Steps, row: str, given_at: int) -> RowCount:
    given, fresh, kept_at = steps.rows.get(row) or RowCount()
    return RowCount(given - 1, fresh - (given_at > kept_at), kept_at)


def _changed(before: Mapping[str, object], update: Mapping[str, object]) -> dict[str, object]:
    """Sorted, so that equal documents look alike however they came about."""
    changed = {**before, **update}
    return changed if len(changed) == len(before) else dict(sorted(changed.items()))
