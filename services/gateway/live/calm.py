"""Many changes of one thing in a short time are told as few."""

import asyncio
from collections.abc import Callable

from services.gateway.live.notices import Notice

SETTLING_S = 0.25
"""The service counts a response in the meantime, so that who fetches at the notice finds it counted."""


class Calm:
    """Tells calm notices a moment after the first, and then at most once in every `pause_s` seconds each."""

    def __init__(self, tell: Callable[[Notice], None], pause_s: float) -> None:
        self._tell = tell
        self._pause_s = pause_s
        self._due: dict[Notice, asyncio.TimerHandle] = {}
        self._told: dict[Notice, float] = {}

    def hear(self, notice: Notice) -> None:
        """Take in a notice; one that is already due covers it."""
        if notice in self._due:
            return
        loop = asyncio.get_running_loop()
        now = loop.time()
        at = max(now + SETTLING_S, self._told.get(notice, 0.0) + self._pause_s)
        self._due[notice] = loop.call_at(at, self._say, notice)

    def stop(self) -> None:
        for handle in self._due.values():
            handle.cancel()
        self._due.clear()

    def _say(self, notice: Notice) -> None:
        now = asyncio.get_running_loop().time()
        self._due.pop(notice, None)
        self._told = {told: at for told, at in self._told.items() if at + self._pause_s > now} | {notice: now}
        self._tell(notice)
