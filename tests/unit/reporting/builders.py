"""Valid things of the reporting service: plans, their events, and a service that lives in memory."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx
from pydantic import SecretStr

from services.reporting.app import build
from services.reporting.domain.documents import History, Leaf, Node, Outline, key_in
from services.reporting.domain.tree import ROOT
from services.reporting.settings import Settings
from services.reporting.store import DRAFTS, HISTORIES, LEAVES, NODES, OUTLINES, Evaluations
from shared.bus import Message, Shard, shard_of
from shared.bus.memory import MemoryBus
from shared.events.base import Envelope, Event, sealed
from shared.events.monitoring import (
    IndicatorDefinition,
    IndicatorsDefined,
    NodeDefinition,
    NodesDefined,
    PlanAdopted,
    Point,
    ValueRecorded,
    ValueState,
    ValueVerified,
    ValueWentStale,
)
from shared.identity import IDENTITY_HEADER, Identity, signed_identity
from shared.language import Text
from shared.projections import ALL
from shared.store import CollectionOf, Query, Store, encoded
from shared.store.memory import MemoryStore

D = TypeVar("D")

PLAN = "balchik"
SECRET = SecretStr("k")
COLLECTIONS: tuple[CollectionOf[Any], ...] = (DRAFTS, HISTORIES, NODES, LEAVES, OUTLINES)


def title(bg: str = "Цел") -> Text:
    return Text(bg=bg, en="Goal")


def a_node(node_id: str, parent: str | None = None, weight: str = "1", kind: Any = "measure") -> NodeDefinition:
    return NodeDefinition(id=node_id, parent=parent, kind=kind, title=title(node_id), weight=weight)


def an_indicator(indicator_id: str, node: str = "m1", **more: Any) -> IndicatorDefinition:
    """A rising one, from 0 at the end of 2013 to 70 at the end of 2020, that never goes stale."""
    fields: dict[str, Any] = {
        "id": indicator_id,
        "node": node,
        "title": title(indicator_id),
        "unit": "%",
        "direction": "up",
        "baseline": Point(period="2013", value="0"),
        "target": Point(period="2020", value="70"),
        "level": "result",
        "stale_after": None,
        "responsible": "roads",
    }
    return IndicatorDefinition(**fields | more)


def adopting(
    nodes: Sequence[NodeDefinition], indicators: Sequence[IndicatorDefinition], version: int = 1, plan_id: str = PLAN
) -> list[Event]:
    """What is told when a version of a plan is adopted."""
    adopted = PlanAdopted(
        plan_id=plan_id,
        plan_version=version,
        title=title("План"),
        first_year=2014,
        last_year=2020,
        nodes=len(nodes),
        indicators=len(indicators),
    )
    return [
        NodesDefined(plan_id=plan_id, plan_version=version, nodes=tuple(nodes)),
        *(
            IndicatorsDefined(plan_id=plan_id, plan_version=version, indicators=tuple(indicators[at : at + 50]))
            for at in range(0, len(indicators), 50)
        ),
        adopted,
    ]


NODES_OF_TWO = (a_node("p1", kind="priority"), a_node("m1", "p1"), a_node("m2", "p1"))


def a_plan(*indicators: IndicatorDefinition) -> list[Event]:
    """A priority with two measures, each with one indicator unless others are given."""
    return adopting(NODES_OF_TWO, indicators or (an_indicator("i1"), an_indicator("i2", "m2")))


def a_value(
    indicator: str, period: str, value: str, version: int = 1, state: ValueState = "verified", plan_id: str = PLAN
) -> ValueRecorded:
    return ValueRecorded(
        plan_id=plan_id,
        indicator_id=indicator,
        period=period,
        value=value,
        state=state,
        value_version=version,
        given_by="roads",
    )


def a_verification(indicator: str, period: str, value: str, version: int = 1) -> ValueVerified:
    return ValueVerified(plan_id=PLAN, indicator_id=indicator, period=period, value=value, value_version=version)


def went_stale(indicator: str, period: str, day: str) -> ValueWentStale:
    return ValueWentStale(plan_id=PLAN, indicator_id=indicator, period=period, day=day)


class Town:
    """A reporting service in memory, its clock in the hand of the test."""

    def __init__(self, store: Store | None = None, now: datetime = datetime(2018, 6, 1, tzinfo=UTC)) -> None:
        self.now = now
        self.store = store or MemoryStore("reporting", self.clock)
        self.service = build(Settings(), self.store, MemoryBus(self.clock), SECRET, self.clock)
        self.evaluations = Evaluations(self.store)
        self.sent = 0

    def clock(self) -> datetime:
        return self.now

    async def tell(self, *events: Event) -> None:
        """Let events of one plan come as one batch."""
        await self.service.projector.handle(shard_for(events[0]), list(self.messages(events)))

    def messages(self, events: Iterable[Event]) -> Iterable[Message]:
        for event in events:
            self.sent += 1
            yield a_message(event, self.sent)

    async def root(self, plan_id: str = PLAN) -> Node:
        return await self.node(ROOT, plan_id)

    async def outline(self, plan_id: str = PLAN) -> Outline:
        return present(await self.evaluations.outline(plan_id))

    async def node(self, node_id: str, plan_id: str = PLAN) -> Node:
        generation = (await self.outline(plan_id)).in_force.generation
        return present(await self.evaluations.node(key_in(generation, node_id)))

    async def leaf(self, indicator: str) -> Leaf:
        generation = (await self.outline()).in_force.generation
        return present(await self.store.collection(LEAVES).get(key_in(generation, indicator)))

    async def history(self, indicator: str) -> History:
        return present(await self.store.collection(HISTORIES).get(indicator))

    async def documents(self) -> list[bytes]:
        """Everything that the fold has made, as bytes."""
        return [encoded(document) for of in COLLECTIONS for document in await self.all(of)]

    async def all(self, of: CollectionOf[Any]) -> list[Any]:
        return list((await self.store.collection(of).find(Query(ALL, limit=1000))).items)

    async def get(self, path: str, status: int = 200, **headers: str) -> Any:
        """Ask as a visitor; return the JSON of the answer, which must have that status."""
        answer = await self.ask(path, **headers)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def ask(self, path: str, **headers: str) -> httpx.Response:
        signed = signed_identity(Identity(), "GET", path.split("?", maxsplit=1)[0], SECRET, self.now)
        transport = httpx.ASGITransport(self.service.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://megdan") as client:
            return await client.get(path, headers={IDENTITY_HEADER: signed, **headers})


def present(document: D | None) -> D:
    assert document is not None
    return document


def shard_for(event: Event) -> Shard:
    return shard_of(event.TOPIC, event.key)


def a_message(event: Event, number: int) -> Message:
    envelope = Envelope[Event](
        id=f"e{number}",
        source="/megdan/monitoring",
        type=event.TYPE,
        subject=event.subject,
        time="2018-01-01T00:00:00.000Z",
        partitionkey=event.key,
        sequence=1,
        correlationid="c",
        data=event,
    )
    return Message(shard_for(event), number, sealed(envelope).body)
