"""The Bus port: events in shards, each shard in one order, each event at least once."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Protocol

from shared.events.base import Sealed

SHARDS = 12
"""Shards of a topic; fixed at the first start, the same in every form."""


@dataclass(frozen=True)
class Shard:
    """One ordered part of a topic."""

    topic: str
    number: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.number}"


@dataclass(frozen=True)
class Message:
    """What came over the bus, as it came: the body may be anything."""

    shard: Shard
    offset: int
    body: bytes | None


Handle = Callable[[Shard, Sequence[Message]], Awaitable[None]]
"""Handles a batch of one shard. Returning acknowledges it; raising has it delivered again, after a pause."""


@lru_cache(maxsize=10_000)
def shard_of(topic: str, key: str) -> Shard:
    """Tell which shard carries a key: SHA-256(key) mod 12, computed by us, the same in every form."""
    return Shard(topic, int.from_bytes(sha256(key.encode()).digest()[:8], "big") % SHARDS)


class Bus(Protocol):
    """Carries sealed events between services."""

    async def publish(self, events: Sequence[Sealed]) -> None:
        """Publish in order; returns when all are kept. Raises Unavailable; what was kept by then may come twice."""
        ...

    def subscribe(self, topics: Sequence[str], group: str, handle: Handle) -> None:
        """Give a group all shards of the topics, in batches of at most 500, from the beginning; before `start`."""
        ...

    def watch(self, topics: Sequence[str]) -> AbstractAsyncContextManager[AsyncIterator[Message]]:
        """Give this process every message from now on; a slow watcher loses the oldest beyond 1,000."""
        ...

    async def lag(self) -> Mapping[str, int]:
        """Count, for each group, the entries that it has not acknowledged yet."""
        ...

    async def start(self) -> None: ...

    async def stop(self) -> None:
        """End after the batches that are being handled."""
        ...
