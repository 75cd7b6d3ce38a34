"""Settings of the surveys service are checked when it starts."""

import pytest
from pydantic import ValidationError

from services.surveys.settings import Settings


@pytest.mark.parametrize("name", ["Europe/Nowhere", "../passwd", ""])
def test_an_unknown_time_zone_is_refused(name: str) -> None:
    """A wrong name is told at the start, not when a survey opens."""
    with pytest.raises(ValidationError):
        Settings(timezone=name)


def test_the_least_step_is_three() -> None:
    """A step of one would give away each response."""
    with pytest.raises(ValidationError):
        Settings(step=1)
