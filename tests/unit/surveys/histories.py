"""Logs of a small survey, and every table of it that the public is ever shown, as sets of responses."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from services.surveys.domain.advancing import Entry, Said, advance, finish
from services.surveys.domain.steps import Course, StateFigures, StepRule, Steps

PARTS = ("roads", "why")
"""The first is answered by nearly all, the second by few."""

CUTS = (("sex/f", "sex/m", ""), ("place/a", "place/b", "place/c"))

K = 3
SMALL = Course(StepRule(step=K, first=4, closing=K), rows=StepRule(step=4, first=4, closing=4), parts=PARTS)

Table = frozenset[int]
"""The responses that a table counts, by the positions at which they were given."""


@dataclass(frozen=True)
class Shown:
    """A table of a part: of a row, or of the whole ("")."""

    part: str
    row: str
    table: Table


@st.composite
def histories(draw: st.DrawFn, longest: int = 60) -> list[Entry]:
    """A log in which responses are given and some of them withdrawn later; who comes when is anything but even."""
    entries: list[Entry] = []
    there: list[Entry] = []
    usual = draw(st.tuples(*(st.sampled_from(rows) for rows in CUTS)))
    for position in range(1, draw(st.integers(1, longest)) + 1):
        if there and draw(st.integers(0, 6)) == 0:
            taken = there.pop(draw(st.integers(0, len(there) - 1)))
            entries.append(Entry(position, given_at=taken.position, said=taken.said))
        else:
            rows = usual if draw(st.booleans()) else draw(st.tuples(*(st.sampled_from(rows) for rows in CUTS)))
            parts = draw(st.sampled_from([PARTS, PARTS[:1], PARTS[:1], PARTS[1:], ()]))
            there.append(Entry(position, said=Said(parts, rows)))
            entries.append(there[-1])
    return entries


def shown_tables(history: Sequence[Entry], course: Course = SMALL, *, closes: bool = True) -> list[Shown]:
    """Every table that is ever shown, those of rows when their survey announces them."""
    steps = Steps(id="vision")
    shown: dict[Shown, None] = {}
    for entry in history:
        before = steps
        steps = advance(steps, [entry], _nothing, course)
        if steps.announced != before.announced:
            shown |= dict.fromkeys(_of_whole(history, steps))
            if before.kept_row is not None:
                row = before.kept_row
                shown |= {
                    Shown(part, row.row, _there(history, row.position, part, row.row)): None for part in row.parts
                }
    if closes:
        shown |= dict.fromkeys(_of_whole(history, finish(steps, len(history), _nothing, course)))
    return list(shown)


def _of_whole(history: Sequence[Entry], steps: Steps) -> Iterator[Shown]:
    of: Mapping[str, int] = steps.announced.of if steps.announced is not None else {}
    for part, position in of.items():
        yield Shown(part, "", _there(history, position, part, ""))


def _there(history: Sequence[Entry], position: int, part: str, row: str) -> Table:
    there: set[int] = set()
    for entry in history[:position]:
        if entry.given_at is not None:
            there.discard(entry.given_at)
        elif part in entry.said.parts and (not row or row in entry.said.rows):
            there.add(entry.position)
    return frozenset(there)


def _nothing(_position: int, _moved: frozenset[str], _before: StateFigures | None) -> StateFigures:
    return {}


def smallest_group(tables: Sequence[Table], most: int) -> int | None:
    """The fewest responses, up to so many, that any sum of the tables with any factors tells of alone; None if none.

    There is such a sum if the tables, read as vectors over the responses, lose rank when those responses are left out.
    """
    kinds: dict[tuple[bool, ...], int] = {}
    for response in set().union(*tables):
        kind = tuple(response in table for table in tables)
        kinds[kind] = kinds.get(kind, 0) + 1
    whole = _rank(list(kinds))
    small = [
        (size, left)
        for left, size in _groups(sorted(kinds.items()), most)
        if _rank([kind for kind in kinds if kind not in left]) < whole
    ]
    return min(size for size, _ in small) if small else None


def _groups(
    kinds: Sequence[tuple[tuple[bool, ...], int]], most: int
) -> Iterator[tuple[frozenset[tuple[bool, ...]], int]]:
    """Every set of kinds of at most so many responses together."""
    if not kinds:
        return
    (first, size), rest = kinds[0], kinds[1:]
    if size <= most:
        yield frozenset([first]), size
        for others, total in _groups(rest, most - size):
            yield others | {first}, total + size
    yield from _groups(rest, most)


_PRIME = 2**31 - 1


def _rank(vectors: Sequence[Sequence[int]]) -> int:
    """The rank modulo a large prime, which is the rank but for the rarest chance, and never more."""
    rows = [list(vector) for vector in vectors]
    rank = 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((row for row in rows[rank:] if row[column] % _PRIME), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        rows.insert(rank, pivot)
        inverse = pow(pivot[column], -1, _PRIME)
        for row in rows[rank + 1 :]:
            factor = row[column] * inverse % _PRIME
            if factor:
                row[:] = [(a - factor * b) % _PRIME for a, b in zip(row, pivot, strict=True)]
        rank += 1
    return rank
