"""Runs folds: entries in, projections out. Whatever crashes between two writes is caught up from the positions.

What was told once is not told again: a fold that was set back says nothing until it is where it had been.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, Generic, TypeVar

from shared.bench import Bench
from shared.crash import crash_point
from shared.cursors import Cursors
from shared.dead_letters import DeadLetters, described
from shared.errors import Exists, Stale, StorageIsFull, Unavailable
from shared.events.base import Event
from shared.language import Text
from shared.log import Entry, Log
from shared.store import CollectionOf, Document, Query, Store

G = TypeVar("G")

ALL = "all"
"""Every projection's collection declares Index("all", ("id",)), by which a rebuild empties it."""

BATCH = 250
"""Entries that are folded and written together: enough to spare writes, few enough that others have turns."""
REBUILT_AT_ONCE = 10_000
"""Entries of a rebuild that are folded together: nobody waits for what stands between them."""

TRIES = 8
TURN_S = 0.005
BUSY_S = 0.001
"""If one turn of the event loop takes longer, others have work to do."""
CROWD = 25


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


class Drop(Document):
    """A note that a fold's projections are being dropped: until it is gone they are half there."""


DROPS = CollectionOf("drops", Drop)


@dataclass(frozen=True)
class Folding:
    """Folds the entries of a log, batch by batch, and drops what a fold has made."""

    store: Store
    log: Log
    cursors: Cursors
    dead: DeadLetters

    async def fold_on(self, fold: Fold[Any], shard: str) -> int:
        """Fold all that a shard holds behind the fold's position; return how many entries that were."""
        folded = 0
        while True:
            cursor = await self.cursors.of(fold.name, shard)
            untold = cursor.told - cursor.position
            limit = BATCH if untold <= 0 else min(REBUILT_AT_ONCE, untold)
            entries = await self.log.entries(shard, after=cursor.position, limit=limit)
            if not entries:
                return folded
            wanted = [entry for entry in entries if isinstance(entry.event, fold.on)]
            if wanted:
                await self._fold_batch(fold, wanted, live=untold <= 0)
                crash_point("fold.done")
            await self.cursors.move(cursor, entries[-1].position, lasting=bool(wanted))
            folded += len(wanted)

    async def _fold_batch(self, fold: Fold[Any], entries: Sequence[Entry], *, live: bool) -> None:
        try:
            failed = await self._written(fold, entries, live=live)
        except (Unavailable, StorageIsFull):
            raise
        except Exception as fault:  # noqa: BLE001 - whatever one entry makes loading or writing fail on, others go on
            if len(entries) > 1:
                for entry in entries:
                    await self._fold_batch(fold, [entry], live=live)
                return
            failed = [(entries[0], described(fault))]
        for entry, error in failed:
            await self.dead.keep_unhandled(fold.name, entry, error)

    async def _written(self, fold: Fold[Any], entries: Sequence[Entry], *, live: bool) -> list[tuple[Entry, str]]:
        """Fold a batch and write it; return the entries whose step failed. Raises whatever loading or writing does."""
        for attempt in range(TRIES):
            bench, began = Bench(self.store, live=live), monotonic()
            loaded = await fold.load(bench, entries)
            await give_way(began, of_crowd=len(entries) >= CROWD)
            failed = [
                (entry, error)
                async for entry in taking_turns(entries)
                if (error := _failure(fold, bench, entry, loaded))
            ]
            try:
                await bench.write(fold.into)
            except (Stale, Exists):
                await asyncio.sleep(0.01 * 2**attempt * random.random())  # noqa: S311 - spreads owners, guards nothing
            else:
                return failed
        raise Unavailable(
            Text(
                bg=f"Проекцията {fold.name} е заета. Опитайте отново след малко.",
                en=f"Projection {fold.name} is busy. Try again in a moment.",
            )
        )

    async def drop(self, fold: Fold[Any], shards: Sequence[str]) -> None:
        """Empty what a fold has made. Where it is interrupted, the note that it leaves first has it begun again."""
        drops = self.store.collection(DROPS)
        await drops.put(Drop(id=fold.name))
        for shard in shards:
            await self.cursors.start_over(fold.name, shard)
        for of in reversed(fold.into):
            await self.store.collection(of).delete_range(Query(ALL))
        await drops.delete(fold.name)

    async def half_dropped(self, name: str) -> bool:
        """Tell whether dropping what a fold has made was interrupted."""
        return await self.store.collection(DROPS).get(name) is not None


async def taking_turns(entries: Sequence[Entry]) -> AsyncIterator[Entry]:
    """Go through entries, and let others run whenever a turn has lasted 5 ms: folding must not hold up requests."""
    began = monotonic()
    for entry in entries:
        yield entry
        if monotonic() - began > TURN_S:
            began = await give_way(began, of_crowd=len(entries) >= CROWD)


async def give_way(began: float, *, of_crowd: bool) -> float:
    """Let others run after having worked since `began`, and tell when it goes on.

    What came in a crowd, and finds others at work, rests too: it takes a fifth of the time at most. So answers are
    taken first and are counted a moment later.
    """
    ended = monotonic()
    await asyncio.sleep(0)
    if of_crowd and monotonic() - ended > BUSY_S:
        await asyncio.sleep(4 * (ended - began))
    return monotonic()


def _failure(fold: Fold[Any], bench: Bench, entry: Entry, loaded: object) -> str | None:
    try:
        with bench.folding(entry):
            fold.step(bench, entry, loaded)
    except Exception as fault:  # noqa: BLE001 - whatever a step fails on, its neighbours go on
        return described(fault)
    return None
