"""Log, then fold. A batch is first appended to the service's own log, then folded from there, then reacted to.

Folds are pure and can be rebuilt; reactions are one write with its events, have a position of their own and are never
replayed. Whatever crashes between two writes is caught up from the positions.
"""

import asyncio
import random
from base64 import b64decode
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import product
from typing import Any, Generic, TypeVar

import structlog

from shared.bench import Bench, P, Projection
from shared.bus import SHARDS, Bus, Message, Shard
from shared.clock import Clock
from shared.dead_letters import DEAD_LETTERS, DeadLetter, DeadLetters
from shared.errors import Exists, Invalid, NotFound, Stale, Unavailable
from shared.events.base import Event
from shared.events.registry import Undecodable, decode
from shared.language import Text
from shared.log import Arrived, Entry, Fault, Log
from shared.logging import correlated
from shared.store import CollectionOf, Document, Query, Store

__all__ = ["ALL", "Entry", "Fold", "P", "Projection", "Projector", "Reaction"]

log = structlog.get_logger()

G = TypeVar("G")

ALL = "all"
"""Every projection's collection declares Index("all", ("id",)), by which a rebuild empties it."""

BATCH = 500
TRIES = 8


@dataclass(frozen=True)
class Fold(Generic[G]):
    """Turns entries into projections. `into` is also the order in which a batch is written, collection by collection.

    `load` brings all that `step` will read or change to the bench; `step` knows no store, bus or clock.
    """

    name: str
    on: tuple[type[Event], ...]
    into: tuple[CollectionOf[Any], ...]  # projections of several kinds
    load: Callable[[Bench, Sequence[Entry]], Awaitable[G]]
    step: Callable[[Bench, Entry, G], None]


@dataclass(frozen=True)
class Reaction:
    """Answers an entry with one write of its own, which must be recognised when it is made a second time."""

    name: str
    on: tuple[type[Event], ...]
    run: Callable[[Entry], Awaitable[None]]


class Cursor(Document):
    """How far a fold or a reaction has come in a shard."""

    position: int


CURSORS = CollectionOf("cursors", Cursor)


