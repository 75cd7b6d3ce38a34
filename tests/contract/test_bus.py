"""What every Bus promises."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

import pytest

from shared.bus import SHARDS, Message, Shard, shard_of
from shared.bus.memory import MemoryBus
from shared.bus.sqlite import SqliteBus
from tests.contract.samples import a_message, quiet

AnyBus = MemoryBus | SqliteBus


class Received:
    """A handler that keeps what it was given, and fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.batches: list[tuple[Shard, list[Message]]] = []

    async def handle(self, shard: Shard, batch: Sequence[Message]) -> None:
        self.batches.append((shard, list(batch)))
        if self.failures:
            self.failures -= 1
            raise RuntimeError("told to fail")

    @property
    def bodies(self) -> list[bytes | None]:
        return [message.body for _, batch in self.batches for message in batch]


def key_in_another_shard(topic: str, key: str) -> str:
    return next(other for other in map(str, range(1000)) if shard_of(topic, other) != shard_of(topic, key))


async def test_a_group_gets_what_is_published(bus: AnyBus) -> None:
    """What was published comes as it was sent, in the order of its shard, with rising offsets."""
    received = Received()
    bus.subscribe(["t"], "g", received.handle)
    await bus.start()

    await bus.publish([a_message(number) for number in range(3)])
    await quiet(bus)

    offsets = [message.offset for _, batch in received.batches for message in batch]
    assert ([b"0", b"1", b"2"], sorted(set(offsets))) == (received.bodies, offsets)


async def test_a_key_stays_in_its_shard(bus: AnyBus) -> None:
    """Every message comes in the shard that its key decides."""
    received = Received()
    bus.subscribe(["t"], "g", received.handle)
    await bus.start()

    await bus.publish([a_message(number, key=str(number)) for number in range(100)])
    await quiet(bus)

    shards = {message.body: shard for shard, batch in received.batches for message in batch}
    assert {b"%d" % number: shard_of("t", str(number)) for number in range(100)} == shards


def test_the_shard_of_a_key_is_fixed() -> None:
    """The way from a key to its shard never changes: logs are kept by it."""
    shards = [shard_of("megdan.surveys", key).number for key in ("", "vision-2020", "balchik-2014-2020", "Балчик")]

    assert [4, 9, 8, 0] == shards


def test_keys_spread_over_all_shards() -> None:
    """A thousand keys leave no shard empty."""
    assert set(range(SHARDS)) == {shard_of("t", str(key)).number for key in range(1000)}


async def test_a_group_starts_from_the_beginning(bus: AnyBus) -> None:
    """A new group also gets what was published before it started."""
    await bus.publish([a_message(1)])
    received = Received()
    bus.subscribe(["t"], "g", received.handle)

    await bus.start()
    await quiet(bus)

    assert [b"1"] == received.bodies


async def test_every_group_gets_everything(bus: AnyBus) -> None:
    """Groups do not take from each other."""
    first, second = Received(), Received()
    bus.subscribe(["t"], "first", first.handle)
    bus.subscribe(["t"], "second", second.handle)
    await bus.start()

    await bus.publish([a_message(1)])
    await quiet(bus)

    assert ([b"1"], [b"1"]) == (first.bodies, second.bodies)


async def test_other_topics_stay_away(bus: AnyBus) -> None:
    """A group gets the topics that it asked for."""
    received = Received()
    bus.subscribe(["t", "u"], "g", received.handle)
    await bus.start()

    await bus.publish([a_message(1, topic="t"), a_message(2, topic="u"), a_message(3, topic="v")])
    await quiet(bus)

    assert {b"1", b"2"} == set(received.bodies)


async def test_a_batch_holds_at_most_500(bus: AnyBus) -> None:
    """A backlog comes in batches of at most 500."""
    await bus.publish([a_message(number) for number in range(1100)])
    received = Received()
    bus.subscribe(["t"], "g", received.handle)

    await bus.start()
    await quiet(bus)

    assert [500, 500, 100] == [len(batch) for _, batch in received.batches]


async def test_a_failed_batch_comes_again(bus: AnyBus) -> None:
    """A batch whose handler raises is delivered again, from its first message, until it is handled."""
    received = Received(failures=2)
    bus.subscribe(["t"], "g", received.handle)
    await bus.start()

    await bus.publish([a_message(1), a_message(2)])
    await quiet(bus)

    assert [b"1", b"2"] * 3 == received.bodies


