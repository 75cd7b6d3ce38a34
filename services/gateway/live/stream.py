"""One live connection: what waits for it is bounded, for of each thing only the latest notice counts."""

import asyncio
from collections.abc import AsyncIterator, Mapping

from services.gateway.edge.caller import Caller
from services.gateway.live.notices import Notice

HEARTBEAT = b": \n\n"
OPENING = b"retry: 3000\n\n"
MOST_WAITING = 1000


class Stream:
    """A listener. It hears what it asked for and may know at the moment of sending.

    Attributes:
        identity: who listens, as known by the last look.
        credential: what the listener was recognised by; None for a visitor.
        client: whose share of the connections it takes.
    """

    def __init__(self, caller: Caller, wanted: Mapping[str, frozenset[str]], client: str | None = None) -> None:
        self.identity = caller.identity
        self.credential = caller.credential
        self.client = client
        self._wanted = wanted
        self._waiting: dict[tuple[str, str], Notice] = {}
        self._woken = asyncio.Event()
        self._ended = False

    def offer(self, notice: Notice) -> None:
        """Have a notice sent; one of the same thing that still waits is replaced."""
        if self._wants(notice) and (notice.place in self._waiting or len(self._waiting) < MOST_WAITING):
            self._waiting[notice.place] = notice
            self._woken.set()

    def end(self) -> None:
        """End the connection; what waits is dropped."""
        self._ended = True
        self._woken.set()

    async def sent(self, heartbeat_s: float) -> AsyncIterator[bytes]:
        """Give what goes over the connection, with a sign of life after each quiet `heartbeat_s`, until it is ended."""
        yield OPENING
        while not self._ended:
            try:
                async with asyncio.timeout(heartbeat_s):
                    await self._woken.wait()
            except TimeoutError:
                yield HEARTBEAT
                continue
            self._woken.clear()
            waiting, self._waiting = self._waiting, {}
            told = b"".join(notice.encoded() for notice in waiting.values() if notice.is_for(self.identity))
            if told and not self._ended:
                yield told

    def _wants(self, notice: Notice) -> bool:
        return not self._wanted or notice.key in self._wanted.get(notice.kind, ())
