"""Time comes in as an argument; this is the one that the edge passes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic

Clock = Callable[[], datetime]
"""Tells the moment, in UTC."""


def never_late(wall: Clock, elapsed_s: Callable[[], float]) -> Clock:
    """Make a clock that is never behind what the machine's said now plus the seconds that pass.

    Where the machine's clock is set back while the process runs, nothing expires or falls due late. Where it is ahead
    it is followed, and followed back once it is set right.
    """
    began, at = wall(), elapsed_s()

    def now() -> datetime:
        return max(wall(), began + timedelta(seconds=elapsed_s() - at))

    return now


system_clock = never_late(lambda: datetime.now(UTC), monotonic)
