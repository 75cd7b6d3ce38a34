"""Periods that values belong to: a year (2019), a quarter (2019-Q3) or a month (2019-07)."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from shared.events.monitoring import Frequency

_WRITTEN = re.compile(r"(?P<year>(?:1[89]|2[01])[0-9]{2})(?:-(?:Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2])))?")
_MONTHS: dict[Frequency, int] = {"year": 12, "quarter": 3, "month": 1}
_MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class Period:
    """A period of the calendar; `first` and `last` are its days, both inside."""

    text: str
    frequency: Frequency
    first: date
    last: date

    def is_before(self, other: "Period") -> bool:
        """Tell whether it ends before the other ends; figures stand at the end of their period."""
        return self.last < other.last


def read_period(text: str) -> Period | None:
    """Read a period; None for anything that is not written in one of the three ways."""
    written = _WRITTEN.fullmatch(text)
    if written is None:
        return None
    quarter, month = written["quarter"], written["month"]
    frequency: Frequency = "quarter" if quarter else "month" if month else "year"
    begins = int(quarter) * 3 - 3 if quarter else int(month or 1) - 1
    return _period(frequency, int(written["year"]) * _MONTHS_A_YEAR + begins)


def period_of(text: str) -> Period:
    """Read a period that was checked before it was stored. Raises ValueError if it was not."""
    period = read_period(text)
    if period is None:
        raise ValueError(f"{text!r} is no period")
    return period


def shifted(period: Period, by: int) -> Period:
    """The period of the same length that lies `by` periods later."""
    return _period(period.frequency, _month(period.first) + by * _MONTHS[period.frequency])


def year_of(year: int) -> Period:
    return _period("year", year * _MONTHS_A_YEAR)


def _period(frequency: Frequency, month: int) -> Period:
    first = _first_day(month)
    last = _first_day(month + _MONTHS[frequency]) - timedelta(days=1)
    return Period(_text(frequency, first), frequency, first, last)


def _month(day: date) -> int:
    return day.year * _MONTHS_A_YEAR + day.month - 1


def _first_day(month: int) -> date:
    return date(month // _MONTHS_A_YEAR, month % _MONTHS_A_YEAR + 1, 1)


def _text(frequency: Frequency, first: date) -> str:
    if frequency == "quarter":
        return f"{first.year}-Q{(first.month + 2) // 3}"
    return f"{first.year}-{first.month:02d}" if frequency == "month" else str(first.year)