async def test_a_slow_shard_does_not_hold_up_another(bus: AnyBus) -> None:
    """While one shard's handler is busy, another shard is delivered to the same group."""
    other = key_in_another_shard("t", "k")
    arrived, release = asyncio.Event(), asyncio.Event()

    async def handle(shard: Shard, _batch: Sequence[Message]) -> None:
        if shard == shard_of("t", "k"):
            await release.wait()
        else:
            arrived.set()

    bus.subscribe(["t"], "g", handle)
    await bus.start()

    await bus.publish([a_message(1, key="k"), a_message(2, key=other)])
    await asyncio.wait_for(arrived.wait(), 5)
    release.set()
    await quiet(bus)

    assert {"g": 0} == await bus.lag()


async def test_a_restart_goes_on_where_it_ended(bus: AnyBus) -> None:
    """What was acknowledged does not come again after a stop; what was published meanwhile does come."""
    received = Received()
    bus.subscribe(["t"], "g", received.handle)
    await bus.start()
    await bus.publish([a_message(1)])
    await quiet(bus)
    await bus.stop()

    await bus.publish([a_message(2)])
    await bus.start()
    await quiet(bus)

    assert [b"1", b"2"] == received.bodies


async def test_stop_waits_for_the_batch_in_hand(bus: AnyBus) -> None:
    """A batch that is being handled is finished and acknowledged; the next is not begun."""
    begun, release, handled = asyncio.Event(), asyncio.Event(), []

    async def handle(_shard: Shard, batch: Sequence[Message]) -> None:
        begun.set()
        await release.wait()
        handled.append(len(batch))

    bus.subscribe(["t"], "g", handle)
    await bus.publish([a_message(number) for number in range(501)])
    await bus.start()
    await asyncio.wait_for(begun.wait(), 5)

    stopping = asyncio.create_task(bus.stop())
    await asyncio.sleep(0.01)
    ended_early = stopping.done()
    release.set()
    await asyncio.wait_for(stopping, 5)

    assert (False, [500], {"g": 1}) == (ended_early, handled, await bus.lag())


async def test_lag_counts_what_is_not_acknowledged(bus: AnyBus) -> None:
    """The lag of a group is the number of its entries that wait, over all its topics."""
    bus.subscribe(["t", "u"], "g", Received().handle)
    bus.subscribe(["t"], "h", Received().handle)

    await bus.publish([a_message(1, topic="t"), a_message(2, key="x", topic="t"), a_message(3, topic="u")])

    assert {"g": 3, "h": 2} == await bus.lag()


async def test_publishing_nothing_is_nothing(bus: AnyBus) -> None:
    """An empty publish returns and leaves nothing."""
    bus.subscribe(["t"], "g", Received().handle)

    await bus.publish([])

    assert {"g": 0} == await bus.lag()


async def test_a_cancelled_publish_is_whole_or_not_at_all(bus: AnyBus) -> None:
    """When the publisher is cancelled, all of its events come, or none."""
    received = Received()
    bus.subscribe(["t"], "g", received.handle)
    await bus.start()
    publishing = asyncio.create_task(bus.publish([a_message(1), a_message(2)]))
    await asyncio.sleep(0)
    publishing.cancel()
    await asyncio.wait([publishing])

    await bus.publish([a_message(3)])
    await quiet(bus)

    assert received.bodies in ([b"1", b"2", b"3"], [b"3"])


async def test_subscriptions_come_before_start(bus: AnyBus) -> None:
    """Subscribing to a running bus is a mistake of the program."""
    await bus.start()

    with pytest.raises(ValueError, match="before start"):
        bus.subscribe(["t"], "g", Received().handle)


async def test_a_group_has_a_topic_once(bus: AnyBus) -> None:
    """A group that took a topic twice would share its shards with itself: that is refused."""
    bus.subscribe(["t"], "g", Received().handle)

    with pytest.raises(ValueError, match="already"):
        bus.subscribe(["u", "t"], "g", Received().handle)


async def test_shards_come_in_parallel(bus: AnyBus) -> None:
    """Each shard's order holds however many shards are delivered at once."""
    received = Received()
    bus.subscribe(["t"], "g", received.handle)
    await bus.start()

    for first in range(0, 200, 20):
        await bus.publish([a_message(number, key=str(number % 20)) for number in range(first, first + 20)])
    await quiet(bus)

    by_shard: dict[Shard, list[int]] = defaultdict(list)
    for shard, batch in received.batches:
        by_shard[shard].extend(int(message.body or b"") for message in batch)
    assert (200, True) == (len(received.bodies), all(sorted(numbers) == numbers for numbers in by_shard.values()))
