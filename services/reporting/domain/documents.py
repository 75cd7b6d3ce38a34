"""The documents of the evaluation: integers and text only, so that they can be made again byte for byte."""

from fractions import Fraction

from services.reporting.domain.progress import LeafStatus
from services.reporting.domain.tree import Sums
from shared.events.base import Figure, Part
from shared.events.monitoring import IndicatorDefinition, NodeDefinition, ValueState
from shared.language import Text
from shared.projections import Projection

DECIMALS = 12


class Adoption(Part):
    """A version of a plan that came into force, and the generation of documents that was built for it."""

    generation: str
    plan_version: int
    position: int
    recorded_at: str
    title: Text
    first_year: int
    last_year: int
    reconstructed: bool


class Outline(Projection):
    """A plan: its adoptions, the last of which is in force, and the last log entry that moved it, with its time.

    It stays small, since each update reads it. What stands in the tree is in the generation's nodes and leaves.
    """

    adoptions: tuple[Adoption, ...]
    shard: str
    position: int
    moved_at: str

    @property
    def in_force(self) -> Adoption:
        return self.adoptions[-1]


class Node(Projection):
    """A node of a generation, or the whole plan (ROOT), with the sums over its leaves. It holds no list of children."""

    generation: str
    order: int
    parent: str | None
    definition: NodeDefinition | None
    sums: Sums = Sums()

    @property
    def node_id(self) -> str:
        return self.definition.id if self.definition else ""


class Leaf(Projection):
    """An indicator of a generation, judged: the value that counts and what it adds to each node of `path`.

    `weight` is its ω. `value` is the value shown, of `period` and `state`; `covered` and `expected` are None where it
    is no data. `given` is a later value, or a correction of this one, that waits for its verification. `behind` are
    the log entries that the figure came from.
    """

    generation: str
    plan_id: str
    order: int
    path: tuple[str, ...]
    definition: IndicatorDefinition
    weight: int
    value: str | None = None
    period: str | None = None
    state: ValueState | None = None
    covered: str | None = None
    expected: str | None = None
    status: LeafStatus = "no_data"
    stale_from: str | None = None
    given: str | None = None
    given_period: str | None = None
    behind: tuple[int, ...] = ()
    sums: Sums = Sums()


class Recorded(Part):
    """A version of a value: when it was recorded and verified, by the log's time and position."""

    period: str
    value: Figure
    state: ValueState
    value_version: int
    position: int
    recorded_at: str
    verified_position: int | None = None
    verified_at: str | None = None


class History(Projection):
    """All versions of all values of an indicator, as recorded: from them any day, as known at any time, is computed."""

    plan_id: str
    shard: str
    versions: tuple[Recorded, ...] = ()


class Draft(Projection):
    """What one entry told of a generation to come."""

    generation: str
    position: int
    nodes: tuple[NodeDefinition, ...] = ()
    indicators: tuple[IndicatorDefinition, ...] = ()


def generation_of(plan_id: str, plan_version: int) -> str:
    return f"{plan_id}@{plan_version}"


def key_in(generation: str, member: str) -> str:
    """The id of a generation's node or leaf document."""
    return f"{generation}/{member}"


def decimal_text(number: Fraction) -> str:
    """Write a number with at most twelve decimals."""
    scaled = round(abs(number) * 10**DECIMALS)
    whole, decimals = divmod(scaled, 10**DECIMALS)
    text = f"{whole}.{decimals:0{DECIMALS}d}".rstrip("0").rstrip(".")
    return f"-{text}" if number < 0 and scaled else text
