"""When the term of what is to be deleted is over: what is gone can't be brought back, so a clock is believed slowly."""

from collections import deque
from datetime import datetime

from shared.clock import Clock

LOOKS = 2


class Terms:
    """Tells by when something must have been due to be deleted now.

    The clock has to have said so at an earlier look too: one that jumps ahead, and is set right before the next look,
    has nothing deleted early. Nothing is used longer for that: who reads what is past its term finds nothing.
    """

    def __init__(self, clock: Clock, looks: int = LOOKS) -> None:
        self._clock = clock
        self._seen: deque[datetime] = deque(maxlen=looks)

    def over_by(self) -> datetime | None:
        """Look at the clock; the moment before which terms are surely over, None at the first look."""
        self._seen.append(self._clock())
        return min(self._seen) if len(self._seen) == self._seen.maxlen else None
