"""The Bus in memory, for tests and the simulator. What it carries is gone with it."""

import asyncio
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence

from shared.bus import Message, Shard, shard_of
from shared.bus.in_process import InProcessBus, Pause, growing_pause
from shared.clock import Clock
from shared.events.base import Sealed


class MemoryEntries:
    def __init__(self) -> None:
        self._entries: dict[Shard, list[Message]] = {}
        self._positions: dict[tuple[str, Shard], int] = {}
        self._last = 0

    async def append(self, events: Sequence[Sealed], then: Callable[[Sequence[Message]], None]) -> None:
        await asyncio.sleep(0)  # other tasks run first, as they would while an engine works
        first = self._last + 1
        kept = [Message(shard_of(event.topic, event.key), at, event.body) for at, event in enumerate(events, first)]
        for message in kept:
            self._entries.setdefault(message.shard, []).append(message)
        self._last += len(kept)
        then(kept)

    def shards(self, topics: Sequence[str]) -> Iterable[Shard]:
        return [shard for shard in self._entries if shard.topic in topics]

    def after(self, shard: Shard, offset: int, limit: int) -> Sequence[Message]:
        entries = self._entries.get(shard, [])
        first = bisect_right(entries, offset, key=lambda message: message.offset)
        return entries[first : first + limit]

    def acknowledged(self, group: str, shard: Shard) -> int:
        return self._positions.get((group, shard), 0)

    async def acknowledge(self, group: str, shard: Shard, offset: int) -> None:
        await asyncio.sleep(0)  # see append
        self._positions[group, shard] = offset

    def waiting(self, group: str, topics: Sequence[str]) -> int:
        return sum(len(self.after(shard, self.acknowledged(group, shard), self._last)) for shard in self.shards(topics))


class MemoryBus(InProcessBus):
    """Opened like the others; it needs no time."""

    def __init__(self, _clock: Clock, pause: Pause = growing_pause) -> None:
        super().__init__(MemoryEntries(), pause)

    @classmethod
    async def open(cls, clock: Clock, pause: Pause = growing_pause) -> "MemoryBus":
        return cls(clock, pause)

    async def close(self) -> None:
        """Nothing to let go of."""
