"""One run: services with their processes, clients, and everything that goes wrong, all drawn from one seed."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from random import Random
from typing import Any

from shared.bus import Shard
from shared.store.memory import MemoryStore
from tests.failure.simulator.broker import Broker
from tests.failure.simulator.faults import Faults, drawn_rates, unavailable
from tests.failure.simulator.ledger import Ledger
from tests.failure.simulator.loop import seeded_loop
from tests.failure.simulator.processes import Engines, Process, Service
from tests.failure.simulator.watching import Watching

LONGEST_S = 600.0
STILL_S = 15
"""Longer than any sweep waits, so that nothing is called quiet between two of its turns."""


class NeverQuiet(AssertionError):
    """Long after the last fault something was still under way."""


class World:
    """Engines, processes and what happens to them."""

    def __init__(self, random: Random, services: Sequence[Service], faults: Faults | None = None) -> None:
        self.random = random
        self.services = services
        self.ledger = Ledger()
        self.loop = seeded_loop(random.getrandbits(32))
        self.faults = faults or Faults(random, drawn_rates(random))
        self.poison: list[tuple[Shard, int]] = []
        self.broker = Broker(random)
        self.watching = {service.group: Watching(service.group) for service in services}
        self.engines = Engines(self.loop, self.broker, self.faults, self.watching, [])
        self.stores: dict[str, MemoryStore] = {}
        self.processes: dict[str, list[Process]] = {}

    def furnish(self) -> None:
        """Make stores and processes; once the loop runs, to which they belong."""
        for service in self.services:
            store = self.stores[service.group] = MemoryStore(service.group, self._clock)
            self.processes[service.group] = [
                Process(number, service, store, self.engines) for number in range(service.replicas)
            ]
            self.broker.consumers += self.processes[service.group]

    def _clock(self) -> Any:
        return self.broker.consumers[0].clock()  # type: ignore[attr-defined]  # a process has one

    async def ask(self, group: str, work: Any) -> Any:
        """Have some process of a service do something."""
        ready = [process for process in self.processes[group] if process.is_ready]
        if not ready:
            raise unavailable()
        return await self.random.choice(ready).asked(work)

    async def live(self, clients: Sequence[Coroutine[Any, Any, None]], mishaps: Mapping[str, Any]) -> None:
        """Let clients come while things go wrong; then let all become calm, and wait until nothing moves."""
        for process in self.broker.consumers:
            self.loop.create_task(process.run())  # type: ignore[attr-defined]  # a process lives
        going_wrong = [self.loop.create_task(mishap) for mishap in mishaps.values()]
        await asyncio.gather(*clients)
        for task in going_wrong:
            task.cancel()
        await asyncio.gather(*going_wrong, return_exceptions=True)
        self.faults.are_over = True
        self.faults.away.clear()
        await self._quiet()

    async def _quiet(self) -> None:
        still = 0
        until = self.loop.time() + LONGEST_S
        while still < STILL_S:
            if self.loop.time() > until:
                raise NeverQuiet(f"after {LONGEST_S:.0f} s: {await self.waiting()}")
            await asyncio.sleep(1)
            still = 0 if any((await self.waiting()).values()) else still + 1

    async def waiting(self) -> dict[str, int]:
        """What is on its way: in outboxes, and on the bus."""
        outboxes = {name: len(await store.outbox.unsent(limit=999)) for name, store in self.stores.items()}
        lags = {
            process.group: self.broker.entries.waiting(process.group, process.projector.topics)
            for process in self.broker.consumers
            if isinstance(process, Process)
        }
        return {f"outbox of {name}": count for name, count in outboxes.items()} | lags
