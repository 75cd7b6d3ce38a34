"""What goes wrong beside the single steps: engines are away, clocks jump, shards move, poison comes, people rebuild."""

import asyncio
from contextlib import suppress
from typing import cast

from shared.dead_letters import DEAD_LETTERS
from shared.errors import MegdanError
from shared.events.base import Sealed
from shared.store import Query
from tests.failure.simulator.faults import Lost
from tests.failure.simulator.processes import Process
from tests.failure.simulator.world import World

ENGINES = ("store", "bus")
REBALANCE, OVERLAP, CLOCK, POISONED, REBUILD, RETRY = "rebalance", "overlap", "clock", "poison", "rebuild", "retry"

POISON: tuple[bytes | None, ...] = (
    None,
    b"",
    b"\xff\xfe",
    b"null",
    b"[]",
    b'"text"',
    b"{}",
    b'{"data":{}}',
    b'{"type":null,"data":null}',
    b'{"type":"bg.megdan.surveys.response.submitted.v1","data":{"survey_id":"s"}}',
    b'{"type":"bg.megdan.surveys.response.submitted.v99","data":{}}',
    b'{"type":"unknown","data":{"a":' + b"[" * 1100 + b"]" * 1100 + b"}}",
)


async def weather(world: World) -> None:
    """Now and then an engine is away, for seconds."""
    if world.random.random() < 0.5:
        return
    while True:
        await asyncio.sleep(world.random.random() * 12)
        engine = world.random.choice(ENGINES)
        world.faults.away.add(engine)
        await asyncio.sleep(world.random.random() * world.random.choice((1, 6, 30)))
        world.faults.away.discard(engine)
        if world.random.random() < 0.3:
            await _worked(world, REBUILD)


async def clocks(world: World) -> None:
    """Now and then the clock of a process jumps by up to a day."""
    while True:
        await asyncio.sleep(world.random.random() * 30)
        process = world.random.choice(_all(world))
        process.days_off = world.random.choice((0, -1, 1, 0.001, -0.001))
        world.faults.note(CLOCK, f"{process.days_off} days")


async def rebalances(world: World) -> None:
    """Shards move from one process to another, and to both at once for some time."""
    while True:
        await asyncio.sleep(world.random.random() * 3)
        group = world.random.choice(sorted(world.processes))
        processes = world.processes[group]
        shards = sorted(world.broker.entries.shards(processes[0].projector.topics), key=str)
        if len(processes) > 1 and shards:
            names = [process.name for process in processes]
            chosen = world.random.choice([names, names[:1], names[1:]])
            world.broker.rebalance(group, world.random.choice(shards), chosen)
            world.faults.note(OVERLAP if len(chosen) > 1 else REBALANCE, group)


async def poison(world: World, topics: dict[str, tuple[str, ...]]) -> None:
    """What is no event comes on a topic. `topics` tells for each the keys that are in use there."""
    for _ in range(world.random.choice((0, 1, 4, 9))):
        await asyncio.sleep(world.random.random() * 4)
        topic = world.random.choice(sorted(topics))
        body = world.random.choice(POISON)
        # A tombstone has no body, which no store would seal; a broker may bring it all the same.
        bad = Sealed.model_construct(
            id="?", topic=topic, key=world.random.choice(topics[topic]), body=cast("bytes", body)
        )
        await world.broker.receive([bad], lambda kept: world.poison.extend((each.shard, each.offset) for each in kept))
        world.faults.note(POISONED, str(body)[:24])


async def operator(world: World) -> None:
    """Somebody makes projections anew while events come, and handles dead letters again."""
    if world.random.random() < 0.4:
        return
    pause_s = world.random.choice((2, 10))
    while True:
        await asyncio.sleep(world.random.random() * pause_s)
        await _worked(world, world.random.choice((REBUILD, REBUILD, RETRY)))


async def _worked(world: World, kind: str) -> None:
    """Do it where one process alone has the store: two and a rebuild do not go together."""
    alone = [group for group, processes in sorted(world.processes.items()) if len(processes) == 1]
    if alone:
        with suppress(MegdanError, Lost):
            await world.ask(world.random.choice(alone), _rebuilding if kind == REBUILD else _retrying)
            world.faults.note(kind, "done")


async def _rebuilding(process: Process) -> None:
    for name in process.projector.folds:
        await process.projector.rebuild(name)


async def _retrying(process: Process) -> None:
    for letter in (await process.store.collection(DEAD_LETTERS).find(Query("by_time", limit=3))).items:
        with suppress(MegdanError):
            await process.projector.retry(letter.id)


def _all(world: World) -> list[Process]:
    return [process for processes in world.processes.values() for process in processes]
