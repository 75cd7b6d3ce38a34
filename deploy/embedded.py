"""The whole system in one process: every service on SQLite and the embedded bus, behind the gateway.

Read it as a picture: stores and bus, the services on them, the gateway before them; then what runs beside requests.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import chain

from deploy.data_folder import DataFolder
from deploy.services import SERVICES, Service, sweeps_of
from services.gateway.app import GatewayService
from services.gateway.app import build as build_gateway
from services.gateway.metrics import Gauge
from services.gateway.settings import Settings as GatewaySettings
from shared.bus import Bus
from shared.bus.sqlite import SqliteBus
from shared.clock import Clock, system_clock
from shared.store import Store
from shared.store.outbox import Relay
from shared.store.sqlite import SqliteStore
from shared.sweeps import keep_sweeping

MOST_BEHIND = 10_000
"""Entries behind which a service is not called ready."""


@dataclass(frozen=True)
class System:
    """A running installation."""

    gateway: GatewayService
    services: Mapping[str, Service]
    bus: Bus

    async def backlog(self) -> int:
        """How much has been saved and is not in every projection yet: unsent, undelivered or unfolded."""
        waiting = list((await self.bus.lag()).values())
        for service in self.services.values():
            waiting += [len(await service.store.outbox.unsent(limit=1000)), await service.projector.behind()]
        return sum(waiting)

    async def quiet(self) -> None:
        """Wait until everything that was saved has reached every projection."""
        while await self.backlog():  # noqa: ASYNC110 - what waits lies in several stores, which share no event
            await asyncio.sleep(0.02)


@asynccontextmanager
async def embedded(
    folder: DataFolder, clock: Clock = system_clock, look: Mapping[str, object] | None = None
) -> AsyncIterator[System]:
    """Run the system on a data folder; `look` are settings of the gateway that come before the environment's.

    Raises FolderIsInUse if another process holds the folder.
    """
    async with AsyncExitStack() as closing:
        secret = closing.enter_context(folder.held())
        bus, stores = await _opened(folder, clock, closing)

        services = {name: build(stores[name], bus, secret, clock) for name, build in SERVICES.items()}
        gateway = build_gateway(
            GatewaySettings().model_copy(update={"cache": folder.path / "cache", **(look or {})}),
            stores["gateway"],
            bus,
            {name: service.app for name, service in services.items()},
            secret,
            clock,
            {name: _ready(name, service, bus) for name, service in services.items()},
            gauges=_gauges(services, bus),
        )

        for name, service in services.items():
            bus.subscribe(service.projector.topics, name, service.projector.handle)
            await service.projector.catch_up()
        sweeps = [*gateway.sweeps, *chain(*(sweeps_of(name, service) for name, service in services.items()))]
        relays = [Relay(store, bus).run() for store in stores.values()]
        async with _running([keep_sweeping(sweeps), *relays]), gateway.running():
            await bus.start()
            try:
                yield System(gateway, services, bus)
            finally:
                await bus.stop()


async def _opened(folder: DataFolder, clock: Clock, closing: AsyncExitStack) -> tuple[Bus, Mapping[str, Store]]:
    bus = await SqliteBus.open(folder.store("bus"), clock)
    closing.push_async_callback(bus.close)
    stores: dict[str, Store] = {}
    for name in (*SERVICES, "gateway"):
        stores[name] = await SqliteStore.open(folder.store(name), name, clock)
        closing.push_async_callback(stores[name].close)
    return bus, stores


def _gauges(services: Mapping[str, Service], bus: Bus) -> list[Gauge]:
    async def behind() -> Mapping[str, float]:
        return {name: await service.projector.behind() for name, service in services.items()}

    async def unsent() -> Mapping[str, float]:
        return {name: len(await service.store.outbox.unsent(limit=1000)) for name, service in services.items()}

    return [
        Gauge("megdan_entries_behind", "Log entries that are not folded yet.", "service", behind),
        Gauge("megdan_outbox_unsent", "Events not on the bus yet, at most 1000.", "service", unsent),
        Gauge("megdan_bus_lag", "Entries of the bus that a group has not taken yet.", "group", bus.lag),
    ]


def _ready(name: str, service: Service, bus: Bus) -> Callable[[], Awaitable[str | None]]:
    async def fault() -> str | None:
        behind = await service.projector.behind() + (await bus.lag()).get(name, 0)
        return f"{behind} entries behind" if behind > MOST_BEHIND else None

    return fault


@asynccontextmanager
async def _running(beside: Sequence[Awaitable[None]]) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(work) for work in beside]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
