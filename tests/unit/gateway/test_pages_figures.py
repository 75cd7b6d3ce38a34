"""Numbers, dates and times as people write them."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from services.gateway.pages import figures
from shared.language import Language

SOFIA_IN_WINTER = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("value", "decimals", "language", "written"),
    [
        (1284, None, "bg", "1\u00a0284"),
        (1284, None, "en", "1,284"),
        (3.6, None, "bg", "3,6"),
        (28.0, 1, "bg", "28,0"),
        (2.5, 0, "bg", "3"),
        (-1234567.891, 2, "bg", "\u22121\u00a0234\u00a0567,89"),
        (-0.2, 0, "bg", "0"),
        (1e6, None, "en", "1,000,000"),
    ],
)
def test_a_number_is_written_as_in_its_language(
    value: float, decimals: int | None, language: Language, written: str
) -> None:
    """Thousands are set apart, the decimal sign and the minus are right."""
    assert written == figures.number(value, language, decimals)


@pytest.mark.parametrize(("language", "written"), [("bg", "78\u00a0%"), ("en", "78%")])
def test_a_share_is_written_as_a_percentage(language: Language, written: str) -> None:
    """Bulgarian sets the sign apart by a space that does not break."""
    assert written == figures.percent(0.779, language)


@pytest.mark.parametrize(("value", "written"), [(4, "+4"), (-2, "\u22122"), (0, "0"), (0.3, "0")])
def test_a_change_carries_its_sign(value: float, written: str) -> None:
    """A rise has a plus, a fall a true minus, no change neither."""
    assert written == figures.signed(value, "bg")


@pytest.mark.parametrize(("language", "written"), [("bg", "24.11.2026\u00a0г."), ("en", "24 November 2026")])
def test_a_day_is_written_as_in_its_language(language: Language, written: str) -> None:
    """Days are told as people tell them."""
    assert written == figures.day(date(2026, 11, 24), language)


def test_a_time_of_today_is_told_without_its_day() -> None:
    """Times are those of the municipality's clock."""
    now = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)

    written = figures.moment(datetime(2026, 11, 24, 12, 32, tzinfo=UTC), SOFIA_IN_WINTER, now, "bg")

    assert written == "14:32\u00a0ч."


def test_a_time_of_another_day_is_told_with_it() -> None:
    """Midnight is the municipality's, not Greenwich's."""
    now = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)

    written = figures.moment(datetime(2026, 11, 24, 12, 32, tzinfo=UTC), SOFIA_IN_WINTER, now, "en")

    assert written == "24 November 2026, 14:32"
