"""Which row of a public cut may move at a step: one that brings k pairs, as the invariant of the steps asks."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from services.surveys.domain.steps import Course, RowCount, Steps

Chosen = tuple[str, tuple[str, ...]]
"""A row, and the parts that move with it."""


Place = tuple[int, tuple[str, ...]]
"""Between which two steps of a part somebody came, and the rows of whose tables he or she is."""


@dataclass(frozen=True)
class Part:
    """A part that moves: its name, and its place among all parts, which is its bit."""

    name: str
    at: int


def row_to_keep(steps: Steps, moved: frozenset[str], course: Course) -> Chosen | None:
    """The row to keep the state of, and the parts that move with it; None if there is none.

    Of those with a step's fresh responses, the one for which they are the largest part of all comes first. Half of the
    parts that move at all must move with it: else it waits, so that it does not go on with single questions.
    """
    waiting = [
        (row, count)
        for row, count in steps.rows.items()
        if count.given >= course.rows.first and count.fresh >= course.rows.step
    ]
    parts = [Part(name, at) for at, name in enumerate(course.parts) if name in moved]
    mixed = Mixed(steps) if waiting else None
    for row, _ in sorted(waiting, key=_least_new_last):
        ready = _ready(mixed, row, parts, course.rule.step) if mixed is not None else ()
        if ready and 2 * len(ready) >= len(parts):
            return row, ready
    return None


def with_their_questions(parts: AbstractSet[str]) -> frozenset[str]:
    """Rows of a matrix move only together with their matrix."""
    return frozenset(part for part in parts if part.partition(".")[0] in parts)


@dataclass
class Choices:
    """Chooses rows, and remembers it from the planning of a batch until the batch is folded."""

    _known: dict[int, tuple[object, Chosen | None]] = field(default_factory=dict)

    def row_to_keep(self, steps: Steps, moved: frozenset[str], course: Course) -> Chosen | None:
        """The same as `row_to_keep`."""
        position = steps.edges[-1].position if steps.edges else 0
        asked = (steps.rows, steps.row_parts, steps.recent, steps.edges, moved)
        if position not in self._known or self._known[position][0] != asked:
            self._known[position] = asked, row_to_keep(steps, moved, course)
        return self._known[position][1]


def _least_new_last(waiting: tuple[str, RowCount]) -> tuple[int, str]:
    row, count = waiting
    return -(count.fresh * 1_000_000 // count.given), row


def _ready(mixed: "Mixed", row: str, parts: Sequence[Part], k: int) -> tuple[str, ...]:
    """The parts of a row that may move, or some of them where they are too few anyway."""
    ready: list[str] = []
    for left, part in zip(range(len(parts), 0, -1), parts, strict=True):
        if 2 * (len(ready) + left) < len(parts):
            break
        if mixed.pairs(row, part) >= k:
            ready.append(part.name)
    together = with_their_questions(frozenset(ready))
    return tuple(name for name in ready if name in together)


class Mixed:
    """Who came beside whom."""

    def __init__(self, steps: Steps) -> None:
        self._row_parts = steps.row_parts
        self._positions = [recent.position for recent in steps.recent]
        self._rows = [recent.rows for recent in steps.recent]
        self._answered = [int(recent.answered, 16) for recent in steps.recent]
        self._edges = [(edge.position, int(edge.moved, 16)) for edge in steps.edges]
        self._known: dict[tuple[object, ...], list[Place]] = {}

    def pairs(self, row: str, part: Part) -> int:
        """How many pairs the row's table of a part would bring.

        A pair is one of the row and one who is not, who answered the part, are in no table of their rows of this cut,
        and are at the same place. Those who came before the row's last table of the part are at no place of it any
        more, since it was kept at a step.
        """
        kept_at = {each: there[part.name] for each, there in self._row_parts.items() if part.name in there}
        first = bisect_right(self._positions, kept_at.get(row, 0))
        cut = next((rows.index(row) for rows in self._rows[first:] if row in rows), None)
        if cut is None:
            return 0
        places, bit = self._places(part, kept_at), 1 << part.at
        ours: Counter[Place] = Counter()
        others: Counter[Place] = Counter()
        for at in range(first, len(places)):
            own = self._rows[at][cut]
            if self._answered[at] & bit and self._positions[at] > kept_at.get(own, 0):
                (ours if own == row else others)[places[at]] += 1
        return sum(min(count, others[place]) for place, count in ours.items())

    def _places(self, part: Part, kept_at: Mapping[str, int]) -> list[Place]:
        """Where each came: between which two steps of the part, and in which rows' tables of other cuts.

        Who is in a table of the cut at hand is in no pair. Parts that moved and were kept alike share their places.
        """
        edges = tuple(position for position, moved in self._edges if moved >> part.at & 1)
        key = (edges, tuple(sorted(kept_at.items())))
        if key not in self._known:
            self._known[key] = [
                (bisect_left(edges, position), tuple(row for row in rows if position <= kept_at.get(row, 0)))
                for position, rows in zip(self._positions, self._rows, strict=True)
            ]
        return self._known[key]
