"""Many changes of one thing in a short time are told as few."""

import asyncio
from collections.abc import Callable

from services.gateway.live.notices import Notice

SETTLING_S = 0.25
"""The service counts a response in the meantime, so that who fetches at the notice finds it counted."""

Place = tuple[str, str]


class Calm:
    """Tells of one thing at most once in every `pause_s()` seconds; of single responses a moment after the first."""

    def __init__(self, tell: Callable[[Notice], None], pause_s: Callable[[], float]) -> None:
        self._tell = tell
        self._pause_s = pause_s
        self._due: dict[Place, asyncio.TimerHandle] = {}
        self._told: dict[Place, float] = {}

    def hear(self, notice: Notice) -> None:
        """Take in a notice; one of the same thing that is already due covers it."""
        if notice.place in self._due:
            return
        loop = asyncio.get_running_loop()
        now = loop.time()
        at = max(now + SETTLING_S * notice.calm, self._told.get(notice.place, 0.0) + self._pause_s())
        if at > now:
            self._due[notice.place] = loop.call_at(at, self._say, notice)
        else:
            self._say(notice)

    def stop(self) -> None:
        for handle in self._due.values():
            handle.cancel()
        self._due.clear()

    def _say(self, notice: Notice) -> None:
        now, pause_s = asyncio.get_running_loop().time(), self._pause_s()
        self._due.pop(notice.place, None)
        self._told = {told: at for told, at in self._told.items() if at + pause_s > now} | {notice.place: now}
        self._tell(notice)
