"""Work that takes long goes on a few at a time: some may wait for that, the rest is told to come later."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

from shared.errors import Unavailable
from shared.language import Text

R = TypeVar("R")

RETRY_AFTER_S = 5
_BUSY = Text(
    bg="В момента се върши много тежка работа наведнъж. Опитайте отново след няколко секунди.",
    en="Much heavy work is going on at once right now. Try again in a few seconds.",
)


class Turns:
    """At most `at_once` go on at once, and at most `waiting` more wait for a turn, in the order in which they came.

    It has as many threads of its own: what takes long in them waits for nobody else's threads, and nobody for them.
    """

    def __init__(self, name: str, *, at_once: int, waiting: int) -> None:
        self._turns = asyncio.Semaphore(at_once)
        self._most = at_once + waiting
        self._asked = 0
        self._threads = ThreadPoolExecutor(at_once, name)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Have a turn while the block runs. Raises Unavailable when too many wait."""
        if self._asked >= self._most:
            raise Unavailable(_BUSY, retry_after_s=RETRY_AFTER_S)
        self._asked += 1
        try:
            async with self._turns:
                yield
        finally:
            self._asked -= 1

    async def run(self, work: Callable[[], R]) -> R:
        """Run work in one of the threads and return its result."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)
