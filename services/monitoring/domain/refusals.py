"""What can be refused to whoever gives or verifies a value."""

from datetime import date

from shared.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, Stale, shown
from shared.language import Text


class NoSuchValue(NotFound):
    """Nobody has given this value yet."""

    def __init__(self, indicator: str, period: str) -> None:
        named, when = shown(indicator), shown(period)
        super().__init__(Text(bg=f"Няма стойност на „{named}“ за {when}.", en=f"“{named}” has no value for {when}."))


class OwnValue(Forbidden):
    """Whoever gave or corrected a value can't verify it."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                bg="Стойността е въведена или поправяна от Вас. Трябва да я потвърди друг експерт.",
                en="You gave or corrected this value yourself. Another expert has to verify it.",
            )
        )


class OwnSurvey(Forbidden):
    """Whoever opened or closed a survey can't verify what it says."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                bg="Анкетата зад тази стойност е открита или приключена от Вас. Трябва да я потвърди друг експерт.",
                en="You opened or closed the survey that this value comes from. Another expert has to verify it.",
            )
        )


class SurveyIsStillOpen(Conflict):
    """A provisional value moves on until its survey is closed."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                bg="Анкетата, от която идва стойността, още тече. Потвърдете я, след като приключи.",
                en="The survey that this value comes from is still open. Verify it when it has closed.",
            )
        )


class SurveyFeedsThisPeriod(Conflict):
    """A survey gives the value of this period until it is closed."""

    def __init__(self, survey: str) -> None:
        super().__init__(
            Text(
                bg=f"Стойността за този период идва от анкетата „{survey}“. Поправете я, след като анкетата приключи.",
                en=f"The value of this period comes from the survey “{survey}”. Correct it when the survey has closed.",
            )
        )


class PeriodHasNotBegun(Invalid):
    """Nothing can have been measured yet in a period that begins later."""

    def __init__(self, period: str, first: date) -> None:
        text = Text(
            bg=f"Периодът {period} започва на {first:%d.%m.%Y} г. Дотогава за него няма какво да се отчете.",
            en=f"The period {period} begins on {first.isoformat()}. Until then there is nothing to report for it.",
        )
        super().__init__(text, [FieldError("/period", text)])


class IndicatorIsRetired(Conflict):
    """The version of the plan that is in force has the indicator no longer."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                bg="Индикаторът вече не е в плана. Стойностите му остават, нови не се приемат.",
                en="The indicator is no longer in the plan. Its values stay, new ones are not taken.",
            )
        )


class ValueHasMoved(Stale):
    """Another version of the value is valid than the one that was looked at."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                bg="Междувременно стойността е променена. Прегледайте я отново, преди да я потвърдите.",
                en="The value was changed meanwhile. Look at it again before you verify it.",
            )
        )
