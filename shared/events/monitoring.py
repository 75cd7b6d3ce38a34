"""What the monitoring service announces: the plan, its indicators and their values. All of a plan keeps one order."""

from typing import ClassVar, Literal

from pydantic import Field

from shared.events.base import Event, Figure, Part
from shared.language import Text

MONITORING = "megdan.monitoring"

Direction = Literal["up", "down", "hold"]
Shape = Literal["linear", "step"]
Accumulation = Literal["last", "sum", "mean"]
Level = Literal["input", "output", "result", "impact"]
Frequency = Literal["year", "quarter", "month"]
ValueState = Literal["given", "verified", "provisional"]


class Point(Part):
    """A figure that belongs to a period: 2019, 2019-Q3 or 2019-07."""

    period: str
    value: Figure


class Band(Part):
    """The range to hold; one end may be open."""

    low: Figure | None = None
    high: Figure | None = None


class NodeDefinition(Part):
    """A node of the plan's tree; `parent` is null for those at the top."""

    id: str
    parent: str | None
    kind: Literal["objective", "priority", "measure"]
    title: Text
    weight: Figure = "1"
    budget_eur: Figure | None = None
    reconstructed: bool = False


class IndicatorDefinition(Part):
    """All that an indicator's judgement rests on. Without a target it is context: shown, weighs nothing."""

    id: str
    node: str
    title: Text
    unit: str
    unit_text: Text | None = None
    direction: Direction
    tolerance: Figure | None = None
    band: Band | None = None
    baseline: Point | None = None
    milestones: tuple[Point, ...] = ()
    target: Point | None = None
    shape: Shape = "linear"
    accumulation: Accumulation = "last"
    level: Level
    decimals: int = 0
    stale_after: int | None = 2
    weight: Figure = "1"
    frequency: Frequency = "year"
    responsible: str
    continues: str | None = None
    reconstructed: bool = False


class AboutPlan(Event):
    """An event of one plan."""

    TOPIC: ClassVar[str] = MONITORING

    plan_id: str

    @property
    def key(self) -> str:
        return self.plan_id


class NodesDefined(AboutPlan):
    """Nodes of a version of a plan that is about to be adopted; at most 100 an event, parents first."""

    TYPE: ClassVar[str] = "bg.megdan.monitoring.nodes.defined.v1"

    plan_version: int
    nodes: tuple[NodeDefinition, ...]


class IndicatorsDefined(AboutPlan):
    """Indicators of a version of a plan that is about to be adopted; at most 50 an event."""

    TYPE: ClassVar[str] = "bg.megdan.monitoring.indicators.defined.v1"

    plan_version: int
    indicators: tuple[IndicatorDefinition, ...]


class PlanAdopted(AboutPlan):
    """A version of a plan is in force, its nodes and indicators were all told before. Later versions than 1 amend."""

    TYPE: ClassVar[str] = "bg.megdan.monitoring.plan.adopted.v1"

    plan_version: int
    title: Text
    first_year: int
    last_year: int
    nodes: int
    indicators: int
    reconstructed: bool = False


class AboutValue(AboutPlan):
    """An event of one indicator's value in one period."""

    indicator_id: str
    period: str

    @property
    def subject(self) -> str:
        return f"{self.indicator_id}/{self.period}"


class ValueRecorded(AboutValue):
    """A value was given, corrected, or moved by a survey. A correction ends an earlier verification.

    `given_by` is the unit that supplied it, or the survey that feeds it.
    """

    TYPE: ClassVar[str] = "bg.megdan.monitoring.value.recorded.v1"

    value: Figure
    state: ValueState
    value_version: int
    given_by: str
    corrects: Figure | None = None


class ValueVerified(AboutValue):
    """Somebody other than the giver confirmed a value."""

    TYPE: ClassVar[str] = "bg.megdan.monitoring.value.verified.v1"

    value: Figure
    value_version: int


class ValueWentStale(AboutValue):
    """A last value is older than its indicator allows, as of a day; it counts no longer."""

    TYPE: ClassVar[str] = "bg.megdan.monitoring.value.went-stale.v1"

    day: str = Field(description="the first day on which it is stale, YYYY-MM-DD")
