"""Finding values that have grown too old to count."""

from contextlib import suppress

from services.monitoring.domain.staleness import fall_due, later_than
from services.monitoring.domain.values import Value
from services.monitoring.usecases.desk import Desk, each
from services.monitoring.usecases.writing import write
from shared.errors import Stale


async def tell_stale_values(desk: Desk) -> None:
    """Look at every value that is due by today. One that is changed meanwhile is looked at with the next sweep."""
    today = desk.clock().date().isoformat()
    seen: set[tuple[str, int]] = set()
    while due := [value for value in await desk.kept.values_due_by(today) if (value.id, value.version) not in seen]:
        seen.update((value.id, value.version) for value in due)
        await each(due, lambda value: _look_at(desk, value, today))


async def _look_at(desk: Desk, value: Value, today: str) -> None:
    watched = await desk.kept.indicators.get(value.indicator)
    others = await desk.kept.values_of(value.indicator)
    later = later_than(value, others, watched.ends if watched else value.ends)
    with suppress(Stale):
        await write(desk, fall_due(value, later, today))
