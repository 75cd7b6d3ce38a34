"""How an indicator's history takes in what happens to its values."""

from services.reporting.domain.documents import History, Recorded
from services.reporting.domain.periods import period_of
from shared.events.monitoring import ValueRecorded, ValueVerified
from shared.projections import Entry


def recorded(history: History | None, event: ValueRecorded, entry: Entry) -> History:
    """Add a version of a value. Raises ValueError if its period is none."""
    period_of(event.period)
    version = Recorded(
        period=event.period,
        value=event.value,
        state=event.state,
        value_version=event.value_version,
        position=entry.position,
        recorded_at=entry.recorded_at,
    )
    kept = history or History(id=event.indicator_id, plan_id=event.plan_id, shard=entry.shard)
    return kept.model_copy(update={"versions": (*kept.versions, version)})


def verified(history: History | None, event: ValueVerified, entry: Entry) -> History | None:
    """Mark the version that was verified, once: the last of its period, unless it was corrected meanwhile."""
    if history is None:
        return None
    at = next((n for n, each in reversed(tuple(enumerate(history.versions))) if each.period == event.period), None)
    if at is None or history.versions[at].verified_at is not None or not _is_meant(history.versions[at], event):
        return None
    marked = history.versions[at].model_copy(
        update={"verified_position": entry.position, "verified_at": entry.recorded_at}
    )
    return history.model_copy(update={"versions": (*history.versions[:at], marked, *history.versions[at + 1 :])})


def _is_meant(version: Recorded, event: ValueVerified) -> bool:
    return version.value == event.value and version.value_version <= event.value_version
