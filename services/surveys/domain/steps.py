"""When public figures move. A step of a single response would give away its whole record, so they move by k.

What is shown is never the present: it is the state that was kept k responses ago. In log order each entry counts
`fresh` up or down; when k are fresh, the kept state is announced and the present one is kept.

The invariant. Take all tables of one question (or row of a matrix) that are ever shown: the whole at its steps and
every row of every public cut at its steps. Any sum of them with whatever factors, differences among them, is zero
for everybody or counts k responses or more. It holds because

1. a question moves at a step of the survey, and only if k who answered it are there that came after its last state;
2. a row moves at a step of the survey at which the question moves, and at each step one row of all cuts at most;
3. a row moves only if it brings k pairs: one of the row and one who is not of it, both there and in no table of their
   rows of this cut, both come between the same two steps of the question, and both in the same tables of other cuts.

Proof: let the last table with a factor (other than 0) be one of the whole. The k of (1) are in no other table of the
sum and count with that factor. Else let it be of a row, perhaps of the whole at the same step too. The two of each pair
of (3) are in the same tables of the whole up to there, later ones having no factor, and in the same tables of rows but
for the last one. So they count differently, and one of them at least is not 0. What is not shown in the end (too small,
never announced) only takes tables away. The closing moves the whole alone, by (1) against what is announced.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from shared.bench import Projection

StateFigures = Mapping[str, Any]  # JSON of our own making, which to check again costs more than to make it


class State(BaseModel):
    """The responses as they were after an entry of the log: the entry's position, how many they were, their figures.

    `of` names the positions that the figures of each part are of: those of a part that did not move stay.
    """

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    position: int
    n: int
    of: Mapping[str, int] = Field(default_factory=dict)
    figures: StateFigures | None = None


class Announced(State):
    """A state that the public may see; `number` counts the announcements, whether or not each was sent out."""

    number: int


class PartCount(NamedTuple):
    """Who answered a part (a question, or a row of a matrix): all, those not in its kept and in its announced state."""

    given: int = 0
    fresh: int = 0
    unannounced: int = 0


class RowCount(NamedTuple):
    """The responses of a row of a public cut: in all, and not in its last state, which was kept at a position."""

    given: int = 0
    fresh: int = 0
    kept_at: int = 0


class Recent(NamedTuple):
    """A response that was given lately.

    Attributes:
        position: where in the log it was given.
        rows: its row in each public cut, "" for none.
        answered: the parts that it answered, the bits of a hexadecimal number.
    """

    position: int
    rows: tuple[str, ...]
    answered: str


class Edge(NamedTuple):
    """A position at which the survey took a step, and the parts that moved, the bits of a hexadecimal number."""

    position: int
    moved: str


class KeptRow(NamedTuple):
    """The row whose state was kept at the last step, and the parts that moved with it."""

    row: str
    position: int
    parts: tuple[str, ...]


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
        parts: the counts of each part.
        rows: the counts of each row of a public cut.
        row_parts: for each row the position at which each part of it was kept last.
        kept_row: the row that will be announced at the next step.
        recent: responses among which pairs are looked for, those that are there.
        edges: the steps since the first of them.
    """

    kept: State | None = None
    announced: Announced | None = None
    fresh: int = 0
    unannounced: int = 0
    final: bool = False
    given: int = 0
    withdrawn: int = 0
    parts: Mapping[str, PartCount] = Field(default_factory=dict)
    rows: Mapping[str, RowCount] = Field(default_factory=dict)
    row_parts: Mapping[str, Mapping[str, int]] = Field(default_factory=dict)
    kept_row: KeptRow | None = None
    recent: tuple[Recent, ...] = ()
    edges: tuple[Edge, ...] = ()


class RowSteps(Projection):
    """What one row of a public cut shows: the responses of a survey that chose `code` of a weighting question."""

    survey_id: str
    question_id: str
    code: str
    kept: State | None = None
    announced: Announced | None = None


CROWD = 16
"""Steps of so many times k, or of such a part of all, follow a crowd, and spare most figures that nobody would see."""


@dataclass(frozen=True)
class StepRule:
    """How public figures move.

    Attributes:
        step: two announced states differ by so many responses or more.
        first: no state of fewer responses is kept while responses come in.
        closing: no state of fewer is announced at the closing.
        crowd: while responses come many at once, a step is taken for so many of them, or a sixteenth of all, and at
            their last.
    """

    step: int = 5
    first: int = 30
    closing: int = 5
    crowd: int = 80

    def enough(self, given: int) -> int:
        """How many fresh responses make a step in the middle of a crowd, when so many were given in all."""
        return max(self.crowd, given // CROWD)


def survey_rule(k: int = 5, first: int = 30) -> StepRule:
    """The rule of a survey as a whole; k is the installation's threshold, which a survey may only raise."""
    return StepRule(step=k, first=max(first, k), closing=k, crowd=CROWD * k)


def row_rule(k: int = 5, base: int = 30) -> StepRule:
    """The rule of a row of a public cut: steps of 2k, and never on fewer than the base, at the closing neither."""
    return StepRule(step=2 * k, first=max(base, 2 * k), closing=max(base, 2 * k))


@dataclass(frozen=True)
class Course:
    """By which rules a survey's figures and its rows move, its parts in their order, and who chooses the rows."""

    rule: StepRule
    rows: StepRule
    parts: tuple[str, ...] = ()
    choose: Callable[[Steps, frozenset[str], "Course"], tuple[str, tuple[str, ...]] | None] | None = None

    @cached_property
    def _bits(self) -> Mapping[str, int]:
        return {part: 1 << at for at, part in enumerate(self.parts)}

    def marks(self, parts: Iterable[str]) -> str:
        """Parts as bits of a hexadecimal number, by their places among all."""
        bits = self._bits
        return f"{sum([bits[part] for part in parts if part in bits]):x}"