class Projector:
    """What consumes events in a service: its log, its folds and its reactions, shard by shard."""

    def __init__(
        self,
        store: Store,
        bus: Bus,
        clock: Clock,
        *,
        topics: Sequence[str],
        folds: Sequence[Fold[Any]] = (),
        reactions: Sequence[Reaction] = (),
    ) -> None:
        self.log = Log(store, clock)
        self.dead = DeadLetters(store, bus, clock)
        self.folds = {fold.name: fold for fold in folds}
        self.reactions = {reaction.name: reaction for reaction in reactions}
        self.topics = tuple(topics)
        self.shards = tuple(str(Shard(topic, number)) for topic, number in product(topics, range(SHARDS)))
        self._store = store
        self._cursors = store.collection(CURSORS)
        self._known: dict[str, Cursor] = {}
        self._locks = {shard: asyncio.Lock() for shard in self.shards}
        for of in (DEAD_LETTERS, *(of for fold in folds for of in fold.into)):
            store.collection(of)

    async def handle(self, shard: Shard, messages: Sequence[Message]) -> None:
        """Append a batch and fold it. What can't be read goes aside alone; its neighbours count."""
        arrived: list[Arrived] = []
        for message in messages:
            try:
                arrived.append(Arrived(decode(message.body), (message.body or b"").decode()))
            except Undecodable as fault:
                await self.dead.keep_unreadable(message, str(fault))
        async with self._locks[str(shard)]:
            await self.log.append(str(shard), arrived)
            await self._catch_up(str(shard))

    async def catch_up(self) -> None:
        """Fold and react to what a crash has left between the log and the positions."""
        for shard in await self.log.heads(self.shards):
            async with self._locks[shard]:
                await self._catch_up(shard)

    async def behind(self) -> int:
        """How many entries the fold or reaction that is furthest behind has not passed yet."""
        names = (*self.folds, *self.reactions)
        heads = await self.log.heads(self.shards)
        lags = [
            head.position - (await self._cursor(name, shard)).position
            for shard, head in heads.items()
            for name in names
        ]
        return max(lags, default=0)

    async def rebuild(self, name: str) -> int:
        """Drop what a fold has made and make it again from the log, saying nothing; return the number of entries."""
        fold = self.folds.get(name)
        if fold is None:
            known = ", ".join(self.folds)
            raise NotFound(Text(bg=f"Няма проекция {name}. Има: {known}.", en=f"No projection {name}. Known: {known}."))
        async with _all_of(self._locks):
            for shard in self.shards:
                await self._cursors.delete(f"{name} {shard}")
                self._known.pop(f"{name} {shard}", None)
            for of in reversed(fold.into):
                await self._store.collection(of).delete_range(Query(ALL))
            return sum([await self._fold_on(fold, shard, live=False) for shard in self.shards])

    async def verify(self) -> list[Fault]:
        """Walk every shard of the log; tell the first fault of each shard that has one."""
        faults = [await self.log.verify(shard) for shard in await self.log.heads(self.shards)]
        return [fault for fault in faults if fault is not None]

    async def retry(self, letter_id: str) -> None:
        """Handle a dead letter again: a fold's projection is rebuilt, a reaction runs, an unread body is read again."""
        letters = self._store.collection(DEAD_LETTERS)
        letter = await letters.get(letter_id)
        if letter is None:
            raise NotFound(Text(bg=f"Няма отделено събитие {letter_id}.", en=f"There is no dead letter {letter_id}."))
        if letter.handler in self.folds:
            await self.rebuild(letter.handler)
        elif letter.handler in self.reactions:
            (entry,) = await self.log.entries(letter.shard, after=letter.place - 1, limit=1)
            await self._run(self.reactions[letter.handler], entry)
        else:
            await self._read_again(letter)
        await letters.delete(letter_id)

    async def _read_again(self, letter: DeadLetter) -> None:
        body = b64decode(letter.body)
        try:
            arrived = Arrived(decode(body), body.decode())
        except Undecodable as fault:
            still = Text(bg="Съобщението все още не се разпознава.", en="The message still is no event known here.")
            raise Invalid(still) from fault
        async with self._locks[letter.shard]:
            await self.log.append(letter.shard, [arrived])
            await self._catch_up(letter.shard)

    async def _catch_up(self, shard: str) -> None:
        for fold in self.folds.values():
            await self._fold_on(fold, shard, live=True)
        for reaction in self.reactions.values():
            await self._react_on(reaction, shard)

    async def _fold_on(self, fold: Fold[Any], shard: str, *, live: bool) -> int:
        folded = 0
        while True:
            cursor = await self._cursor(fold.name, shard)
            entries = await self.log.entries(shard, after=cursor.position, limit=BATCH)
            if not entries:
                return folded
            wanted = [entry for entry in entries if isinstance(entry.event, fold.on)]
            if wanted:
                await self._fold_batch(fold, wanted, live=live)
            await self._move(cursor, entries[-1].position, lasting=bool(wanted))
            folded += len(wanted)

    async def _fold_batch(self, fold: Fold[Any], entries: Sequence[Entry], *, live: bool) -> None:
        for attempt in range(TRIES):
            bench = Bench(self._store, live=live)
            loaded = await fold.load(bench, entries)
            failed = [(entry, fault) for entry in entries if (fault := _folded(fold, bench, entry, loaded))]
            try:
                await bench.write(fold.into)
            except (Stale, Exists):
                await asyncio.sleep(0.01 * 2**attempt * random.random())  # noqa: S311 - spreads owners, guards nothing
                continue
            for entry, fault in failed:
                await self.dead.keep_unhandled(fold.name, entry, fault)
            return
        raise Unavailable(Text(bg=f"Проекцията {fold.name} е заета.", en=f"Projection {fold.name} is busy."))

    async def _react_on(self, reaction: Reaction, shard: str) -> None:
        while True:
            cursor = await self._cursor(reaction.name, shard)
            entries = await self.log.entries(shard, after=cursor.position, limit=BATCH)
            if not entries:
                return
            wanted = [entry for entry in entries if isinstance(entry.event, reaction.on)]
            for entry in wanted:
                await self._react(reaction, entry)
            await self._move(cursor, entries[-1].position, lasting=bool(wanted))

    async def _react(self, reaction: Reaction, entry: Entry) -> None:
        for attempt in range(TRIES):
            try:
                return await self._run(reaction, entry)
            except Unavailable:
                raise
            except Exception as fault:  # noqa: BLE001 - whatever a reaction fails on, its neighbours go on
                error = f"{type(fault).__name__}: {fault}"
                await asyncio.sleep(0.005 * 2**attempt)
        return await self.dead.keep_unhandled(reaction.name, entry, error)

    async def _run(self, reaction: Reaction, entry: Entry) -> None:
        with correlated(entry.envelope.correlationid):
            await reaction.run(entry)

    async def _cursor(self, name: str, shard: str) -> Cursor:
        key = f"{name} {shard}"
        if key not in self._known:
            self._known[key] = await self._cursors.get(key) or Cursor(id=key, position=0)
        return self._known[key]

    async def _move(self, cursor: Cursor, position: int, *, lasting: bool) -> None:
        moved = cursor.model_copy(update={"position": position})
        self._known[cursor.id] = await self._cursors.put(moved) if lasting else moved


def _folded(fold: Fold[Any], bench: Bench, entry: Entry, loaded: object) -> str | None:
    try:
        with bench.folding(entry):
            fold.step(bench, entry, loaded)
    except Exception as fault:
        log.exception("fold.failed", fold=fold.name, shard=entry.shard, position=entry.position)
        return f"{type(fault).__name__}: {fault}"
    return None


@asynccontextmanager
async def _all_of(locks: Mapping[str, asyncio.Lock]) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for lock in locks.values():
            await stack.enter_async_context(lock)
        yield
