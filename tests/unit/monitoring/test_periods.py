"""Periods are read in three ways, know their days, and tell when a value is too old."""

from datetime import date

import pytest

from services.monitoring.domain.periods import period_of, read_period, shifted
from services.monitoring.domain.watched import stale_day
from tests.domain_cases import cases


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2019", date(2019, 1, 1), date(2019, 12, 31)),
        ("2019-Q3", date(2019, 7, 1), date(2019, 9, 30)),
        ("2019-Q4", date(2019, 10, 1), date(2019, 12, 31)),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
        ("2019-12", date(2019, 12, 1), date(2019, 12, 31)),
    ],
)
def test_a_period_knows_its_first_and_last_day(text: str, first: date, last: date) -> None:
    """Both days are inside."""
    period = period_of(text)

    assert (text, first, last) == (period.text, period.first, period.last)


@pytest.mark.parametrize(
    "text", ["", "19", "2019-Q5", "2019-13", "2019-7", "2019-q3", "1799", "2019 ", "٢٠١٩", "2019-07-01"]
)
def test_anything_else_is_no_period(text: str) -> None:
    """One period is written one way."""
    assert read_period(text) is None


def test_a_period_that_was_not_checked_is_a_mistake_of_ours() -> None:
    """What is stored was read before."""
    with pytest.raises(ValueError, match="no period"):
        period_of("soon")


@pytest.mark.parametrize(
    ("text", "by", "expected"),
    [("2019", 2, "2021"), ("2019-Q3", 2, "2020-Q1"), ("2019-12", 1, "2020-01"), ("2020", -1, "2019")],
)
def test_periods_are_counted_on_and_back(text: str, by: int, expected: str) -> None:
    """A later period is as long as the one it is counted from."""
    assert expected == shifted(period_of(text), by).text


def test_a_value_is_stale_after_its_further_periods() -> None:
    """The worked example: the figure of 2022, two further years."""
    case = cases("stale_value")[0]
    day = stale_day(period_of(case.inputs["period_end"][:4]), 2).isoformat()

    assert case.expected["stale"] == [asked >= day for asked in case.inputs["as_of"]]
