"""What a run has left: documents, logs and topics, read once everything is quiet."""

from dataclasses import dataclass
from typing import Any

from shared.bus import Message, Shard
from shared.bus.memory import MemoryBus
from shared.dead_letters import DEAD_LETTERS, DeadLetter
from shared.events.base import Envelope, Event
from shared.events.registry import TOPICS, Undecodable, decode
from shared.log import Entry
from shared.projections import ALL, Projector
from shared.store import CollectionOf, Query, encoded
from shared.store.memory import MemoryStore
from tests.failure.simulator.processes import Service
from tests.failure.simulator.square import midnight
from tests.failure.simulator.world import World

MOST = 100_000


@dataclass(frozen=True)
class Left:
    """What one service has left. `projector` is a new one, over the store itself."""

    service: Service
    store: MemoryStore
    projector: Projector
    log: dict[str, list[Entry]]
    letters: list[DeadLetter]

    @property
    def entries(self) -> list[Entry]:
        return [entry for entries in self.log.values() for entry in entries]

    async def documents(self, of: CollectionOf[Any]) -> dict[str, Any]:
        page = await self.store.collection(of).find(Query(ALL, limit=MOST))
        return {document.id: document for document in page.items}

    async def figures(self) -> dict[str, bytes]:
        """The bytes of all that was projected."""
        return {
            f"{of.name}/{key}": encoded(document)
            for of in self.service.projections
            for key, document in (await self.documents(of)).items()
        }


async def left_by(world: World, service: Service) -> Left:
    store = world.stores[service.group]
    projector = service.build(store, MemoryBus(midnight), midnight)
    heads = await projector.log.heads(projector.shards)
    log = {shard: await projector.log.entries(shard, after=0, limit=MOST) for shard in sorted(heads)}
    letters = await store.collection(DEAD_LETTERS).find(Query("by_time", limit=MOST))
    return Left(service, store, projector, log, list(letters.items))


def carried(world: World) -> dict[Shard, list[Message]]:
    """All that was on the topics of events."""
    shards = sorted(world.broker.entries.shards(TOPICS), key=str)
    return {shard: list(world.broker.entries.after(shard, 0, MOST)) for shard in shards}


def readable(messages: list[Message]) -> list[Envelope[Event]]:
    """Those of the messages that are events, as often as they came."""
    found: list[Envelope[Event]] = []
    for message in messages:
        try:
            found.append(decode(message.body))
        except Undecodable:
            continue
    return found


def told_of_death(world: World) -> set[str]:
    """The ids of the letters that were told on dead topics."""
    shards = world.broker.entries.shards([f"{topic}.dead" for topic in TOPICS])
    messages = [message for shard in shards for message in world.broker.entries.after(shard, 0, MOST)]
    return {str(message.body).partition('"id":"')[2].partition('"')[0] for message in messages}
