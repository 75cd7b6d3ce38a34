"""When terms are over: believed at the second look."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.terms import Terms

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
YEAR, HOUR = timedelta(days=365), timedelta(hours=1)


@pytest.mark.parametrize(
    ("clock", "last"),
    [
        ([NOW], None),
        ([NOW, NOW + HOUR], NOW),
        ([NOW, NOW + YEAR, NOW + HOUR], NOW + HOUR),
        ([NOW, NOW - YEAR, NOW + HOUR], NOW - YEAR),
        ([NOW, NOW + HOUR, NOW + 2 * HOUR], NOW + HOUR),
    ],
)
def test_a_term_is_over_when_two_looks_say_so(clock: list[datetime], last: datetime | None) -> None:
    """P-74: the first look deletes nothing, a wrong one in between nothing that the next does not agree to."""
    shown = iter(clock)
    terms = Terms(lambda: next(shown))

    assert last == [terms.over_by() for _ in clock][-1]
