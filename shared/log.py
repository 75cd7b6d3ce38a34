"""A service's own log: every event it has consumed, once, numbered per shard, each entry chained to the one before."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from shared.clock import Clock
from shared.errors import Unavailable
from shared.events.base import Envelope, Event, rfc3339
from shared.events.registry import Undecodable, decode
from shared.language import Text
from shared.store import CollectionOf, Document, Index, Query, Store

GENESIS = "0" * 64
"""What the first entry of a shard is chained to."""


class Logged(Document):
    """An entry as it is stored. `id` is the event's id, `body` its bytes as they came, `hash` seals the chain.

    `more` tells that entries of the same key follow which came together with it.
    """

    shard: str
    position: int
    recorded_at: str
    previous: str
    hash: str
    body: str
    more: bool = False


LOG = CollectionOf("log", Logged, (Index("by_position", ("shard", "position"), unique=True),))


@dataclass(frozen=True)
class Entry:
    """A log entry that can be folded. `position` counts from 1 in its shard, `recorded_at` never goes back.

    `more` tells that entries of the same key follow which came together with it: what need not be done for each of them
    may wait for the last. It stands in the log, so that a rebuild does the same.
    """

    shard: str
    position: int
    recorded_at: str
    previous: str
    hash: str
    envelope: Envelope[Event]
    more: bool = False

    @property
    def event(self) -> Event:
        return self.envelope.data

    @property
    def cut(self) -> str:
        """The entry's place as others cite it: `shard:position`."""
        return f"{self.shard}:{self.position}"


@dataclass(frozen=True)
class Head:
    """The last entry of a shard."""

    position: int = 0
    hash: str = GENESIS
    recorded_at: str = ""


@dataclass(frozen=True)
class Fault:
    """Where the record is not what was written."""

    shard: str
    position: int
    what: str


@dataclass(frozen=True)
class Arrived:
    """An event that came over the bus, with its bytes."""

    envelope: Envelope[Event]
    body: str


def chained(shard: str, position: int, recorded_at: str, previous: str, body: str, *, more: bool = False) -> str:
    """SHA-256 over the entry before and all that this entry says."""
    said = (previous, shard, str(position), recorded_at, body, *(("more",) if more else ()))
    return sha256("\n".join(said).encode()).hexdigest()


