"""A long outbox and a long lag: what is written costs what it cost, and memory does not grow with what waits."""

import asyncio
import resource
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from statistics import median

import pytest

from shared.bus import Shard
from shared.bus.in_process import InProcessBus
from shared.events.surveys import RESPONSES
from shared.store import Collection, CollectionOf, Document, Store
from tests.contract.samples import BUSES, STORES, a_message, a_submission
from tests.failure.flooded import MEGABYTE

WAITING, NIGHTLY = 20_000, 1_000_000
TIMED = 200
AT_ONCE = 500
MEMORY = 100 * MEGABYTE


class Kept(Document):
    """Something that is written with its event."""


KEPT = CollectionOf("kept", Kept)


@pytest.fixture
def waiting(request: pytest.FixtureRequest) -> int:
    return NIGHTLY if request.config.getoption("--nightly") else WAITING


@pytest.fixture(params=[name for name in STORES if name != "memory"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    opened = await STORES[request.param](tmp_path)
    yield opened
    await opened.close()


@pytest.fixture(params=[name for name in BUSES if name != "memory"])
async def bus(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[InProcessBus]:
    opened = await BUSES[request.param](tmp_path)
    yield opened
    await opened.stop()
    await opened.close()


def memory() -> int:
    """Bytes that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


async def seconds(work: Callable[[int], Awaitable[object]], first: int) -> float:
    """Seconds that a piece of work takes in the middle, one after the other."""
    taken = []
    for number in range(first, first + TIMED):
        began = time.perf_counter()
        await work(number)
        taken.append(time.perf_counter() - began)
    return median(taken)


async def many(work: Callable[[int], Awaitable[object]], first: int, last: int) -> None:
    for start in range(first, last, AT_ONCE):
        await asyncio.gather(*(work(number) for number in range(start, min(start + AT_ONCE, last))))


@pytest.mark.slow
@pytest.mark.timeout(1800)
async def test_with_a_long_outbox_writing_costs_what_it_cost(store: Store, waiting: int) -> None:
    """P-38: with very many events unsent, a write and a look at the next ones cost what they cost, memory is flat."""
    kept: Collection[Kept] = store.collection(KEPT)

    async def write(number: int) -> object:
        return await kept.insert(Kept(id=f"k{number:09d}"), events=[a_submission(f"r{number}")])

    async def look(_: int) -> object:
        return await store.outbox.unsent(limit=100)

    written, looked = await seconds(write, 0), await seconds(look, 0)
    before = memory()
    await many(write, TIMED, TIMED + waiting)
    grown = memory() - before
    written_then, looked_then = await seconds(write, TIMED + waiting), await seconds(look, 0)

    assert grown < MEMORY
    assert written_then < 5 * written + 0.01
    assert looked_then < 5 * looked + 0.01


@pytest.mark.slow
@pytest.mark.timeout(1800)
async def test_with_a_long_lag_publishing_costs_what_it_cost(bus: InProcessBus, waiting: int) -> None:
    """P-38: with a group that takes nothing, publishing costs what it cost, memory is flat, and the lag is told."""
    released = asyncio.Event()

    async def stuck(_shard: Shard, _messages: object) -> None:
        await released.wait()

    async def publish(number: int) -> object:
        await bus.publish([a_message(number, topic=RESPONSES)])
        return None

    bus.subscribe([RESPONSES], "stuck", stuck)
    await bus.start()
    published = await seconds(publish, 0)
    before = memory()
    await many(publish, TIMED, TIMED + waiting)
    grown = memory() - before
    published_then = await seconds(publish, TIMED + waiting)
    lag = await bus.lag()
    stopping = asyncio.create_task(bus.stop())
    await asyncio.sleep(0)  # asked to end first, it takes no further batch
    released.set()
    await stopping

    assert {"stuck": 2 * TIMED + waiting} == lag
    assert grown < MEMORY
    assert published_then < 5 * published + 0.01


@pytest.mark.slow
async def test_a_watcher_who_does_not_read_loses_the_oldest(bus: InProcessBus) -> None:
    """P-38: for a watcher who does not read, only the newest thousand messages are held."""
    await bus.start()
    async with bus.watch([RESPONSES]) as messages:
        for start in range(0, 3_000, AT_ONCE):
            await bus.publish([a_message(number, topic=RESPONSES) for number in range(start, start + AT_ONCE)])
        await bus.stop()
        held = [message.body async for message in messages]

    assert [b"%d" % number for number in range(2_000, 3_000)] == held
