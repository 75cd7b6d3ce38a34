"""The whole system in one process: every service on SQLite and the embedded bus, behind the gateway.

Read it as a picture: stores and bus, the services on them, the gateway before them; then what runs beside requests.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from deploy.data_folder import DataFolder
from deploy.services import SERVICES, Service
from services.gateway.app import GatewayService
from services.gateway.app import build as build_gateway
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
async def embedded(folder: DataFolder, clock: Clock = system_clock) -> AsyncIterator[System]:
    """Run the system on a data folder. Raises FolderIsInUse if another process holds it."""
    async with AsyncExitStack() as closing:
        secret = closing.enter_context(folder.held())
        bus = await SqliteBus.open(folder.store("bus"), clock)
        closing.push_async_callback(bus.close)
        stores: dict[str, Store] = {}
        for name in (*SERVICES, "gateway"):
            stores[name] = await SqliteStore.open(folder.store(name), name, clock)
            closing.push_async_callback(stores[name].close)

        services = {name: build(stores[name], bus, secret, clock) for name, build in SERVICES.items()}
        gateway = build_gateway(
            GatewaySettings(),
            stores["gateway"],
            bus,
            {name: service.app for name, service in services.items()},
            secret,
            clock,
            {name: _ready(service) for name, service in services.items()},
        )

        for name, service in services.items():
            bus.subscribe(service.projector.topics, name, service.projector.handle)
            await service.projector.catch_up()
        sweeps = [sweep for each in (gateway, *services.values()) for sweep in each.sweeps]
        beside = [keep_sweeping(sweeps), *(Relay(store, bus).run() for store in stores.values())]
        async with _running(beside):
            await bus.start()
            closing.push_async_callback(bus.stop)
            async with gateway.running():
                yield System(gateway, services, bus)


def _ready(service: Service) -> Callable[[], Awaitable[str | None]]:
    async def fault() -> str | None:
        behind = await service.projector.behind()
        return f"{behind} entries behind" if behind > MOST_BEHIND else None

    return fault


@asynccontextmanager
async def _running(beside: list[Awaitable[None]]) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(work) for work in beside]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
