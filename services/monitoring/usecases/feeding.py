"""Values that a survey gives."""

from collections.abc import Sequence

from services.monitoring.domain.feeds import Estimate, feed
from services.monitoring.domain.values import value_id
from services.monitoring.domain.watched import Watched
from services.monitoring.usecases.desk import Desk, each
from services.monitoring.usecases.writing import write
from shared.errors import Stale

TRIES = 5


async def feed_values(desk: Desk, estimate: Estimate) -> None:
    """Take the values of all indicators that a survey feeds; each is one write, and taken once."""
    fed = await desk.kept.indicators_fed_by(estimate.id)
    await each(fed, lambda watched: _feed(desk, watched, estimate))


async def feed_from_what_is_known(desk: Desk, indicators: Sequence[Watched]) -> None:
    """Take values for indicators that begin to be fed by surveys which have announced estimates already."""
    fed = [(watched, watched.fed_survey) for watched in indicators if watched.fed_survey]
    estimates = await desk.kept.estimates.get_many(sorted({survey for _, survey in fed}))
    for watched, survey in fed:
        if survey in estimates:
            await _feed(desk, watched, estimates[survey])


async def _feed(desk: Desk, watched: Watched, estimate: Estimate) -> None:
    if watched.definition.feed is None:
        return
    key = value_id(watched.id, watched.definition.feed.period)
    for tries_left in reversed(range(TRIES)):
        change = feed(watched, await desk.kept.values.get(key), estimate)
        if change is None:
            return
        try:
            await write(desk, change)
        except Stale:
            if not tries_left:
                raise
        else:
            return
