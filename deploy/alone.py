"""One service as its own process: its store, its end of the bus, its HTTP behind the gateway's signature."""

import asyncio

from deploy.data_folder import DataFolder
from deploy.services import SERVICES, sweeps_of
from deploy.serving import listening, serve
from shared.bus.sqlite import SqliteBus
from shared.clock import system_clock
from shared.errors import Invalid
from shared.language import Text
from shared.logging import start_logging
from shared.settings import Settings
from shared.store.outbox import Relay
from shared.store.sqlite import SqliteStore
from shared.sweeps import keep_sweeping


async def serve_alone(name: str, folder: DataFolder, host: str, port: int) -> None:
    """Serve one service until SIGTERM. Raises Invalid for a bus or store that this version does not have."""
    settings = Settings()
    _check(settings)
    start_logging(settings.log_level)
    listener = listening(host, port)
    with folder.held() as secret:
        bus = await SqliteBus.open(folder.store("bus"), system_clock)
        store = await SqliteStore.open(folder.store(name), name, system_clock)
        service = SERVICES[name](store, bus, secret, system_clock)
        bus.subscribe(service.projector.topics, name, service.projector.handle)
        await service.projector.catch_up()
        await bus.start()
        beside = [
            asyncio.create_task(work) for work in (Relay(store, bus).run(), keep_sweeping(sweeps_of(name, service)))
        ]
        await serve([(listener, service.app)], end_streams=_no_streams, ready=_no_streams, stop_s=settings.stop_s)
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await bus.stop()
        await bus.close()
        await store.close()


def _check(settings: Settings) -> None:
    if settings.bus_url != "embedded:" or settings.store_url != "sqlite:":
        raise Invalid(
            Text(
                bg="Тази версия има само MEGDAN_BUS_URL=embedded: и MEGDAN_STORE_URL=sqlite:.",
                en="This version has MEGDAN_BUS_URL=embedded: and MEGDAN_STORE_URL=sqlite: only.",
            )
        )


def _no_streams() -> None:
    """A service by itself has no live streams and nothing to print."""
