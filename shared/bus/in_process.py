"""A bus within one process: delivery to groups and watchers, over entries that are kept somewhere.

Every shard of a group has a task of its own, so that one which is slow or fails does not hold up the others. Nothing
polls: a task wakes when its shard gets an entry.
"""

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import Context
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

import structlog

from shared.bus import Handle, Message, Shard
from shared.crash import crash_point
from shared.events.base import Sealed

log = structlog.get_logger()

LARGEST_BATCH = 500
LONGEST_WATCH = 1_000
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 30.0
LEAST_REST_S = 0.03
LONGEST_REST_S = 0.5
CROWD = 25
"""After a batch that was not full a shard rests: the least; after a crowd four times as long as its batch took."""

Pause = Callable[[int], Awaitable[None]]
"""Waits before a batch is delivered again; is given how often it has failed (from 1)."""


async def growing_pause(failures: int) -> None:
    """Wait from 0.1 s up to 30 s, twice as long after each failure, with jitter so that shards do not come at once."""
    longest = min(FIRST_PAUSE_S * 2 ** min(failures - 1, 16), LONGEST_PAUSE_S)
    await asyncio.sleep(random.uniform(longest / 2, longest))  # noqa: S311 - jitter is no secret


class Entries(Protocol):
    """Where the entries are, and how far each group has acknowledged them."""

    async def append(self, events: Sequence[Sealed], then: Callable[[Sequence[Message]], None]) -> None:
        """Keep events in order, all or none, and hand over what was kept even if the caller has gone."""
        ...

    def shards(self, topics: Sequence[str]) -> Iterable[Shard]:
        """The shards of topics that have entries."""
        ...

    def after(self, shard: Shard, offset: int, limit: int) -> Sequence[Message]: ...

    def acknowledged(self, group: str, shard: Shard) -> int:
        """The offset of the last entry that a group has acknowledged, 0 at the beginning."""
        ...

    async def acknowledge(self, group: str, shard: Shard, offset: int) -> None: ...

    def waiting(self, group: str, topics: Sequence[str]) -> int:
        """How many entries a group has not acknowledged."""
        ...


@dataclass(frozen=True)
class Subscription:
    topics: frozenset[str]
    group: str
    handle: Handle


class Delivery:
    """Gives one shard to one group, batch by batch, until it is stopped."""

    def __init__(self, entries: Entries, subscription: Subscription, shard: Shard, pause: Pause) -> None:
        self._entries = entries
        self._subscription = subscription
        self._shard = shard
        self._pause = pause
        self._news = asyncio.Event()
        self._pausing: asyncio.Future[None] | None = None
        self._is_stopped = False
        name = f"{subscription.group} {shard}"
        self.task = asyncio.create_task(self._run(), name=name, context=Context())  # not that of whoever published

    def wake(self) -> None:
        self._news.set()

    def stop(self) -> None:
        """Ask it to end after the batch that is being handled."""
        self._is_stopped = True
        self._news.set()
        if self._pausing:
            self._pausing.cancel()

    async def _run(self) -> None:
        failures = 0
        while not self._is_stopped:
            self._news.clear()
            try:
                has_more = await self._deliver_next()
            except Exception:  # whatever a handler raises, the batch comes again
                failures += 1
                log.exception("bus.batch_failed", shard=str(self._shard), failures=failures, **self._who())
                await self._wait(self._pause(failures))
                continue
            failures = 0
            if not has_more:
                await self._news.wait()

    async def _rest(self, handled: int, took_s: float) -> None:
        """Let what comes meanwhile gather into the next batch, and whoever shares the event loop have a turn."""
        longest = LONGEST_REST_S if handled >= CROWD else LEAST_REST_S
        await self._wait(asyncio.sleep(min(max(4 * took_s, LEAST_REST_S), longest)))

    async def _deliver_next(self) -> bool:
        group = self._subscription.group
        offset = self._entries.acknowledged(group, self._shard)
        batch = self._entries.after(self._shard, offset, LARGEST_BATCH)
        if batch:
            began = monotonic()
            await self._subscription.handle(self._shard, batch)
            crash_point("batch.handled")
            await self._entries.acknowledge(group, self._shard, batch[-1].offset)
            crash_point("batch.acknowledged")
            if len(batch) < LARGEST_BATCH:
                await self._rest(len(batch), monotonic() - began)
        return bool(batch)

    async def _wait(self, pause: Awaitable[None]) -> None:
        self._pausing = asyncio.ensure_future(pause)
        if self._is_stopped:
            self._pausing.cancel()
        await asyncio.wait([self._pausing])  # unlike awaiting it, ends quietly when `stop` cuts the pause short
        self._pausing = None

    def _who(self) -> Mapping[str, str]:
        return {"group": self._subscription.group}


