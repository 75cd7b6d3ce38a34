"""An indicator as values are given for it: its definition in force, apart from the plan, so that a value is quick."""

from datetime import date, timedelta

from services.monitoring.domain.definitions import Indicator
from services.monitoring.domain.periods import Period, read_period, shifted, year_of
from services.monitoring.domain.plan import Plan
from shared.errors import FieldError, Invalid, NotFound, shown
from shared.events.monitoring import ValueState
from shared.language import Text
from shared.store import Document


class NoSuchIndicator(NotFound):
    """There is no such indicator, or it is not for this reader to change."""

    def __init__(self, indicator_id: str) -> None:
        named = shown(indicator_id)
        super().__init__(
            Text(
                bg=f"Няма индикатор „{named}“. Проверете кода му в плана.",
                en=f"There is no indicator “{named}”. Look up its id in the plan.",
            )
        )


class PeriodDoesNotFit(Invalid):
    """A period that can't be read, or is not of the length that the indicator is measured in."""

    def __init__(self, frequency: str) -> None:
        text = _PERIODS[frequency]
        super().__init__(text, [FieldError("/period", text)])


_PERIODS = {
    "year": Text(
        bg="Индикаторът се отчита по години: посочете период като 2019.",
        en="The indicator is reported by year: give a period such as 2019.",
    ),
    "quarter": Text(
        bg="Индикаторът се отчита по тримесечия: посочете период като 2019-Q3.",
        en="The indicator is reported by quarter: give a period such as 2019-Q3.",
    ),
    "month": Text(
        bg="Индикаторът се отчита по месеци: посочете период като 2019-07.",
        en="The indicator is reported by month: give a period such as 2019-07.",
    ),
}


class Watched(Document):
    """An indicator of the version of a plan that is in force, or of the last version that had it (`in_force` false).

    `ends` is the plan's last day; the survey and its question are those that feed it, if any.
    """

    plan: str
    plan_version: int
    ends: str
    in_force: bool
    definition: Indicator
    fed_survey: str | None = None
    fed_question: str | None = None

    def period(self, text: str) -> Period:
        """Read a period of this indicator. Raises PeriodDoesNotFit."""
        period = read_period(text)
        if period is None or period.frequency != self.definition.frequency:
            raise PeriodDoesNotFit(self.definition.frequency)
        return period

    def stale_on(self, period: Period, state: ValueState) -> str | None:
        """The first day on which a value counts no longer; None if it does not count now, or never stops counting.

        A day after the plan's end is judged as its end, so nothing goes stale after it.
        """
        after = self.definition.stale_after
        if state == "given" or after is None:
            return None
        day = stale_day(period, after)
        return day.isoformat() if day.isoformat() <= self.ends else None


def stale_day(period: Period, stale_after: int) -> date:
    """The first day on which a value is older than `stale_after` further periods."""
    return shifted(period, stale_after).last + timedelta(days=1)


def watched_indicators(plan: Plan) -> list[Watched]:
    """All indicators of the version in force, as values are given for them."""
    return [
        Watched(
            id=indicator.id,
            plan=plan.id,
            plan_version=plan.plan_version,
            ends=year_of(plan.content.last_year).last.isoformat(),
            in_force=True,
            definition=indicator,
            fed_survey=indicator.feed.survey if indicator.feed else None,
            fed_question=indicator.feed.question if indicator.feed else None,
        )
        for indicator in plan.content.indicators
    ]


def retired(watched: Watched, plan: Plan) -> Watched:
    """An indicator that the version in force has no longer: its values stay, new ones are not taken."""
    unfed = {"fed_survey": None, "fed_question": None}
    return watched.model_copy(update={"plan_version": plan.plan_version, "in_force": False, **unfed})
