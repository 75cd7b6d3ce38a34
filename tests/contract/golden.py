"""Events of every type and version as they were once recorded, and what each service makes of them.

`tests/cases/events/{service}.jsonl` holds the bodies in the order of the log, `{service}.documents.json` what the
service itself keeps of them at home, `{service}.folded.json` the projections. A stream that was committed is never
changed: a new version of a contract gets lines of its own. `python -m tests.contract.golden` folds the streams that are
there and writes what came out, to be looked at and committed.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from pydantic import SecretStr

from deploy.services import SERVICES, Service
from services.monitoring.store import PLANS
from services.surveys.store import RESPONSES, SURVEYS
from shared.bus import Message, Shard, shard_of
from shared.bus.memory import MemoryBus
from shared.dead_letters import DEAD_LETTERS
from shared.events.base import Envelope, Event
from shared.events.registry import decode
from shared.projections import ALL
from shared.store import CollectionOf, Query
from shared.store.memory import MemoryStore

FOLDER = Path(__file__).parents[1] / "cases" / "events"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
KEPT_AT_HOME: dict[str, tuple[CollectionOf[Any], ...]] = {
    "surveys": (SURVEYS, RESPONSES),
    "monitoring": (PLANS,),
}
FIRST_PAGE = 1_000

Json = Any  # documents of several kinds


def clock() -> datetime:
    return NOW


def stream(service: str) -> list[bytes]:
    """The bodies that were recorded for a service."""
    return (FOLDER / f"{service}.jsonl").read_bytes().splitlines()


def folded_once(service: str) -> Json:
    """The projections as they were when the stream was recorded."""
    return orjson.loads((FOLDER / f"{service}.folded.json").read_bytes())


async def folded_now(name: str) -> Json:
    """The projections that a service makes of its stream today."""
    store = MemoryStore(name, clock)
    service = SERVICES[name](store, MemoryBus(clock), SecretStr("a key of the golden events"), clock)
    await _bring_home(store, name)
    for shard, messages in _sharded(service, stream(name)).items():
        await service.projector.handle(shard, messages)
    dead = await store.collection(DEAD_LETTERS).find(Query("by_time", limit=10))
    assert not dead.items, dead.items
    return {of.name: await _documents(store, of) for fold in service.projector.folds.values() for of in fold.into}


def _sharded(service: Service, bodies: Sequence[bytes]) -> dict[Shard, list[Message]]:
    found: dict[Shard, list[Message]] = defaultdict(list)
    for number, body in enumerate(bodies, 1):
        envelope: Envelope[Event] = decode(body)
        if envelope.data.TOPIC in service.projector.topics:
            shard = shard_of(envelope.data.TOPIC, envelope.partitionkey)
            found[shard].append(Message(shard, number, body))
    return found


async def _bring_home(store: MemoryStore, name: str) -> None:
    kept = KEPT_AT_HOME.get(name, ())
    documents = orjson.loads((FOLDER / f"{name}.documents.json").read_bytes()) if kept else {}
    for of in kept:
        for document in documents[of.name]:
            await store.collection(of).insert(of.model.model_validate_json(orjson.dumps(document)))


async def _documents(store: MemoryStore, of: CollectionOf[Any]) -> list[Json]:
    """A collection without the numbers of its writes, which depend on how the entries came."""
    page = await store.collection(of).find(Query(ALL, limit=FIRST_PAGE))
    return [document.model_dump(mode="json", exclude={"version"}) for document in page.items]


async def _main() -> None:
    for name in SERVICES:
        options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
        (FOLDER / f"{name}.folded.json").write_bytes(orjson.dumps(await folded_now(name), option=options) + b"\n")


if __name__ == "__main__":
    asyncio.run(_main())
