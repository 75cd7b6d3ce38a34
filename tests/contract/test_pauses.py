"""How the in-process buses pause before a batch that failed comes again."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from shared.bus import Message, Shard
from shared.bus.in_process import growing_pause
from shared.bus.memory import MemoryBus
from tests.contract.samples import a_message, memory_bus, now, quiet


async def test_each_pause_is_told_how_often_it_failed(tmp_path: Path) -> None:
    """Pauses are asked for with 1, 2, 3 … failures, and begin anew after a success."""
    asked: list[int] = []
    fails = iter([True, True, False, True, False])

    async def pause(failures: int) -> None:
        asked.append(failures)

    async def handle(_shard: Shard, _batch: Sequence[Message]) -> None:
        if next(fails):
            raise RuntimeError("told to fail")

    bus = await memory_bus(tmp_path, pause)
    bus.subscribe(["t"], "g", handle)
    await bus.start()
    for number in range(2):
        await bus.publish([a_message(number)])
        await quiet(bus)
    await bus.stop()

    assert [1, 2, 1] == asked


@pytest.mark.parametrize(
    ("failures", "shortest", "longest"), [(1, 0.05, 0.1), (4, 0.4, 0.8), (9, 12.8, 25.6), (99, 15, 30)]
)
async def test_a_pause_grows_up_to_30_s(
    monkeypatch: pytest.MonkeyPatch, failures: int, shortest: float, longest: float
) -> None:
    """P-15: a pause doubles with each failure from 0.1 s to 30 s, and jitter takes away at most half of it."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    for _ in range(20):
        await growing_pause(failures)

    assert (True, True) == (min(slept) >= shortest, max(slept) <= longest)


async def test_stop_cuts_a_pause_short() -> None:
    """A shard that waits to try again does not hold up the stop; its batch stays unacknowledged."""
    paused = asyncio.Event()

    async def pause(_failures: int) -> None:
        paused.set()
        await asyncio.sleep(3600)

    async def handle(_shard: Shard, _batch: Sequence[Message]) -> None:
        raise RuntimeError("told to fail")

    bus = MemoryBus(now, pause)
    bus.subscribe(["t"], "g", handle)
    await bus.start()
    await bus.publish([a_message(1)])
    await asyncio.wait_for(paused.wait(), 5)

    await asyncio.wait_for(bus.stop(), 5)

    assert {"g": 1} == await bus.lag()


async def test_what_comes_while_a_shard_rests_is_one_batch(tmp_path: Path) -> None:
    """After a batch a shard rests; events that come meanwhile are handled together, in their order."""
    batches: list[int] = []

    async def handle(_shard: Shard, batch: Sequence[Message]) -> None:
        batches.append(len(batch))

    bus = await memory_bus(tmp_path)
    bus.subscribe(["t"], "g", handle)
    await bus.start()
    await bus.publish([a_message(0)])
    await asyncio.sleep(0)
    for number in range(1, 20):
        await bus.publish([a_message(number)])
    await quiet(bus)
    await bus.stop()

    assert 20 == sum(batches)
    assert len(batches) <= 3
