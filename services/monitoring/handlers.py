"""Events in: one fold, which keeps what each survey last announced; reactions, which feed values and spread plans."""

from collections.abc import Sequence

from services.monitoring.domain.feeds import Estimate, estimate_of
from services.monitoring.store import ESTIMATES
from services.monitoring.usecases.desk import Desk
from services.monitoring.usecases.feeding import feed_values
from services.monitoring.usecases.plans import spread
from shared.bench import Bench
from shared.events.monitoring import MONITORING, PlanAdopted
from shared.events.surveys import SURVEYS, EstimateChanged
from shared.projections import Entry, Fold, Reaction

SUBSCRIBES = (SURVEYS, MONITORING)


def folds() -> list[Fold[None]]:
    """Every projection of this service."""
    return [Fold("estimates", (EstimateChanged,), (ESTIMATES,), load_estimates, keep_estimate)]


def reactions(desk: Desk) -> list[Reaction]:
    """What this service answers events with."""

    async def take_value(entry: Entry) -> None:
        if isinstance(entry.event, EstimateChanged):
            await feed_values(desk, _estimate(entry, entry.event))

    async def spread_plan(entry: Entry) -> None:
        if isinstance(entry.event, PlanAdopted):
            await spread(desk, entry.event.plan_id)

    return [
        Reaction("fed values", (EstimateChanged,), take_value),
        Reaction("spread plans", (PlanAdopted,), spread_plan),
    ]


async def load_estimates(bench: Bench, entries: Sequence[Entry]) -> None:
    await bench.load(ESTIMATES, [entry.event.key for entry in entries])


def keep_estimate(bench: Bench, entry: Entry, _: None) -> None:
    """Keep the last announcement of a survey."""
    event = entry.event
    if isinstance(event, EstimateChanged):
        bench.change(ESTIMATES, event.survey_id, lambda _: _estimate(entry, event))


def _estimate(entry: Entry, event: EstimateChanged) -> Estimate:
    return estimate_of(event, entry.shard, entry.position, entry.recorded_at)
