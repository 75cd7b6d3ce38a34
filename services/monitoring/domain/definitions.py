"""What a plan is made of, as it is kept: nodes, indicators, the units that answer for them."""

from typing import Literal

from shared.events.base import Part
from shared.events.monitoring import IndicatorDefinition, NodeDefinition
from shared.language import Text


class Feed(Part):
    """The survey question whose estimate is an indicator's value in one period.

    `share` adds the shares of `choices` (times 100 where the unit is percent), `mean` takes the question's mean.
    """

    survey: str
    question: str
    statistic: Literal["share", "mean"]
    choices: tuple[str, ...] = ()
    period: str


class Node(NodeDefinition):
    """A node of the tree. `origin` says where it comes from, so that what is reconstructed stays marked."""

    origin: Text | None = None


class Indicator(IndicatorDefinition):
    """An indicator with all its fields; those beyond the announced definition stay in this service."""

    source: str | None = None
    feed: Feed | None = None
    origin: Text | None = None

    @property
    def is_context(self) -> bool:
        """Without a target it is shown, weighs nothing and has no status."""
        return self.target is None

    @property
    def is_percentage(self) -> bool:
        return self.unit in ("%", "percent")


class Unit(Part):
    """A unit of the municipality that answers for indicators."""

    id: str
    title: Text
    reconstructed: bool = False
    origin: Text | None = None
    source: Text | None = None


class PlanContent(Part):
    """All that a version of a plan says; the years are both inside. Units are null where a writer left them out."""

    title: Text
    first_year: int
    last_year: int
    nodes: tuple[Node, ...]
    indicators: tuple[Indicator, ...]
    units: tuple[Unit, ...] | None = None
    reconstructed: bool = False
    origin: Text | None = None
