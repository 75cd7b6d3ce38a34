"""Time comes in as an argument; this is the one that the edge passes."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Tells the moment, in UTC."""


def system_clock() -> datetime:
    return datetime.now(UTC)
