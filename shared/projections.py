"""Log, then fold. A batch is first appended to the service's own log, then folded from there, then reacted to.

Folds (shared/folding.py) are pure and can be rebuilt; reactions (shared/reacting.py) are one write with its events,
have a position of their own and are never replayed.
"""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import product
from typing import Any

from shared.bench import P, Projection
from shared.bus import SHARDS, Bus, Message, Shard
from shared.clock import Clock
from shared.crash import crash_point
from shared.cursors import CURSORS, Cursors
from shared.dead_letters import DEAD_LETTERS, NO_SUCH_LETTER, DeadLetter, DeadLetters
from shared.errors import Invalid, MegdanError, NotFound, Unavailable
from shared.events.registry import Undecodable, decode
from shared.folding import ALL, DROPS, Fold, Folding
from shared.language import Text
from shared.log import Arrived, Entry, Fault, Log
from shared.reacting import Reacting, Reaction
from shared.store import Store

__all__ = ["ALL", "CURSORS", "Entry", "Fold", "P", "Projection", "Projector", "Reaction"]

_FAILED_AGAIN = Text(
    bg="Обработката пак не успя; събитието остава отделено. Вижте защо с ./megdan dead-letters show.",
    en="Handling it failed again; the event stays set aside. See why with ./megdan dead-letters show.",
)
_STILL_UNKNOWN = Text(
    bg="Съобщението все още не се разпознава. Опитайте след обновяване или го оставете отделено.",
    en="The message still is no event known here. Try after an update, or leave it set aside.",
)
_BEING_DROPPED = Text(
    bg="Проекция се прави наново. Опитайте отново след малко.",
    en="A projection is being rebuilt. Try again in a moment.",
)


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
        self.bus = bus
        self.folds = {fold.name: fold for fold in folds}
        self.reactions = {reaction.name: reaction for reaction in reactions}
        self.topics = tuple(topics)
        self.shards = tuple(str(Shard(topic, number)) for topic, number in product(topics, range(SHARDS)))
        self._store = store
        self._cursors = Cursors(store)
        self._folding = Folding(store, self.log, self._cursors, self.dead)
        self._reacting = Reacting(self.log, self._cursors, self.dead)
        self._half_dropped: set[str] = set()
        self._locks = {shard: asyncio.Lock() for shard in self.shards}
        store.collection(DROPS)
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
        await self._end_drops()
        async with self._locks[str(shard)]:
            await self.log.append(str(shard), arrived)
            crash_point("log.appended")
            await self._catch_up(str(shard))

    async def catch_up(self) -> None:
        """Fold and react to what a crash has left between the log and the positions, or of a rebuild."""
        self._half_dropped |= {name for name in self.folds if await self._folding.half_dropped(name)}
        await self._end_drops()
        for shard in await self.log.heads(self.shards):
            async with self._locks[shard]:
                await self._catch_up(shard)

    async def behind(self) -> int:
        """How many entries the fold or reaction that is furthest behind has not passed yet."""
        names = (*self.folds, *self.reactions)
        heads = await self.log.heads(self.shards)
        lags = [
            head.position - (await self._cursors.of(name, shard)).position
            for shard, head in heads.items()
            for name in names
        ]
        return max(lags, default=0)

    async def rebuild(self, name: str) -> int:
        """Drop what a fold has made and make it again from the log, saying nothing; return the number of entries."""
        fold = self.folds.get(name)
        if fold is None:
            known = ", ".join(self.folds)
            raise NotFound(Text(bg=f"Няма такава проекция. Има: {known}.", en=f"No such projection. Known: {known}."))
        async with _all_of(self._locks):
            await self._fold_all(fold)  # what is written and not passed yet would else be told a second time
            return await self._drop(fold)

    async def mend(self) -> None:
        """End a rebuild that failed half-way, even if nothing arrives that would have it ended."""
        await self._end_drops()

    async def verify(self) -> list[Fault]:
        """Walk every shard of the log; tell the first fault of each shard that has one.

        A shard that ends before what a fold, a reaction or this process has passed is missing its tail. See Log.verify
        for what can't be told.
        """
        faults = [await self.log.verify(shard, passed=await self._passed(shard)) for shard in self.shards]
        return [fault for fault in faults if fault is not None]

    async def retry(self, letter_id: str) -> None:
        """Handle a dead letter again: a fold's projection is rebuilt, a reaction runs, an unread body is read again."""
        letters = self._store.collection(DEAD_LETTERS)
        letter = await letters.get(letter_id)
        if letter is None:
            raise NotFound(NO_SUCH_LETTER)
        if letter.handler in self.folds:
            await self.rebuild(letter.handler)
        elif letter.handler in self.reactions:
            (entry,) = await self.log.entries(letter.shard, after=letter.place - 1, limit=1)
            await self._run_again(self.reactions[letter.handler], entry)
        else:
            await self._read_again(letter)
        if await letters.get(letter_id) not in (letter, None):
            raise Invalid(_FAILED_AGAIN)  # the rebuild has set it aside anew
        await letters.delete(letter_id)

    async def _run_again(self, reaction: Reaction, entry: Entry) -> None:
        try:
            await reaction.answer(entry)
        except MegdanError:
            raise
        except Exception as fault:
            raise Invalid(_FAILED_AGAIN) from fault

    async def _read_again(self, letter: DeadLetter) -> None:
        body = b64decode(letter.body)
        try:
            arrived = Arrived(decode(body), body.decode())
        except Undecodable as fault:
            raise Invalid(_STILL_UNKNOWN) from fault
        async with self._locks[letter.shard]:
            await self.log.append(letter.shard, [arrived])
            await self._catch_up(letter.shard)

    async def _drop(self, fold: Fold[Any]) -> int:
        self._half_dropped.add(fold.name)
        await self._folding.drop(fold, self.shards)
        folded = await self._fold_all(fold)
        self._half_dropped.discard(fold.name)
        return folded

    async def _fold_all(self, fold: Fold[Any]) -> int:
        return sum([await self._folding.fold_on(fold, shard) for shard in self.shards])

    async def _end_drops(self) -> None:
        for name in sorted(self._half_dropped):
            async with _all_of(self._locks):
                if name in self._half_dropped:  # else it was being dropped, and by now has been
                    await self._drop(self.folds[name])

    async def _catch_up(self, shard: str) -> None:
        if self._half_dropped:
            raise Unavailable(_BEING_DROPPED)  # a rebuild failed meanwhile; who comes again ends it first
        for fold in self.folds.values():
            await self._folding.fold_on(fold, shard)
        passed = [(await self._cursors.of(name, shard)).position for name in self.folds]
        for reaction in self.reactions.values():  # never ahead of a fold: it may take away what is still to be counted
            await self._reacting.react_on(reaction, shard, until=min(passed, default=None))
        self.log.let_go(shard)

    async def _passed(self, shard: str) -> int:
        cursors = [await self._cursors.of(name, shard) for name in (*self.folds, *self.reactions)]
        return max((max(cursor.position, cursor.told) for cursor in cursors), default=0)


@asynccontextmanager
async def _all_of(locks: Mapping[str, asyncio.Lock]) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for lock in locks.values():
            await stack.enter_async_context(lock)
        yield
