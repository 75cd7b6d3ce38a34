"""The hub: hears the bus, tells every live connection, and ends those whose right to listen has ended."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from itertools import islice

import structlog

from services.gateway.edge.caller import Caller, Credential
from services.gateway.live.calm import Calm
from services.gateway.live.notices import WATCHED, Notice, notice_of
from services.gateway.live.stream import Stream
from services.gateway.settings import Settings
from services.gateway.slots import Slots
from shared.bus import Bus
from shared.errors import Unavailable
from shared.events.registry import Undecodable, decode
from shared.identity import Identity
from shared.language import Text

log = structlog.get_logger()

Standing = Callable[[Sequence[Credential]], Awaitable[Mapping[Credential, Identity]]]
BUS_PAUSE_S = 1.0
AT_ONCE = 50
REST_S = 0.01
"""Connections that are told in one turn of the event loop, and the rest after them."""

REST_PER_READER_S = 0.0015
"""Telling one connection takes a tenth of this: where thousands listen, they hear less often."""


class Hub:
    """All live connections of this process.

    `standing` tells who is behind credentials now; those that it leaves out are dead.
    """

    def __init__(self, bus: Bus, standing: Standing, settings: Settings) -> None:
        self._bus = bus
        self._standing = standing
        self._settings = settings
        self._streams: set[Stream] = set()
        self._slots = Slots(settings.live_streams, settings.live_per_client)
        self._calm = Calm(self.tell, self._pause_s)
        self._stopping = False

    @property
    def streams(self) -> int:
        """How many connections are open."""
        return len(self._streams)

    def open(self, caller: Caller, wanted: Mapping[str, frozenset[str]], client: str | None = None) -> Stream:
        """Open a connection. Raises Unavailable when there are too many, or it is about to stop."""
        if self._stopping or not self._slots.take(client):
            raise Unavailable(
                Text(
                    bg="В момента твърде много хора следят на живо. Опитайте отново след малко.",
                    en="Too many people are watching live right now. Try again in a moment.",
                ),
                retry_after_s=15,
            )
        stream = Stream(caller, wanted, client)
        self._streams.add(stream)
        return stream

    def close(self, stream: Stream) -> None:
        """Forget a connection that is over."""
        self._streams.discard(stream)
        self._slots.free(stream.client)

    def hear(self, body: bytes | None) -> None:
        """Take in what came over the bus; what is no event is the consumers' to report."""
        if not self._streams:
            return
        try:
            notice = notice_of(decode(body).data)
        except Undecodable:
            return
        if notice is not None:
            self._calm.hear(notice)

    def tell(self, notice: Notice) -> None:
        """Tell every connection that wants to hear of it, some at a time: where many listen, others have turns too."""
        self._tell_some(notice, iter(list(self._streams)))

    async def run(self) -> None:
        """Hear the bus and look after the connections, until cancelled or stopped."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep(self._watch), name="live watch")
            group.create_task(self._keep(self._recheck), name="live recheck")

    def stop(self) -> None:
        """End every connection, so that the server can end; no new ones are opened."""
        self._stopping = True
        self._calm.stop()
        for stream in self._streams:
            stream.end()

    async def recheck(self) -> None:
        """End the connections of those who have signed out or lost their account; note changed rights."""
        signed_in = [(stream, stream.credential) for stream in self._streams if stream.credential]
        if not signed_in:
            return
        standing = await self._standing(list({credential for _, credential in signed_in}))
        for stream, credential in signed_in:
            identity = standing.get(credential)
            if identity is None:
                stream.end()
            else:
                stream.identity = identity

    def _tell_some(self, notice: Notice, streams: Iterator[Stream]) -> None:
        some = list(islice(streams, AT_ONCE))
        for stream in some:
            stream.offer(notice)
        if len(some) == AT_ONCE:
            asyncio.get_running_loop().call_later(REST_S, self._tell_some, notice, streams)

    def _pause_s(self) -> float:
        return max(self._settings.live_pause_s, self.streams * REST_PER_READER_S)

    async def _watch(self) -> None:
        async with self._bus.watch(WATCHED) as messages:
            async for message in messages:
                self.hear(message.body)

    async def _recheck(self) -> None:
        await asyncio.sleep(self._settings.live_recheck_s)
        await self.recheck()

    async def _keep(self, work: Callable[[], Awaitable[None]]) -> None:
        while not self._stopping:
            try:
                await work()
            except Exception:
                log.exception("live.failed", work=getattr(work, "__name__", ""))
                await asyncio.sleep(BUS_PAUSE_S)
