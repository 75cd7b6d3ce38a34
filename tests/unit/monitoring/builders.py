"""A monitoring service in memory, the people who use it and the plans they bring."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

import deploy.demo
from services.monitoring.app import MonitoringService, build
from services.monitoring.settings import Settings
from shared.bus import Message, shard_of
from shared.bus.memory import MemoryBus
from shared.events.base import Envelope, Event, Sealed, rfc3339, sealed
from shared.events.registry import decode
from shared.events.surveys import ChoiceShare, EstimateChanged, QuestionEstimate
from shared.http import IDENTITY_HEADER, Identity, signed_identity
from shared.identity import EVERYBODY, Role
from shared.store.memory import MemoryStore

Json = Any  # what an answer holds
SECRET = SecretStr("a key of the tests")
DEMO = Path(deploy.demo.__file__).parent

VISITOR = Identity()


def somebody(subject: str, *roles: Role, unit: str | None = None) -> Identity:
    return Identity(subject, frozenset(roles) | EVERYBODY, unit)


OFFICER = somebody("olga", "officer", unit="roads")
STRANGER = somebody("stefan", "officer", unit="parks")
PLANNER = somebody("petya", "expert")
SECOND = somebody("sava", "expert")


@dataclass
class Clock:
    """A clock that goes when it is told to."""

    now: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class House:
    """A service with its outbox and a client in front of it."""

    service: MonitoringService
    store: MemoryStore
    clock: Clock
    client: httpx.AsyncClient
    offset: int = 0
    sent: list[str] = field(default_factory=list)

    async def ask(self, who: Identity, method: str, path: str, **how: Any) -> httpx.Response:
        """Send a request as somebody; `how` is what httpx takes."""
        bare = path.partition("?")[0]
        headers = {IDENTITY_HEADER: signed_identity(who, method, bare, SECRET, self.clock())}
        return await self.client.request(method, path, headers=headers | how.pop("headers", {}), **how)

    async def give(self, period: str, value: Json, who: Identity = OFFICER, **more: Json) -> httpx.Response:
        """Give the value of the indicator `lit`."""
        body = {"value": value, "source": "Отчет", **more}
        return await self.ask(who, "PUT", f"/indicators/lit/values/{period}", json=body)

    async def verify(self, period: str, who: Identity = PLANNER, **body: Json) -> httpx.Response:
        return await self.ask(who, "POST", f"/indicators/lit/values/{period}/verify", json=body)

    async def values(self, who: Identity = PLANNER, indicator: str = "lit") -> Json:
        return (await self.ask(who, "GET", f"/indicators/{indicator}")).json()["values"]

    async def events(self) -> list[Event]:
        """What was announced since this was asked last."""
        unsent = await self.store.outbox.unsent(limit=100_000)
        await self.store.outbox.clear([each.id for each in unsent])
        return [decode(each.body).data for each in unsent]

    async def hear(self, *events: Event) -> None:
        """Let events come over the bus."""
        for event in events:
            self.offset += 1
            envelope = Envelope[Event](
                id=f"event-{self.offset}",
                source="/megdan/test",
                type=event.TYPE,
                subject=event.subject,
                time=rfc3339(self.clock()),
                partitionkey=event.key,
                sequence=self.offset,
                correlationid="test",
                data=event,
            )
            await self.deliver(sealed(envelope.model_copy(update={"data": event})))

    async def deliver(self, event: Sealed) -> None:
        shard = shard_of(event.topic, event.key)
        await self.service.projector.handle(shard, [Message(shard, self.offset, event.body)])

    async def sweep(self, name: str) -> None:
        await next(each for each in self.service.sweeps if each.name == name).run()


@asynccontextmanager
async def a_house(plan: Mapping[str, Json] | None = None) -> AsyncIterator[House]:
    """A service that has adopted a plan, if one is given."""
    clock = Clock()
    store = MemoryStore("monitoring", clock)
    service = build(Settings(), store, MemoryBus(clock), SECRET, clock)
    transport = httpx.ASGITransport(app=service.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://monitoring") as client:
        house = House(service, store, clock, client)
        if plan is not None:
            answer = await house.ask(PLANNER, "PUT", f"/plans/{plan['id']}", json=plan)
            assert answer.status_code in {200, 201}, answer.text
            await house.events()
        yield house


def an_indicator(name: str = "lit", **changed: Json) -> dict[str, Json]:
    """An indicator as it is sent: lit streets, 40 in 2013, 75 by 2020, of the unit `roads`."""
    return {
        "id": name,
        "node": "m1",
        "title": {"bg": "Осветени улици", "en": "Lit streets"},
        "unit": "%",
        "direction": "up",
        "baseline": {"period": "2013", "value": 40},
        "milestones": [{"period": "2017", "value": 55.5}],
        "target": {"period": "2020", "value": 75},
        "level": "output",
        "decimals": 1,
        "responsible": "roads",
        **changed,
    }


def a_fed_indicator(**changed: Json) -> dict[str, Json]:
    """An indicator that the survey `vision` feeds in 2020."""
    feed = {"survey": "vision", "question": "q1", "statistic": "share", "choices": ["4", "5"], "period": "2020"}
    return an_indicator("happy", **{"feed": feed, "milestones": [], **changed})


def a_plan(*indicators: Json, **changed: Json) -> dict[str, Json]:
    """A plan with one objective, one priority and one measure."""
    return {
        "id": "plan",
        "title": {"bg": "План", "en": "Plan"},
        "period": {"from": 2014, "to": 2020},
        "nodes": [
            {"id": "o1", "kind": "objective", "title": {"bg": "Цел"}},
            {"id": "p1", "parent": "o1", "kind": "priority", "title": {"bg": "Приоритет"}},
            {"id": "m1", "parent": "p1", "kind": "measure", "title": {"bg": "Мярка"}, "budget_eur": 1000.5},
        ],
        "indicators": list(indicators) or [an_indicator()],
        **changed,
    }


def an_estimate(number: int = 1, *, final: bool = False, **more: Json) -> EstimateChanged:
    """The survey `vision` announces that 41.6 % chose 4 or 5 in question q1, unless `shares` says otherwise."""
    shares = more.pop("shares", {"3": 0.584, "4": 0.256, "5": 0.16})
    mean = more.pop("mean", None)
    choices = tuple(ChoiceShare(code=code, count=9, share=share) for code, share in shares.items())
    question = QuestionEstimate(id="q1", kind="scale", n=30, choices=choices, mean=mean)
    return EstimateChanged(
        survey_id="vision", number=number, final=final, responses=30, published=30, questions=(question,), **more
    )


def demo_plan() -> dict[str, Json]:
    units = json.loads((DEMO / "units.json").read_bytes())
    return {**json.loads((DEMO / "plan.json").read_bytes()), "units": units}
