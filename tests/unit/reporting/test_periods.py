"""Periods of figures."""

from datetime import date

import pytest

from services.reporting.domain.periods import Period, a_year_before, period_of, stale_from


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2019", date(2019, 1, 1), date(2019, 12, 31)),
        ("2019-Q1", date(2019, 1, 1), date(2019, 3, 31)),
        ("2019-Q4", date(2019, 10, 1), date(2019, 12, 31)),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
        ("2019-12", date(2019, 12, 1), date(2019, 12, 31)),
    ],
)
def test_a_period_is_its_days(written: str, first: date, last: date) -> None:
    """A year, a quarter and a month run from their first to their last day."""
    assert Period(first, last) == period_of(written)


@pytest.mark.parametrize("written", ["", "19", "2019-Q5", "2019-13", "2019-1", "0000", "٢٠١٩", "2019-01-01"])
def test_anything_else_is_no_period(written: str) -> None:
    """A text that is none of the three forms is refused."""
    with pytest.raises(ValueError, match=r".+"):
        period_of(written)


@pytest.mark.parametrize(
    ("after", "frequency", "first"),
    [
        (2, "quarter", date(2020, 7, 1)),
        (1, "month", date(2020, 2, 1)),
        (0, "year", date(2020, 1, 1)),
        (99999, "year", date.max),
        (None, "year", None),
    ],
)
def test_staleness_counts_the_indicators_own_periods(after: int | None, frequency: str, first: date | None) -> None:
    """A figure for 2019 grows too old after so many further quarters, months or years, or never."""
    assert first == stale_from(date(2019, 12, 31), after, frequency)  # type: ignore[arg-type]  # one of three texts


def test_a_year_before_a_leap_day() -> None:
    """29 February has the 28th for its year before."""
    assert [date(2019, 2, 28), date(2019, 12, 31)] == [
        a_year_before(date(2020, 2, 29)),
        a_year_before(date(2020, 12, 31)),
    ]
