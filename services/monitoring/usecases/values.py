"""Giving, correcting, verifying and listing values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.monitoring.domain.people import Person
from services.monitoring.domain.refusals import NoSuchValue
from services.monitoring.domain.values import Change, Entry, Value, record, value_id, verify
from services.monitoring.domain.watched import NoSuchIndicator, Watched
from services.monitoring.store import Wanted
from services.monitoring.usecases.desk import Desk, each
from services.monitoring.usecases.writing import write
from shared.errors import MegdanError, NotFound, Stale
from shared.language import Text
from shared.store import Page


@dataclass(frozen=True)
class Looked:
    """A value as somebody looked at it before verifying; the version may be left out."""

    indicator: str
    period: str
    version: int | None = None

    @property
    def key(self) -> str:
        return value_id(self.indicator, self.period)


@dataclass(frozen=True)
class Refused:
    """A value that could not be verified, and why."""

    item: Looked
    error: MegdanError


@dataclass(frozen=True)
class Verified:
    """What became of many verifications: how many are new, how many were verified already, which were refused."""

    verified: int
    unchanged: int
    refused: Sequence[Refused]


async def read_indicator(desk: Desk, indicator_id: str) -> Watched:
    """Raises NoSuchIndicator."""
    watched = await desk.kept.indicators.get(indicator_id)
    if watched is None:
        raise NoSuchIndicator(indicator_id)
    return watched


async def give_value(desk: Desk, person: Person, at: tuple[str, str], entry: Entry) -> Change:
    """Give or correct the value of `at` = (indicator, period); the same again changes nothing.

    Raises NoSuchIndicator, PeriodDoesNotFit, IndicatorIsRetired, SurveyFeedsThisPeriod, Stale.
    """
    watched = await read_indicator(desk, at[0])
    person.must_give(watched)
    period = watched.period(at[1])
    key = value_id(watched.id, period.text)
    change = record(watched, period, await desk.kept.values.get(key), entry, (person, desk.now()))
    if not change.events:
        return change
    try:
        return Change(await write(desk, change), change.events)
    except Stale:
        # Sent twice at once, the second finds that what it says is recorded; anything else was overtaken.
        stored = await desk.kept.values.get(key)
        again = record(watched, period, stored, entry, (person, desk.now()))
        if again.events:
            raise
        return again


async def verify_value(desk: Desk, person: Person, looked: Looked) -> Value:
    """Confirm a value. Raises NoSuchIndicator, NoSuchValue, OwnValue, OwnSurvey, SurveyIsStillOpen, ValueHasMoved."""
    watched = await read_indicator(desk, looked.indicator)
    change = _verification(desk, person, looked, (watched, await desk.kept.values.get(looked.key)))
    return await write(desk, change) if change.events else change.value


def _verification(desk: Desk, person: Person, looked: Looked, found: tuple[Watched | None, Value | None]) -> Change:
    watched, value = found
    if watched is None:
        raise NoSuchIndicator(looked.indicator)
    if value is None:
        raise NoSuchValue(looked.indicator, looked.period)
    return verify(watched, value, looked.version, (person, desk.now()))


async def verify_values(desk: Desk, person: Person, items: Sequence[Looked]) -> Verified:
    """Confirm many values, each for itself; those that can't be are named."""
    indicators = await desk.kept.indicators.get_many(sorted({item.indicator for item in items}))
    values = await desk.kept.values.get_many(sorted({item.key for item in items}))

    async def confirm(item: Looked) -> Change | Refused:
        return await _confirmed(desk, person, item, (indicators, values))

    results = await each({item.key: item for item in items}.values(), confirm)
    refused = [result for result in results if isinstance(result, Refused)]
    verified = sum(isinstance(result, Change) and bool(result.events) for result in results)
    return Verified(verified, len(results) - verified - len(refused), refused)


async def _confirmed(
    desk: Desk, person: Person, item: Looked, found: tuple[Mapping[str, Watched], Mapping[str, Value]]
) -> Change | Refused:
    indicators, values = found
    try:
        change = _verification(desk, person, item, (indicators.get(item.indicator), values.get(item.key)))
        if change.events:
            await write(desk, change)
    except MegdanError as error:
        return Refused(item, error)
    return change


async def list_values(desk: Desk, person: Person, wanted: Wanted, page: tuple[str | None, int]) -> Page[Value]:
    """List values for staff; `page` is a cursor and a limit. An officer sees those of the own unit."""
    if person.sees_own_unit_only:
        if wanted.unit not in (None, person.unit) or person.unit is None:
            raise NotFound(Text(bg="Няма такова звено.", en="There is no such unit."))
        wanted = Wanted(person.unit, wanted.state, wanted.period)
    return await desk.kept.values_wanted(wanted, *page)
