"""Runs reactions: each answers an entry with one write of its own. They have positions of their own."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from shared.crash import crash_point
from shared.cursors import Cursors
from shared.dead_letters import DeadLetters, described
from shared.errors import StorageIsFull, Unavailable
from shared.events.base import Event
from shared.log import Entry, Log
from shared.logging import correlated

BATCH = 500
TRIES = 8


@dataclass(frozen=True)
class Reaction:
    """Answers an entry with one write of its own, which must be recognised when it is made a second time."""

    name: str
    on: tuple[type[Event], ...]
    run: Callable[[Entry], Awaitable[None]]

    async def answer(self, entry: Entry) -> None:
        """Run once, under the correlation of what is answered."""
        with correlated(entry.envelope.correlationid):
            await self.run(entry)


@dataclass(frozen=True)
class Reacting:
    """Reacts to the entries of a log, one after the other."""

    log: Log
    cursors: Cursors
    dead: DeadLetters

    async def react_on(self, reaction: Reaction, shard: str, *, until: int | None = None) -> None:
        """React to what a shard holds behind the reaction's position, up to `until` if that is given.

        Raises Unavailable or StorageIsFull.
        """
        while True:
            cursor = await self.cursors.of(reaction.name, shard)
            entries = await self.log.entries(shard, after=cursor.position, limit=BATCH)
            entries = [entry for entry in entries if until is None or entry.position <= until]
            if not entries:
                return
            wanted = [entry for entry in entries if isinstance(entry.event, reaction.on)]
            for entry in wanted:
                await self._react(reaction, entry)
                crash_point("reaction.done")
            await self.cursors.move(cursor, entries[-1].position, lasting=bool(wanted))

    async def _react(self, reaction: Reaction, entry: Entry) -> None:
        for attempt in range(TRIES):
            try:
                return await reaction.answer(entry)
            except (Unavailable, StorageIsFull):
                raise  # time or space cures it: the batch comes again
            except Exception as fault:  # noqa: BLE001 - whatever a reaction fails on, its neighbours go on
                error = described(fault)
                await asyncio.sleep(0.005 * 2**attempt)
        return await self.dead.keep_unhandled(reaction.name, entry, error)