class Watcher(AsyncIterator[Message]):
    """What one watcher has not read yet."""

    def __init__(self, topics: Sequence[str]) -> None:
        self._topics = frozenset(topics)
        self._unread: deque[Message] = deque(maxlen=LONGEST_WATCH)
        self._news = asyncio.Event()
        self._has_ended = False

    def offer(self, messages: Sequence[Message]) -> None:
        self._unread.extend(message for message in messages if message.shard.topic in self._topics)
        if self._unread:
            self._news.set()

    def end(self) -> None:
        self._has_ended = True
        self._news.set()

    async def __anext__(self) -> Message:
        while not self._unread:
            if self._has_ended:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        return self._unread.popleft()


class InProcessBus:
    """The Bus over `entries`; `pause` is what happens before a batch that failed comes again."""

    def __init__(self, entries: Entries, pause: Pause) -> None:
        self._entries = entries
        self._pause = pause
        self._subscriptions: list[Subscription] = []
        self._deliveries: dict[tuple[str, Shard], Delivery] = {}
        self._watchers: set[Watcher] = set()
        self._is_running = False

    async def publish(self, events: Sequence[Sealed]) -> None:
        if events:
            await self._entries.append(events, self._spread)

    def subscribe(self, topics: Sequence[str], group: str, handle: Handle) -> None:
        """See Bus. Raises ValueError if the group has one of the topics already or the bus is running."""
        if self._is_running:
            raise ValueError("subscribe before start")
        if any(known.group == group and known.topics & set(topics) for known in self._subscriptions):
            raise ValueError(f"{group} has one of {topics} already")
        self._subscriptions.append(Subscription(frozenset(topics), group, handle))

    @asynccontextmanager
    async def watch(self, topics: Sequence[str]) -> AsyncIterator[AsyncIterator[Message]]:
        """See Bus. The messages end when the bus stops."""
        watcher = Watcher(topics)
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)

    async def lag(self) -> Mapping[str, int]:
        lags: dict[str, int] = {}
        for each in self._subscriptions:
            lags[each.group] = lags.get(each.group, 0) + self._entries.waiting(each.group, sorted(each.topics))
        return lags

    async def start(self) -> None:
        self._is_running = True
        for subscription in self._subscriptions:
            for shard in self._entries.shards(sorted(subscription.topics)):
                self._deliver(subscription, shard)

    async def stop(self) -> None:
        self._is_running = False
        for watcher in self._watchers:
            watcher.end()
        for delivery in self._deliveries.values():
            delivery.stop()
        await asyncio.gather(*(delivery.task for delivery in self._deliveries.values()))
        self._deliveries.clear()

    def _spread(self, messages: Sequence[Message]) -> None:
        for watcher in self._watchers:
            watcher.offer(messages)
        if not self._is_running:
            return
        for shard in {message.shard for message in messages}:
            for subscription in self._subscriptions:
                if shard.topic in subscription.topics:
                    self._deliver(subscription, shard)

    def _deliver(self, subscription: Subscription, shard: Shard) -> None:
        delivery = self._deliveries.get((subscription.group, shard))
        if delivery is None:
            delivery = Delivery(self._entries, subscription, shard, self._pause)
            self._deliveries[subscription.group, shard] = delivery
        delivery.wake()
