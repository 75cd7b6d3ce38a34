"""The collections of the monitoring service and their typed finders."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from services.monitoring.domain.feeds import Estimate
from services.monitoring.domain.import_jobs import ImportJob, ImportPart
from services.monitoring.domain.plan import Plan
from services.monitoring.domain.values import Value
from services.monitoring.domain.watched import Watched
from shared.events.monitoring import ValueState
from shared.projections import ALL
from shared.store import Collection, CollectionOf, Document, Index, Page, Query, Scalar, Store

D = TypeVar("D", bound=Document)

PLANS = CollectionOf("plans", Plan, (Index(ALL, ("id",)), Index("by_indicator", ("indicator_ids",), unique=True)))
INDICATORS = CollectionOf(
    "indicators", Watched, (Index("by_plan", ("plan",)), Index("by_feed", ("fed_survey", "fed_question")))
)
VALUES = CollectionOf(
    "values",
    Value,
    (
        Index("by_plan", ("plan", "indicator", "ends")),
        Index("by_indicator", ("indicator", "ends")),
        Index("by_unit_and_state", ("responsible", "state", "period")),
        Index("by_unit", ("responsible", "period")),
        Index("by_state", ("state", "period")),
        Index("by_period", ("period",)),
        Index("by_stale_day", ("stale_on",)),
        Index("by_person", ("people",)),
    ),
)
ESTIMATES = CollectionOf("estimates", Estimate, (Index(ALL, ("id",)),))
IMPORT_PARTS = CollectionOf("import_parts", ImportPart)
IMPORT_JOBS = CollectionOf("import_jobs", ImportJob, (Index("by_start", ("started_at",)),))

_PAGE = 1000


@dataclass(frozen=True)
class Wanted:
    """Which values somebody wants to see; None is any."""

    unit: str | None = None
    state: ValueState | None = None
    period: str | None = None


@dataclass(frozen=True)
class Collections:
    """The service's documents."""

    plans: Collection[Plan]
    indicators: Collection[Watched]
    values: Collection[Value]
    estimates: Collection[Estimate]
    import_parts: Collection[ImportPart]
    import_jobs: Collection[ImportJob]

    async def every_plan(self) -> list[Plan]:
        return [plan async for plan in _every(self.plans, Query(ALL, limit=_PAGE))]

    async def indicators_of(self, plan_id: str) -> list[Watched]:
        return [watched async for watched in _every(self.indicators, Query("by_plan", (plan_id,), limit=_PAGE))]

    async def indicators_fed_by(self, survey_id: str) -> list[Watched]:
        return [watched async for watched in _every(self.indicators, Query("by_feed", (survey_id,), limit=_PAGE))]

    async def values_of(self, indicator_id: str) -> list[Value]:
        """An indicator's values in the order of time."""
        return [value async for value in _every(self.values, Query("by_indicator", (indicator_id,), limit=_PAGE))]

    async def values_of_plan(self, plan_id: str) -> list[Value]:
        """A plan's values by indicator, in the order of time."""
        return [value async for value in _every(self.values, Query("by_plan", (plan_id,), limit=_PAGE))]

    async def values_of_person(self, pseudonym: str) -> list[Value]:
        """The values of which somebody gave or verified a version."""
        return [value async for value in _every(self.values, Query("by_person", (pseudonym,), limit=_PAGE))]

    async def values_wanted(self, wanted: Wanted, after: str | None, limit: int) -> Page[Value]:
        return await self.values.find(_query(wanted, after, limit))

    async def values_due_by(self, day: str) -> Sequence[Value]:
        """Values that are to be looked at on a day, because they have grown too old; at most a page of them."""
        return (await self.values.find(Query("by_stale_day", below=f"{day}~", limit=_PAGE))).items

    async def jobs_started_before(self, moment: str) -> Sequence[ImportJob]:
        return (await self.import_jobs.find(Query("by_start", below=moment))).items


def _query(wanted: Wanted, after: str | None, limit: int) -> Query:
    by_unit, by_state = wanted.unit is not None, wanted.state is not None
    index = {
        (True, True): "by_unit_and_state",
        (True, False): "by_unit",
        (False, True): "by_state",
        (False, False): "by_period",
    }[by_unit, by_state]
    asked: tuple[str | None, ...] = (wanted.unit, wanted.state, wanted.period)
    equals: tuple[Scalar, ...] = tuple(each for each in asked if each is not None)
    return Query(index, equals, after=after, limit=limit)


async def _every(collection: Collection[D], query: Query) -> AsyncIterator[D]:
    after: str | None = None
    while True:
        page = await collection.find(Query(query.index, query.equals, after=after, limit=query.limit))
        for document in page.items:
            yield document
        after = page.next
        if after is None:
            return


def collections(store: Store) -> Collections:
    """Open every collection of the service."""
    return Collections(
        plans=store.collection(PLANS),
        indicators=store.collection(INDICATORS),
        values=store.collection(VALUES),
        estimates=store.collection(ESTIMATES),
        import_parts=store.collection(IMPORT_PARTS),
        import_jobs=store.collection(IMPORT_JOBS),
    )
