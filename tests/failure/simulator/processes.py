"""Processes: each holds a service's projector, its relay and its end of the bus, and may be gone at any step."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from shared.bus.in_process import InProcessBus, growing_pause
from shared.projections import Projector
from shared.store import CollectionOf, Store
from shared.store.outbox import Relay
from shared.sweeps import Sweep, keep_sweeping
from tests.failure.simulator.broker import Broker, BrokerEnd
from tests.failure.simulator.faults import CRASH, NONE, PAUSE, Faults, Gone, Lost, unavailable
from tests.failure.simulator.loop import SeededLoop
from tests.failure.simulator.ports import StoreEnd
from tests.failure.simulator.watching import Watching

T = TypeVar("T")

START = datetime(2026, 1, 1, tzinfo=UTC)
LONGEST_REST_S = 3.0
MENDS_EVERY_S = 5.0


@dataclass(frozen=True)
class Engines:
    """What outlives a process: the store of a service, the broker, what happens to either, and who watches."""

    loop: SeededLoop
    broker: Broker
    faults: Faults
    watching: Mapping[str, Watching]
    trace: list[tuple[float, str, str, str]]


Build = Callable[[Store, Any, Callable[[], datetime]], Projector]
"""Puts a service's projector together from a store, a bus and a clock."""


@dataclass(frozen=True)
class Service:
    """A service as the world runs it: how it is put together, what it projects, by how many processes, its sweeps."""

    group: str
    build: Build
    projections: tuple[CollectionOf[Any], ...]
    replicas: int
    sweeps: Callable[["Process"], Sequence[Sweep]] = lambda _: ()


class Process:
    """One replica of a service. What it holds in memory is made anew each time it begins."""

    def __init__(self, number: int, service: Service, store: Any, engines: Engines) -> None:
        self.name = f"{service.group}-{number}"
        self.group = service.group
        self.is_ready = False
        self.days_off = 0.0
        self.memory: dict[str, Any] = {}
        self.store = StoreEnd(self, store, engines.watching[service.group])
        self.end = BrokerEnd(self, engines.broker)
        self._is_alive = False
        self._build = service.build
        self._sweeps = service.sweeps
        self._engines = engines

    def clock(self) -> datetime:
        return START + timedelta(seconds=self._engines.loop.time(), days=self.days_off)

    async def run(self) -> None:
        """Live, and begin again some time after each end."""
        while True:
            self._begin()
            life = self.spawn(self._life())
            await asyncio.wait([life])
            self._note("ends", "")
            self.kill()
            await asyncio.sleep(self._engines.faults.random.random() * LONGEST_REST_S)

    def _begin(self) -> None:
        self._is_alive = True
        self.memory = {}
        self._note("begins", "")
        self.bus = InProcessBus(self.end, growing_pause)
        self.projector = self._build(self.store, self.bus, self.clock)
        self.bus.subscribe(self.projector.topics, self.group, self.projector.handle)

    async def _life(self) -> None:
        await self.projector.catch_up()
        self.spawn(Relay(self.store, self.bus).run())
        self.spawn(keep_sweeping([Sweep("rebuilds", MENDS_EVERY_S, self.projector.mend), *self._sweeps(self)]))
        await self.bus.start()
        self.is_ready = True
        await asyncio.Event().wait()

    def spawn(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """Let the process work at something."""
        task = self._engines.loop.create_task(work)
        self._engines.loop.owners[task] = self
        return task

    def wake(self) -> None:
        """Have it look for messages, as a broker's news would."""
        if self.is_ready:
            self.spawn(self.bus.start())

    def kill(self) -> None:
        """End it where it stands."""
        if self._is_alive:
            self._is_alive = self.is_ready = False
            owners = self._engines.loop.owners
            for task in [task for task, owner in owners.items() if owner is self]:
                del owners[task]
                task.cancel()

    async def asked(self, work: Callable[["Process"], Coroutine[Any, Any, T]]) -> T:
        """Have it do something for a client. Raises Lost if it dies over that, and whatever the work raises."""
        task = self.spawn(work(self))
        await asyncio.wait([task])
        if task.cancelled() or isinstance(task.exception(), Gone):
            raise Lost
        return task.result()

    async def step(self, name: str, doing: Callable[[], Awaitable[T]]) -> T:
        """Do one thing with an engine; before it and after it anything may happen."""
        faults = self._engines.faults
        await self._happening(name, faults.before(name))
        done = await doing()
        await self._happening(name, faults.after(name), after=True)
        return done

    def cut_short(self, step: str, length: int) -> int:
        return self._engines.faults.cut_short(step, length)

    async def _happening(self, name: str, fault: str, *, after: bool = False) -> None:
        if not self._is_alive:
            raise Gone
        self._note(("after " if after else "") + name, "" if fault == NONE else fault)
        if fault == CRASH:
            self.kill()
            raise Gone
        if fault not in (NONE, PAUSE):
            raise unavailable()
        await asyncio.sleep(self._engines.faults.patience_s() if fault == PAUSE else 0)
        if not self._is_alive:
            raise Gone

    def _note(self, what: str, fault: str) -> None:
        self._engines.trace.append((self._engines.loop.time(), self.name, what, fault))
