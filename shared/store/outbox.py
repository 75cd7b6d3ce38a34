"""The relay: takes what was saved with its events to the bus, in order, and clears it once the bus has kept it."""

import asyncio
from contextlib import suppress

import structlog

from shared.bus import Bus
from shared.crash import crash_point
from shared.errors import MegdanError
from shared.store import Store

log = structlog.get_logger()

BATCH = 500
LONGEST_PAUSE_S = 30.0


class Relay:
    """Publishes a store's unsent events at once after each write, and every `sweep_s` seconds what a crash has left.

    A crash between publishing and clearing repeats events and never drops one; the log of each consumer meets them
    by their ids.
    """

    def __init__(self, store: Store, bus: Bus, *, sweep_s: float = 5.0) -> None:
        self._store = store
        self._bus = bus
        self._sweep_s = sweep_s

    async def run(self) -> None:
        """Relay until cancelled, whatever fails."""
        failures = 0
        while True:
            try:
                await self.send_all()
                failures = 0
            except Exception as error:
                failures += 1
                if isinstance(error, MegdanError):
                    log.warning("relay.waits", failures=failures, error=str(error))
                else:
                    log.exception("relay.failed", failures=failures)
                await asyncio.sleep(min(0.1 * 2 ** min(failures, 16), LONGEST_PAUSE_S))
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(self._sweep_s):
                    await self._store.outbox.wait()

    async def send_all(self) -> int:
        """Publish and clear until nothing is unsent; return how many events left."""
        sent = 0
        while events := await self._store.outbox.unsent(limit=BATCH):
            crash_point("relay.publishing")
            await self._bus.publish(events)
            crash_point("relay.published")
            await self._store.outbox.clear([event.id for event in events])
            crash_point("relay.cleared")
            sent += len(events)
        return sent