class Log:
    """Appends, reads and verifies. Two owners of one shard collide on (shard, position); the loser reads again."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._entries = store.collection(LOG)
        self._clock = clock
        self._heads: dict[str, Head] = {}
        self._latest: dict[str, list[Entry]] = {}

    async def append(self, shard: str, arrived: Sequence[Arrived]) -> int:
        """Append what is not in the log yet, in order, and return how many that were."""
        appended, waiting = 0, await self._unknown(_first_occurrences(arrived))
        for _ in range(20):
            head = self._heads.get(shard) or await self.head(shard)
            documents = self._numbered(shard, head, waiting)
            clash = await self._entries.insert_many(documents)
            if clash is None:
                self._remember(shard, documents, head)
                self._latest[shard] = [_entry(*both) for both in zip(documents, waiting, strict=True)]
                return appended + len(documents)
            appended += clash.at
            self._heads.pop(shard, None)
            waiting = await self._unknown(waiting)
        raise Unavailable(Text(bg=f"Записът {shard} е зает. Опитайте отново.", en=f"Log {shard} is busy. Try again."))

    async def _unknown(self, arrived: Sequence[Arrived]) -> list[Arrived]:
        """Those that are not in the log, told from the others before they are numbered: a repeat follows nothing."""
        known = await self._entries.get_many([event.envelope.id for event in arrived])
        return [event for event in arrived if event.envelope.id not in known]

    def _numbered(self, shard: str, head: Head, arrived: Sequence[Arrived]) -> list[Logged]:
        recorded_at = max(head.recorded_at, rfc3339(self._clock()))
        documents: list[Logged] = []
        previous = head.hash
        followed = _followed(arrived)
        for position, event in enumerate(arrived, head.position + 1):
            more = event.envelope.id in followed
            seal = chained(shard, position, recorded_at, previous, event.body, more=more)
            documents.append(
                Logged(
                    id=event.envelope.id,
                    shard=shard,
                    position=position,
                    recorded_at=recorded_at,
                    previous=previous,
                    hash=seal,
                    body=event.body,
                    more=more,
                )
            )
            previous = seal
        return documents

    def _remember(self, shard: str, documents: Sequence[Logged], head: Head) -> None:
        last = documents[-1] if documents else None
        self._heads[shard] = Head(last.position, last.hash, last.recorded_at) if last else head

    async def head(self, shard: str) -> Head:
        """Read the last entry of a shard."""
        page = await self._entries.find(Query("by_position", (shard,), descending=True, limit=1))
        return next((Head(entry.position, entry.hash, entry.recorded_at) for entry in page.items), Head())

    async def heads(self, shards: Sequence[str]) -> Mapping[str, Head]:
        """Read the last entries of those shards that have any."""
        heads = {shard: await self.head(shard) for shard in shards}
        return {shard: head for shard, head in heads.items() if head.position}

    async def entries(self, shard: str, *, after: int, limit: int = 500) -> list[Entry]:
        """Read entries that can be folded, from the one behind position `after` on."""
        latest = self._latest.get(shard)
        if latest and latest[0].position <= after + 1 <= latest[-1].position:
            first = after + 1 - latest[0].position
            return latest[first : first + limit]
        found: list[Entry] = []
        while len(found) < limit:
            first = found[-1].position if found else after
            page = await self._entries.find(
                Query("by_position", (shard,), at_least=first + 1, limit=limit - len(found))
            )
            await asyncio.sleep(0)  # see _all
            if not page.items:
                break
            found += [_read(logged) for logged in page.items]
        return found

    def let_go(self, shard: str) -> None:
        """Forget the entries that were just appended, once everybody has had them."""
        self._latest.pop(shard, None)

    async def verify(self, shard: str, *, passed: int = 0) -> Fault | None:
        """Walk a shard from its beginning; tell the first entry that is not what was written, or None.

        The tail is missing if the shard ends before `passed` or before what this process has appended. The chain holds
        no key: whoever can write the file while nothing runs can make it anew, or cut it together with the positions.
        Only a head that was kept elsewhere tells that.
        """
        last, head = self._heads.get(shard, Head()), Head()
        async for logged in self._all(shard):
            if what := _fault(shard, head, logged):
                return Fault(shard, head.position + 1 if what == "missing" else logged.position, what)
            head = Head(logged.position, logged.hash, logged.recorded_at)
            if head.position == last.position and head.hash != last.hash:
                return Fault(shard, head.position, "changed")
        return Fault(shard, head.position + 1, "missing") if head.position < max(last.position, passed) else None

    async def _all(self, shard: str) -> AsyncIterator[Logged]:
        after = 0
        while items := (await self._entries.find(Query("by_position", (shard,), at_least=after + 1, limit=500))).items:
            for logged in items:
                yield logged
            after = items[-1].position
            await asyncio.sleep(0)  # a store may answer without giving way, and a log may be long


def _first_occurrences(arrived: Sequence[Arrived]) -> list[Arrived]:
    first: dict[str, Arrived] = {}
    for event in arrived:
        first.setdefault(event.envelope.id, event)
    return list(first.values())


def _followed(arrived: Sequence[Arrived]) -> frozenset[str]:
    """The ids of those events that another of the same key follows."""
    last = {event.envelope.partitionkey: event.envelope.id for event in arrived}
    return frozenset(event.envelope.id for event in arrived) - frozenset(last.values())


def _fault(shard: str, head: Head, logged: Logged) -> str | None:
    """What is wrong with the entry that should follow a head."""
    if logged.position != head.position + 1:
        return "missing"
    right = chained(shard, logged.position, logged.recorded_at, head.hash, logged.body, more=logged.more)
    if logged.previous != head.hash or logged.hash != right:
        return "changed"
    try:
        return None if decode(logged.body.encode()).id == logged.id else "foreign"
    except Undecodable:
        return "foreign"


def _read(logged: Logged) -> Entry:
    body = logged.body
    return _entry(logged, Arrived(decode(body.encode()), body))


def _entry(logged: Logged, arrived: Arrived) -> Entry:
    return Entry(
        shard=logged.shard,
        position=logged.position,
        recorded_at=logged.recorded_at,
        previous=logged.previous,
        hash=logged.hash,
        envelope=arrived.envelope,
        more=logged.more,
    )
