"""What may be sent as JSON: the shapes of the interface, strict; numbers become decimal text here and stay so."""

from typing import Annotated

from pydantic import (
    AfterValidator,
    AliasChoices,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from services.monitoring.domain.definitions import Feed, Indicator, Node, PlanContent, Unit
from services.monitoring.domain.evidence import NO_ADDRESS, is_address
from shared.errors import Invalid
from shared.events.monitoring import Band, Point
from shared.http import Body
from shared.language import Text
from shared.numbers import figure_of

STRICT = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


class NotAFigure(Invalid, ValueError):
    """Not a JSON number, or one with more digits than are kept."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                bg="Тук се очаква число с най-много 15 цифри преди и 12 след запетаята, без кавички.",
                en="A number is expected here, without quotes, with at most 15 digits before the point and 12 after.",
            )
        )


def _figure(number: object) -> str:
    figure = figure_of(number)
    if figure is None:
        raise NotAFigure
    return figure


Number = Annotated[str, BeforeValidator(_figure), WithJsonSchema({"type": "number"})]
"""A JSON number, read as the shortest decimal that stands for it."""

Line = Annotated[str, Field(min_length=1, max_length=2000)]


class NoSource(Invalid, ValueError):
    """A figure of which nobody says where it comes from."""

    def __init__(self) -> None:
        super().__init__(Text(bg="Попълнете източника.", en="Fill in the source."))


class NoAddress(Invalid, ValueError):
    """Evidence that is no address of the web."""

    def __init__(self) -> None:
        super().__init__(NO_ADDRESS)


def _said(source: str) -> str:
    if not source:
        raise NoSource
    return source


def _address(evidence: str) -> str:
    if not is_address(evidence):
        raise NoAddress
    return evidence


Source = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), AfterValidator(_said)]
Evidence = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_address)]


class PointBody(Point):
    model_config = STRICT
    value: Number


class BandBody(Band):
    model_config = STRICT
    low: Number | None = None
    high: Number | None = None


class FeedBody(Feed):
    model_config = STRICT


class NodeBody(Node):
    model_config = STRICT
    parent: str | None = None
    weight: Number = "1"
    budget_eur: Number | None = None


class IndicatorBody(Indicator):
    model_config = STRICT
    tolerance: Number | None = None
    band: BandBody | None = None
    baseline: PointBody | None = None
    milestones: tuple[PointBody, ...] = ()
    target: PointBody | None = None
    weight: Number = "1"
    feed: FeedBody | None = None


class UnitBody(Unit):
    """A unit; its title may also be called `name`."""

    model_config = STRICT
    title: Text = Field(validation_alias=AliasChoices("title", "name"))


class YearsBody(Body):
    """The first and the last year of a plan."""

    first_year: int = Field(alias="from")
    last_year: int = Field(alias="to")


class PlanBody(Body):
    """A plan as it is sent. `id` and `version`, where given, must be those of the plan that is changed."""

    id: str | None = None
    version: int | None = None
    title: Text
    period: YearsBody
    nodes: tuple[NodeBody, ...]
    indicators: tuple[IndicatorBody, ...]
    units: tuple[UnitBody, ...] | None = None
    reconstructed: bool = False
    origin: Text | None = None

    def content(self) -> PlanContent:
        said = self.model_dump(exclude={"id", "version", "period"})
        return PlanContent.model_validate({**said, **self.period.model_dump()})


class ValueBody(Body):
    """A value as it is sent; `disaggregation` tells figures by dimension and category, e.g. sex → female → 12."""

    value: Number
    disaggregation: Annotated[dict[str, dict[str, Number]], Field(max_length=20)] = Field(default_factory=dict)
    source: Source
    note: Line | None = None
    evidence: Evidence | None = None


class VersionBody(Body):
    """The version of a value that was looked at before it is verified."""

    version: int | None = None


class VerificationBody(Body):
    indicator: str
    period: str
    version: int


class VerificationsBody(Body):
    items: Annotated[tuple[VerificationBody, ...], Field(min_length=1, max_length=1000)]


class ValueRowBody(ValueBody):
    """A row of an import as JSON. `correction` says that it may change what is recorded already."""

    indicator: str
    period: str
    correction: bool = False


class ValueRowsBody(Body):
    values: Annotated[tuple[ValueRowBody, ...], Field(max_length=100_000)]
