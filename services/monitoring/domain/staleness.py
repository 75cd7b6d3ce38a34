"""When a last value grows too old to count, that is told once."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.monitoring.domain.periods import period_of
from services.monitoring.domain.values import Change, Value
from services.monitoring.domain.watched import Watched
from shared.events.monitoring import ValueWentStale


@dataclass(frozen=True)
class Later:
    """The last value of an indicator that counts, behind the one that is due."""

    stale_on: str | None


def later_than(value: Value, others: Sequence[Value], plan_ends: str) -> Later | None:
    """Find the last value of the indicator that counts and is of a later period inside the plan."""
    counting = [
        each for each in others if each.state != "given" and value.ends < each.ends <= plan_ends and each.id != value.id
    ]
    last = max(counting, key=lambda each: each.ends, default=None)
    return Later(last.stale_on) if last else None


def fall_due(value: Value, later: Later | None, today: str) -> Change:
    """Decide what a value that is due to go stale does on a day (YYYY-MM-DD).

    The last one is told to have gone stale. Behind a later one it is silent, and is looked at again when that one
    falls due: the later might have lost its verification by then.
    """
    if later is None:
        told = ValueWentStale(
            plan_id=value.plan, indicator_id=value.indicator, period=value.period, day=value.stale_on or today
        )
        return Change(value.model_copy(update={"stale_on": None}), (told,))
    again = later.stale_on if later.stale_on and later.stale_on > today else None
    return Change(value.model_copy(update={"stale_on": again}))


def redefined(watched: Watched, value: Value) -> Value:
    """Bring a value in line with its indicator's definition: who answers for it, and when it goes stale."""
    return value.model_copy(
        update={
            "responsible": watched.definition.responsible,
            "stale_on": watched.stale_on(period_of(value.period), value.state),
        }
    )
