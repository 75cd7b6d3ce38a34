"""The reporting service on real files: what monitoring announced on the bus is evaluated, announced and kept."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
from pydantic import SecretStr

from services.reporting.app import ReportingService, build
from services.reporting.settings import Settings
from shared.bus.sqlite import SqliteBus
from shared.events.base import Envelope, Event, Sealed, sealed
from shared.events.monitoring import (
    IndicatorDefinition,
    IndicatorsDefined,
    NodeDefinition,
    NodesDefined,
    PlanAdopted,
    Point,
    ValueRecorded,
)
from shared.events.reporting import EvaluationChanged
from shared.identity import IDENTITY_HEADER, Identity, signed_identity
from shared.language import Text
from shared.store.sqlite import SqliteStore

SECRET = SecretStr("k")
NOW = datetime(2018, 6, 1, tzinfo=UTC)
NAME = Text(bg="Път", en="Road")


def clock() -> datetime:
    return NOW


ROAD = IndicatorDefinition(
    id="i1",
    node="m1",
    title=NAME,
    unit="km",
    direction="up",
    baseline=Point(period="2013", value="0"),
    target=Point(period="2020", value="70"),
    level="output",
    responsible="roads",
)
TOLD: tuple[Event, ...] = (
    NodesDefined(
        plan_id="p", plan_version=1, nodes=(NodeDefinition(id="m1", parent=None, kind="measure", title=NAME),)
    ),
    IndicatorsDefined(plan_id="p", plan_version=1, indicators=(ROAD,)),
    PlanAdopted(plan_id="p", plan_version=1, title=NAME, first_year=2014, last_year=2020, nodes=1, indicators=1),
    ValueRecorded(
        plan_id="p", indicator_id="i1", period="2017", value="35", state="verified", value_version=1, given_by="roads"
    ),
)


def in_envelope(event: Event, number: int) -> Sealed:
    envelope = Envelope[Event](
        id=f"e{number}",
        source="/megdan/monitoring",
        type=event.TYPE,
        subject=event.subject,
        time="2018-06-01T00:00:00.000Z",
        partitionkey=event.key,
        sequence=number,
        correlationid="c",
        data=event,
    )
    return sealed(envelope)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.01)


async def read(service: ReportingService, path: str) -> httpx.Response:
    header = signed_identity(Identity(), "GET", path, SECRET, NOW)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service.app), base_url="http://megdan") as client:
        return await client.get(path, headers={IDENTITY_HEADER: header})


async def test_what_monitoring_tells_is_evaluated_and_stays(tmp_path: Path) -> None:
    """Published events become an evaluation and its announcement; after a restart the same is there, and verifies."""
    bus = await SqliteBus.open(tmp_path / "bus.sqlite", clock)
    store = await SqliteStore.open(tmp_path / "reporting.sqlite", "reporting", clock)
    service = build(Settings(), store, bus, SECRET, clock)
    handled = 0

    async def counting(*batch: object) -> None:
        nonlocal handled
        await service.projector.handle(*batch)  # type: ignore[arg-type]  # a shard and its messages
        handled += len(batch[1])  # type: ignore[arg-type]  # the same

    bus.subscribe(service.projector.topics, "reporting", counting)
    await bus.start()
    await bus.publish([in_envelope(event, number) for number, event in enumerate(TOLD)])
    await until(lambda: handled == len(TOLD))
    before = (await read(service, "/evaluation/p")).json()
    announced = await store.outbox.unsent(limit=10)
    await bus.stop()
    await store.close()

    store = await SqliteStore.open(tmp_path / "reporting.sqlite", "reporting", clock)
    again = build(Settings(), store, bus, SECRET, clock)

    assert (0.875, 1.0, "behind") == (round(before["score"], 3), before["coverage"], before["status"])
    assert {EvaluationChanged.TOPIC} == {event.topic for event in announced}
    assert (before, []) == ((await read(again, "/evaluation/p")).json(), await again.projector.verify())
    await store.close()
    await bus.close()
