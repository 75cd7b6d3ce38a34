"""One write of a value with its events."""

from services.monitoring.domain.values import Change, Value
from services.monitoring.usecases.desk import Desk
from shared.errors import Exists
from shared.store.clashes import changed_meanwhile


async def write(desk: Desk, change: Change) -> Value:
    """Store a changed value. Raises Stale if somebody was faster, also where both were the first."""
    if change.value.version:
        return await desk.kept.values.replace(change.value, events=change.events)
    try:
        return await desk.kept.values.insert(change.value, events=change.events)
    except Exists as taken:
        raise changed_meanwhile() from taken
