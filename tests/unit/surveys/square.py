"""A surveys service that lives in memory, with a clock that a test moves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
from pydantic import SecretStr

from services.surveys.app import SurveysService, build
from services.surveys.handlers import SUBSCRIBES
from services.surveys.settings import Settings
from services.surveys.store import NAME, Collections, collections
from shared.bus import Message, shard_of
from shared.bus.memory import MemoryBus
from shared.events.registry import decode
from shared.identity import IDENTITY_HEADER, Identity, Role, signed_identity
from shared.store import CollectionOf, Query, encoded
from shared.store.memory import MemoryStore
from tests.unit.surveys.builders import raw_question, raw_questionnaire

SECRET = SecretStr("a key of tests")
NOON = datetime(2026, 5, 1, 9, tzinfo=UTC)
SURVEY = "vision"
LIVE = raw_questionnaire(
    raw_question("sex", "single"), raw_question("roads"), publish="live", weight_to=["sex"], margins="census"
)
CENSUS = {
    "id": "census",
    "title": {"bg": "Жители"},
    "source": {"bg": "Преброяване"},
    "margins": {"sex": {"a": 40, "b": 50, "c": 10}},
}


class PowerCut(BaseException):
    """Nothing that a process could answer."""


@dataclass
class Square:
    """The service, its store, what it announced on the bus, and the time."""

    service: SurveysService
    store: MemoryStore
    client: httpx.AsyncClient
    now: datetime = NOON
    announced: list[Any] = field(default_factory=list)
    carried: list[Message] = field(default_factory=list)

    @property
    def documents(self) -> Collections:
        return collections(self.store)

    async def ask(
        self, method: str, path: str, body: object = None, *, role: Role = "visitor", **more: Any
    ) -> httpx.Response:
        """Ask as the gateway would, in somebody's name; `content` and `headers` as httpx takes them."""
        who = Identity("" if role == "visitor" else f"the {role}", frozenset({role, "visitor"}))
        signed = signed_identity(who, method, path.partition("?")[0], SECRET, self.now)
        headers = {IDENTITY_HEADER: signed, "accept-language": "en", **more.pop("headers", {})}
        if body is not None:
            more["content"] = orjson.dumps(body)
            headers["content-type"] = "application/json"
        return await self.client.request(method, path, headers=headers, **more)

    async def deliver(self, sizes: Sequence[int] | None = None) -> None:
        """Carry what was announced to the service itself: one by one, or in these batches, then all at once."""
        while events := await self.store.outbox.unsent(limit=100_000):
            await self.store.outbox.clear([event.id for event in events])
            self.announced += [decode(event.body).data for event in events]
            messages = [
                Message(shard_of(event.topic, event.key), len(self.carried) + at, event.body)
                for at, event in enumerate(events, 1)
                if event.topic in SUBSCRIBES
            ]
            self.carried += messages
            for batch in _cut(messages, [1] * len(messages) if sizes is None else sizes):
                if batch:
                    await self.service.projector.handle(batch[0].shard, batch)

    async def sweep(self) -> None:
        for sweep in self.service.sweeps:
            await sweep.run()

    async def opened(self, questionnaire: Mapping[str, Any] = LIVE) -> None:
        """Give the margins, import a questionnaire and open it."""
        await self.ask("PUT", "/margins/census", CENSUS, role="expert")
        await self.ask("PUT", f"/surveys/{questionnaire['id']}", questionnaire, role="expert")
        await self.ask("POST", f"/surveys/{questionnaire['id']}/open", role="expert")

    async def give(self, number: int, survey: str = SURVEY, **answers: Any) -> httpx.Response:
        """Give the response of this number; without answers they follow from the number."""
        given = answers or {"sex": "abc"[number % 3], "roads": 1 + number % 5}
        return await self.ask("PUT", f"/surveys/{survey}/responses/{client_id(number)}", {"answers": given})

    async def closed(self, survey: str = SURVEY) -> None:
        """Close a survey and let the time pass after which its last figures come."""
        await self.ask("POST", f"/surveys/{survey}/close", role="expert")
        await self.deliver()
        self.now += timedelta(seconds=11)
        await self.sweep()
        await self.deliver()

    async def results(self, query: str = "", role: Role = "visitor", survey: str = SURVEY) -> dict[str, Any]:
        reply = await self.ask("GET", f"/surveys/{survey}/results{query}", role=role)
        content: dict[str, Any] = reply.json()
        return content

    async def kept(self, of: CollectionOf[Any]) -> list[bytes]:
        """The canonical bytes of every document of a projection."""
        page = await self.store.collection(of).find(Query("all", limit=1000))
        return [encoded(document) for document in page.items]


def client_id(number: int) -> str:
    return f"response-{number:020d}"


def a_square(**settings: Any) -> Square:
    """Make a service; settings as its own are called."""
    store = MemoryStore(NAME, lambda: square.now)
    bus = MemoryBus(lambda: square.now)
    service = build(Settings(**{"survey_kept_s": 0, **settings}), store, bus, SECRET, lambda: square.now)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(service.app), base_url="http://surveys")
    square = Square(service, store, client)
    return square


def _cut(messages: Sequence[Message], sizes: Iterable[int]) -> list[Sequence[Message]]:
    batches, start = [], 0
    for size in sizes:
        batches.append(messages[start : start + size])
        start += size
    return [*batches, messages[start:]]
