"""The broker and a process's end of it: who is given which shard, also to two at once, and in batches of any size."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Protocol

from shared.bus import Message, Shard
from shared.bus.memory import MemoryEntries
from shared.events.base import Sealed
from tests.failure.simulator.faults import unavailable
from tests.failure.simulator.ports import Steps

MOST_AT_ONCE = (1, 3, 8, 500)

Then = Callable[[Sequence[Message]], None]


class Consumer(Steps, Protocol):
    """A process as the broker knows it."""

    name: str
    group: str

    def wake(self) -> None: ...


class Broker:
    """Keeps the entries of all topics, and which consumers of a group have which shard."""

    def __init__(self, random: Random) -> None:
        self.entries = MemoryEntries()
        self.consumers: list[Consumer] = []
        self.random = random
        self.most_at_once = random.choice(MOST_AT_ONCE)
        self._given: dict[tuple[str, Shard], tuple[str, ...]] = {}

    def has(self, consumer: Consumer, shard: Shard) -> bool:
        """Tell whether a consumer may take a shard; where nothing was decided the first of the group does."""
        given = self._given.get((consumer.group, shard))
        if given is None:
            return consumer is next(other for other in self.consumers if other.group == consumer.group)
        return consumer.name in given

    def rebalance(self, group: str, shard: Shard, names: Sequence[str]) -> None:
        """Give a shard to these consumers of a group; more than one is a rebalance that is not over for everybody."""
        self._given[group, shard] = tuple(names)
        self.wake_all()

    def wake_all(self) -> None:
        for consumer in self.consumers:
            consumer.wake()

    async def receive(self, events: Sequence[Sealed], then: Then) -> None:
        """Keep events and tell everybody, one by one: their order must not hang on how a set is walked through."""

        def spread(messages: Sequence[Message]) -> None:
            for message in messages:
                then([message])
            self.wake_all()

        await self.entries.append(events, spread)


class BrokerEnd:
    """See Entries: what a process's bus is over."""

    def __init__(self, consumer: Consumer, broker: Broker) -> None:
        self._consumer = consumer
        self._broker = broker

    async def append(self, events: Sequence[Sealed], then: Then) -> None:
        """Publish; what is cut short leaves the first of the events behind."""
        most = self._consumer.cut_short("bus.publish", len(events))
        await self._consumer.step("bus.publish", lambda: self._broker.receive(events[:most], then))
        if most < len(events):
            raise unavailable()

    def shards(self, topics: Sequence[str]) -> Iterable[Shard]:
        return self._broker.entries.shards(topics)

    def after(self, shard: Shard, offset: int, limit: int) -> Sequence[Message]:
        if not self._broker.has(self._consumer, shard):
            return []
        most = self._broker.random.randint(1, self._broker.most_at_once)
        return self._broker.entries.after(shard, offset, min(limit, most))

    def acknowledged(self, group: str, shard: Shard) -> int:
        return self._broker.entries.acknowledged(group, shard)

    async def acknowledge(self, group: str, shard: Shard, offset: int) -> None:
        """Say how far the group has come. Who has lost the shard meanwhile may be refused, or set the group back."""
        await self._consumer.step("bus.acknowledge", lambda: self._acknowledged(group, shard, offset))

    async def _acknowledged(self, group: str, shard: Shard, offset: int) -> None:
        await asyncio.sleep(0)
        if not self._broker.has(self._consumer, shard) and self._broker.random.random() < 0.5:
            raise unavailable()
        goes_back = offset < self._broker.entries.acknowledged(group, shard)
        await self._broker.entries.acknowledge(group, shard, offset)
        if goes_back:
            self._broker.wake_all()

    def waiting(self, group: str, topics: Sequence[str]) -> int:
        return self._broker.entries.waiting(group, topics)
