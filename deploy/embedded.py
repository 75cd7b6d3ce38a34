"""The whole system in one process: every service on SQLite and the embedded bus, behind the gateway.

Read it as a picture: stores, bus, services, the gateway before them; then what runs beside the requests.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from fastapi import FastAPI
from services.monitoring.settings import Settings as MonitoringSettings
from services.reporting.settings import Settings as ReportingSettings
from services.surveys.settings import Settings as SurveysSettings
from shared.bus.sqlite import SqliteBus

from deploy.data_folder import DataFolder
from services.gateway import app as gateway
from services.gateway.settings import Settings as GatewaySettings
from services.monitoring import app as monitoring
from services.reporting import app as reporting
from services.surveys import app as surveys
from shared.clock import Clock, system_clock
from shared.projections import Projector
from shared.store import Store
from shared.store.outbox import Relay
from shared.store.sqlite import SqliteStore
from shared.sweeps import Sweep, keep_sweeping


class Service(Protocol):
    """What the composition needs of a service."""

    app: FastAPI
    projector: Projector
    store: Store
    sweeps: Sequence[Sweep]


@dataclass(frozen=True)
class System:
    """A running installation."""

    gateway: gateway.GatewayService
    services: Mapping[str, Service]
    bus: SqliteBus

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
    """Run the system on a data folder, which must be held by nobody else."""
    async with AsyncExitStack() as closing:
        secret = closing.enter_context(folder.held())
        bus = await SqliteBus.open(folder.store("bus"), clock)
        closing.push_async_callback(bus.close)
        stores: dict[str, Store] = {}
        for name in ("surveys", "monitoring", "reporting", "gateway"):
            stores[name] = await SqliteStore.open(folder.store(name), name, clock)
            closing.push_async_callback(stores[name].close)

        services: dict[str, Service] = {
            "surveys": surveys.build(SurveysSettings(), stores["surveys"], bus, secret, clock),
            "monitoring": monitoring.build(MonitoringSettings(), stores["monitoring"], bus, secret, clock),
            "reporting": reporting.build(ReportingSettings(), stores["reporting"], bus, secret, clock),
        }
        upstreams = {name: service.app for name, service in services.items()}
        front = gateway.build(GatewaySettings(), stores["gateway"], bus, upstreams, secret, clock, _checks(services))
        system = System(front, services, bus)

        for name, service in services.items():
            bus.subscribe(service.projector.topics, name, service.projector.handle)
            await service.projector.catch_up()
        beside = [Relay(store, bus).run() for store in stores.values()]
        beside += [keep_sweeping([*front.sweeps, *(sweep for each in services.values() for sweep in each.sweeps)])]
        tasks = [asyncio.create_task(work) for work in beside]
        await bus.start()
        await front.start()
        try:
            yield system
        finally:
            await front.stop()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await bus.stop()


def _checks(services: Mapping[str, Service]) -> Mapping[str, Callable[[], AsyncIterator[str]]]: ...
