"""Which value of an indicator counts on a day, with what was known then, and what it makes of the leaf."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from services.reporting.domain.documents import History, Leaf, Recorded, decimal_text
from services.reporting.domain.periods import Period, period_of, stale_from
from services.reporting.domain.progress import LeafStatus, accumulated, baseline_of, figure_of, is_context, progress_of
from services.reporting.domain.tree import part_of
from shared.events.monitoring import IndicatorDefinition, ValueState

LAST_POSITION = 2**63
LAST_TIME = "9999"
"""Later than any entry."""


@dataclass(frozen=True)
class Known:
    """What is known: log entries up to a position, or recorded up to a time (RFC 3339, in UTC)."""

    position: int = LAST_POSITION
    time: str = LAST_TIME

    def holds(self, position: int | None, recorded_at: str | None) -> bool:
        return position is not None and position <= self.position and (recorded_at or "") <= self.time


@dataclass(frozen=True)
class Moment:
    """The day judged, which is never after the plan's end, and what is known."""

    day: date
    known: Known
    last_day: date


def moment_of(day: date, last_year: int, known: Known) -> Moment:
    """A day after the plan's end is read as its end."""
    last_day = date(last_year, 12, 31)
    return Moment(min(day, last_day), known, last_day)


@dataclass(frozen=True)
class Standing:
    """The version of a period's value that stands at a moment, and its state then."""

    version: Recorded
    period: Period
    state: ValueState

    @property
    def counts(self) -> bool:
        return self.state != "given"

    @property
    def entries(self) -> tuple[int, ...]:
        verified = self.version.verified_position if self.state == "verified" else None
        return (self.version.position,) if verified is None else (self.version.position, verified)


def standing_values(history: History | None, moment: Moment) -> list[Standing]:
    """Tell which version stands for each period, in the order in which the periods end.

    A period must have begun by the day; before its end, what was recorded up to that day stands.
    """
    latest: dict[str, Standing] = {}
    for version in history.versions if history else ():
        period = period_of(version.period)
        if moment.known.holds(version.position, version.recorded_at) and _is_due(version, period, moment.day):
            latest[version.period] = Standing(version, period, _state(version, moment))
    return sorted(latest.values(), key=_by_end)


def _state(version: Recorded, moment: Moment) -> ValueState:
    verified = moment.known.holds(version.verified_position, version.verified_at)
    return "verified" if verified else version.state


def _is_due(version: Recorded, period: Period, day: date) -> bool:
    return period.first <= day and (period.last <= day or date.fromisoformat(version.recorded_at[:10]) <= day)


def _by_end(standing: Standing) -> tuple[date, date]:
    return standing.period.last, standing.period.first


def judged(leaf: Leaf, history: History | None, moment: Moment) -> Leaf:
    """Judge a leaf at a moment: the same leaf with the value that counts and what it adds to the nodes above it.

    A value whose period does not end after the baseline's is the baseline and no measurement: it neither counts nor
    waits to. A context indicator, of which nothing is judged, shows it all the same.
    """
    standing = [each for each in standing_values(history, moment) if _is_measurement(leaf.definition, each.period)]
    counting = [each for each in standing if each.counts]
    given = next((each for each in reversed(standing) if not each.counts), None)
    shown = _counted(leaf.definition, counting) if counting else _waiting(given)
    outcome = _outcome(leaf, counting, moment)
    later = given if not counting or (given and _by_end(given) > _by_end(counting[-1])) else None
    waits = {"given": later.version.value if later else None, "given_period": later.version.period if later else None}
    return leaf.model_copy(update={**shown, **outcome, **waits})


def _is_measurement(definition: IndicatorDefinition, period: Period) -> bool:
    baseline = baseline_of(definition)
    return baseline is None or period.last > baseline[0] or is_context(definition)


def _waiting(given: Standing | None) -> dict[str, object]:
    value, period = (given.version.value, given.version.period) if given else (None, None)
    return {"value": value, "period": period, "state": given.state if given else None, "behind": ()}


def _counted(definition: IndicatorDefinition, counting: Sequence[Standing]) -> dict[str, object]:
    last = counting[-1]
    return {
        "value": decimal_text(_actual(definition, counting)),
        "period": last.version.period,
        "state": last.state,
        "behind": tuple(sorted(entry for each in _used(definition, counting) for entry in each.entries)),
    }


def _outcome(leaf: Leaf, counting: Sequence[Standing], moment: Moment) -> dict[str, object]:
    definition = leaf.definition
    progress, stale_day = None, None
    if counting:
        stale_day = stale_from(counting[-1].period.last, definition.stale_after, definition.frequency)
        if not is_context(definition) and (stale_day is None or moment.day < stale_day):
            end = min(counting[-1].period.last, moment.last_day)
            progress = progress_of(definition, _actual(definition, counting), end)
    status: LeafStatus = progress.status if progress else "context" if is_context(definition) else "no_data"
    provisional = any(each.state == "provisional" for each in _used(definition, counting))
    return {
        "covered": decimal_text(progress.covered) if progress else None,
        "expected": decimal_text(progress.expected) if progress else None,
        "status": status,
        "stale_from": stale_day.isoformat() if stale_day else None,
        "sums": part_of(leaf.weight, progress, status, provisional=provisional),
    }


def _actual(definition: IndicatorDefinition, counting: Sequence[Standing]) -> Fraction:
    values = [(each.period.last, figure_of(each.version.value)) for each in counting]
    return accumulated(definition.accumulation, baseline_of(definition), values)


def _used(definition: IndicatorDefinition, counting: Sequence[Standing]) -> Sequence[Standing]:
    """The values that the figure is made of: the last, or for a sum or mean all since the baseline."""
    if definition.accumulation == "last":
        return counting[-1:]
    baseline = baseline_of(definition)
    return [each for each in counting if baseline is None or each.period.last > baseline[0]] or counting[-1:]
