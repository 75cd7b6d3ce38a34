"""A value: one indicator's figure in one period, with all that was said before and who stands behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import Field

from services.monitoring.domain.people import Giver, Person
from services.monitoring.domain.periods import Period, period_of
from services.monitoring.domain.refusals import (
    IndicatorIsRetired,
    OwnSurvey,
    OwnValue,
    PeriodHasNotBegun,
    SurveyFeedsThisPeriod,
    SurveyIsStillOpen,
    ValueHasMoved,
)
from services.monitoring.domain.watched import Watched
from shared.events.base import Event, Figure, Part
from shared.events.monitoring import ValueRecorded, ValueState, ValueVerified
from shared.store import Document

Disaggregation = Mapping[str, Mapping[str, Figure]]


class Given(Part):
    """One version of a value. `verified_by` and `verified_at` are empty until somebody confirmed it."""

    value_version: int
    figure: Figure
    state: ValueState
    source: str | None = None
    note: str | None = None
    evidence: str | None = None
    disaggregation: dict[str, dict[str, Figure]] = Field(default_factory=dict)
    giver: Giver
    given_at: str
    verified_by: str | None = None
    verified_at: str | None = None


class Fed(Part):
    """Which announcement of a survey a value was taken from. The pseudonyms are those who opened and closed it."""

    survey: str
    shard: str
    position: int
    number: int
    final: bool
    opened_by: str | None = None
    closed_by: str | None = None


class Value(Given, Document):
    """`indicator/period`. `history` holds each earlier version that was more than provisional, oldest first.

    `ends` is the period's last day, `responsible` the unit that answers, `stale_on` the day to look at it again.
    `people` are the pseudonyms of all who gave or verified a version.
    """

    plan: str
    indicator: str
    period: str
    ends: str
    responsible: str
    stale_on: str | None = None
    fed: Fed | None = None
    history: tuple[Given, ...] = ()
    people: tuple[str, ...] = ()

    def present(self) -> Given:
        """The version that is valid now."""
        return Given(**{name: getattr(self, name) for name in Given.model_fields})

    def was_given_by(self, subject: str) -> bool:
        """Tell whether a person gave this version or any before it."""
        return any(each.giver.subject == subject for each in (*self.history, self.present()))


@dataclass(frozen=True)
class Entry:
    """What somebody says a value is."""

    figure: Figure
    source: str
    note: str | None = None
    evidence: str | None = None
    disaggregation: Disaggregation = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """A value as it is now, and the events of its change; none if nothing changed."""

    value: Value
    events: tuple[Event, ...] = ()


def value_id(indicator: str, period: str) -> str:
    return f"{indicator}/{period}"


def record(watched: Watched, period: Period, earlier: Value | None, entry: Entry, by: tuple[Person, str]) -> Change:
    """Give or correct a value; `by` is who and when. The same again changes nothing; a correction ends verification.

    The period must have begun by the day (UTC, as the evaluation counts days). Raises NoSuchIndicator (another unit's),
    IndicatorIsRetired, PeriodHasNotBegun, SurveyFeedsThisPeriod.
    """
    person, at = by
    person.must_give(watched)
    if earlier is not None and _says_the_same(earlier, entry):
        return Change(earlier)
    _must_take(watched, period, earlier, at)
    said = Given(
        value_version=earlier.value_version + 1 if earlier else 1,
        figure=entry.figure,
        state="given",
        source=entry.source,
        note=entry.note,
        evidence=entry.evidence,
        disaggregation={name: dict(figures) for name, figures in entry.disaggregation.items()},
        giver=person.as_giver(),
        given_at=at,
    )
    return changed(watched, period, earlier, said)


def _says_the_same(value: Value, entry: Entry) -> bool:
    now = (value.figure, value.source, value.note, value.evidence, value.disaggregation)
    return now == (entry.figure, entry.source, entry.note, entry.evidence, entry.disaggregation)


def _must_take(watched: Watched, period: Period, earlier: Value | None, at: str) -> None:
    if not watched.in_force:
        raise IndicatorIsRetired
    if period.first.isoformat() > at[: len("YYYY-MM-DD")]:
        raise PeriodHasNotBegun(period.text, period.first)
    feed = watched.definition.feed
    is_closed = earlier is not None and earlier.fed is not None and earlier.fed.final
    if feed is not None and feed.period == period.text and not is_closed:
        raise SurveyFeedsThisPeriod(feed.survey)


def changed(watched: Watched, period: Period, earlier: Value | None, said: Given, *, fed: Fed | None = None) -> Change:
    """Put a new version in the place of the earlier, which goes to history unless it was provisional."""
    keeps = earlier is not None and earlier.state != "provisional"
    history = (*earlier.history, *([earlier.present()] if keeps else [])) if earlier else ()
    value = Value(
        **dict(said),
        id=value_id(watched.id, period.text),
        version=earlier.version if earlier else 0,
        plan=watched.plan,
        indicator=watched.id,
        period=period.text,
        ends=period.last.isoformat(),
        responsible=watched.definition.responsible,
        stale_on=watched.stale_on(period, said.state),
        fed=fed or (earlier.fed if earlier else None),
        history=history,
        people=_with(earlier.people if earlier else (), said.giver.subject),
    )
    recorded = ValueRecorded(
        plan_id=watched.plan,
        indicator_id=watched.id,
        period=period.text,
        value=said.figure,
        state=said.state,
        value_version=said.value_version,
        given_by=said.giver.announced,
        corrects=earlier.figure if earlier and keeps else None,
    )
    return Change(value, (recorded,))


def _with(people: tuple[str, ...], person: str) -> tuple[str, ...]:
    return tuple(sorted({*people, person} - {""}))


def verify(watched: Watched, value: Value, version: int | None, by: tuple[Person, str]) -> Change:
    """Confirm a value; `by` is who and when, `version` the one that was looked at. Verified already: nothing changes.

    Raises OwnValue, OwnSurvey, SurveyIsStillOpen, ValueHasMoved.
    """
    person, at = by
    if value.was_given_by(person.subject):
        raise OwnValue
    if value.giver.survey and value.fed and person.subject in (value.fed.opened_by, value.fed.closed_by):
        raise OwnSurvey
    if value.state == "provisional":
        raise SurveyIsStillOpen
    if version is not None and version != value.value_version:
        raise ValueHasMoved
    if value.state == "verified":
        return Change(value)
    stale_on = watched.stale_on(period_of(value.period), "verified")
    now_known = {"stale_on": stale_on, "people": _with(value.people, person.subject)}
    confirmed = value.model_copy(
        update={"state": "verified", "verified_by": person.subject, "verified_at": at, **now_known}
    )
    verified = ValueVerified(
        plan_id=value.plan,
        indicator_id=value.indicator,
        period=value.period,
        value=value.figure,
        value_version=value.value_version,
    )
    return Change(confirmed, (verified,))
