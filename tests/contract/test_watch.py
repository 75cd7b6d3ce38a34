"""What every Bus promises to those who watch it, as live pages do."""

import asyncio
from collections.abc import AsyncIterator

from shared.bus import Message, shard_of
from shared.bus.in_process import LONGEST_WATCH
from shared.bus.memory import MemoryBus
from shared.bus.sqlite import SqliteBus
from tests.contract.samples import a_message

AnyBus = MemoryBus | SqliteBus


async def test_a_watcher_gets_what_comes_from_now_on(bus: AnyBus) -> None:
    """A watcher sees messages of its topics, not the earlier ones."""
    await bus.publish([a_message(1)])
    async with bus.watch(["t"]) as messages:
        await bus.publish([a_message(2, topic="u"), a_message(3)])

        seen = await asyncio.wait_for(anext(messages), 5)

    assert (b"3", shard_of("t", "k")) == (seen.body, seen.shard)


async def test_a_watcher_waits_for_the_next_message(bus: AnyBus) -> None:
    """Whoever watches while nothing comes gets what comes later; a stop ends the waiting."""
    async with bus.watch(["t"]) as messages:
        reading = asyncio.create_task(_all_of(messages))
        await asyncio.sleep(0)
        await bus.publish([a_message(1)])
        await asyncio.sleep(0.01)
        await bus.stop()

    assert [b"1"] == await asyncio.wait_for(reading, 5)


async def _all_of(messages: AsyncIterator[Message]) -> list[bytes | None]:
    return [message.body async for message in messages]


async def test_every_watcher_gets_everything(bus: AnyBus) -> None:
    """Watchers do not take from each other or from groups."""
    async with bus.watch(["t"]) as first, bus.watch(["t"]) as second:
        await bus.publish([a_message(1)])

        seen = [(await asyncio.wait_for(anext(messages), 5)).body for messages in (first, second)]

    assert [b"1", b"1"] == seen


async def test_a_slow_watcher_loses_the_oldest(bus: AnyBus) -> None:
    """A watcher that does not read keeps the newest 1,000."""
    async with bus.watch(["t"]) as messages:
        await bus.publish([a_message(number) for number in range(LONGEST_WATCH + 5)])

        seen = [(await asyncio.wait_for(anext(messages), 5)).body for _ in range(LONGEST_WATCH)]

    assert [b"%d" % number for number in range(5, LONGEST_WATCH + 5)] == seen


async def test_a_watch_ends_when_the_bus_stops(bus: AnyBus) -> None:
    """Live pages end at a stop instead of waiting for ever."""
    await bus.start()
    async with bus.watch(["t"]) as messages:
        await bus.publish([a_message(1)])
        await bus.stop()

        seen = [message.body async for message in messages]

    assert [b"1"] == seen
