"""The monitoring service on SQLite and a bus: what is adopted is spread, what a survey says becomes a value."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from services.monitoring.app import MonitoringService, build
from services.monitoring.domain.values import Value
from services.monitoring.settings import Settings
from services.monitoring.store import VALUES
from shared.bus.memory import MemoryBus
from shared.clock import system_clock
from shared.events.base import Envelope, Event, rfc3339, sealed
from shared.http import IDENTITY_HEADER, Identity, signed_identity
from shared.store.outbox import Relay
from shared.store.sqlite import SqliteStore
from tests.unit.monitoring.builders import PLANNER, SECOND, SECRET, a_fed_indicator, a_plan, an_estimate


class Running:
    """The service with its relay and its subscription."""

    def __init__(self, service: MonitoringService, bus: MemoryBus) -> None:
        self.service = service
        self.bus = bus
        transport = httpx.ASGITransport(app=service.app)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://monitoring")

    async def ask(self, who: Identity, method: str, path: str, body: object = None) -> httpx.Response:
        headers = {IDENTITY_HEADER: signed_identity(who, method, path, SECRET, system_clock())}
        return await self.client.request(method, path, json=body, headers=headers)

    async def say(self, event: Event, number: int) -> None:
        envelope = Envelope[Event](
            id=f"event-{number}",
            source="/megdan/surveys",
            type=event.TYPE,
            subject=event.subject,
            time=rfc3339(system_clock()),
            partitionkey=event.key,
            sequence=number,
            correlationid="test",
            data=event,
        )
        await self.bus.publish([sealed(envelope.model_copy(update={"data": event}))])

    async def value(self, state: str) -> Value:
        """Wait until the fed value is in a state."""
        values = self.service.store.collection(VALUES)
        async with asyncio.timeout(20):
            while (found := await values.get("happy/2020")) is None or found.state != state:
                await asyncio.sleep(0.01)
            return found


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    store = await SqliteStore.open(tmp_path / "monitoring.sqlite", "monitoring", system_clock)
    bus = await MemoryBus.open(system_clock)
    service = build(Settings(), store, bus, SECRET, system_clock)
    bus.subscribe(service.projector.topics, "monitoring", service.projector.handle)
    relay = asyncio.create_task(Relay(store, bus).run())
    await bus.start()
    yield Running(service, bus)
    relay.cancel()
    with suppress(asyncio.CancelledError):
        await relay
    await bus.stop()
    await store.close()


async def test_a_survey_moves_an_indicator_from_provisional_to_verified(running: Running) -> None:
    """Adopted, fed while the survey is open, given at its end, verified by an expert."""
    await running.ask(PLANNER, "PUT", "/plans/plan", a_plan(a_fed_indicator()))
    await running.say(an_estimate(1), 1)
    provisional = await running.value("provisional")
    await running.say(an_estimate(2, final=True, shares={"4": 0.5}), 2)
    given = await running.value("given")
    answer = await running.ask(SECOND, "POST", "/indicators/happy/values/2020/verify")

    assert ("41.6", "50", "verified") == (provisional.figure, given.figure, answer.json()["state"])


async def test_the_record_of_the_service_is_whole(running: Running) -> None:
    """Its log holds what it heard, its own announcements among it, and nothing waits in the outbox."""
    await running.ask(PLANNER, "PUT", "/plans/plan", a_plan(a_fed_indicator()))
    await running.say(an_estimate(1), 1)
    await running.value("provisional")
    async with asyncio.timeout(20):
        while await running.service.store.outbox.unsent(limit=1) or await running.service.projector.behind():
            await asyncio.sleep(0.01)

    assert [] == await running.service.projector.verify()
