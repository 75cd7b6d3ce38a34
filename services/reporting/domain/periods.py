"""Periods of figures: a year 2019, a quarter 2019-Q3, a month 2019-07."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from functools import lru_cache

from shared.events.monitoring import Frequency

_WRITTEN = re.compile(r"(\d{4})(?:-Q([1-4])|-(0[1-9]|1[0-2]))?", re.ASCII)
_MONTHS: Mapping[Frequency, int] = {"year": 12, "quarter": 3, "month": 1}
_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """The days from `first` to `last`, both of them in it."""

    first: date
    last: date


@lru_cache(maxsize=4096)
def period_of(written: str) -> Period:
    """Read a period. Raises ValueError if it is none."""
    found = _WRITTEN.fullmatch(written)
    if found is None:
        raise ValueError("not a year, a quarter or a month")
    year, quarter, month = int(found[1]), found[2], found[3]
    if quarter:
        return _of_months(date(year, 3 * int(quarter) - 2, 1), 3)
    return _of_months(date(year, int(month or 1), 1), 1 if month else 12)


def stale_from(last: date, stale_after: int | None, frequency: Frequency) -> date | None:
    """Tell the first day on which a figure whose period ended on `last` is too old: after that many further periods.

    None stands for never (domain.md section 3).
    """
    if stale_after is None:
        return None
    return _months_later(last + _A_DAY, stale_after * _MONTHS[frequency])


def a_year_before(day: date) -> date:
    """The same day of the year before; 28 February for 29 February."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _of_months(first: date, months: int) -> Period:
    return Period(first, _months_later(first, months) - _A_DAY)


def _months_later(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    return date.max if first.year + years > MAXYEAR else date(first.year + years, month + 1, 1)
