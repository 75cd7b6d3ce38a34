"""Single promises in the simulator's virtual time, which no seed alone would name."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, pairwise
from random import Random

import pytest

from shared.bus import Message, Shard
from shared.bus.in_process import growing_pause
from shared.bus.memory import MemoryBus
from shared.events.base import Sealed
from tests.failure.simulator import real, small
from tests.failure.simulator.faults import AWAY, CRASH, LOST, NONE, Faults, Rates, unavailable
from tests.failure.simulator.loop import seeded, seeded_loop
from tests.failure.simulator.processes import START
from tests.failure.simulator.real import a_real_world
from tests.failure.simulator.record import left_by
from tests.failure.simulator.seeds import Live, played
from tests.failure.simulator.small import a_small_world, come
from tests.failure.simulator.square import GIVEN, TOTALS
from tests.failure.simulator.surroundings import virtual
from tests.failure.simulator.world import World
from tests.unit.shared.counting import SHARD, Service, a_message

OUTAGE_S = 300.0
NEVER = Rates(crash=0, unavailable=0, lost=0, pause=0)

Make = Callable[[Random, Faults], World]
OTHER = Shard(SHARD.topic, 5)


def attempts_in(outage_s: float, until_s: float) -> list[float]:
    """When a batch was tried that fails for a while, until some time."""
    loop, tried = seeded_loop(1), list[float]()

    async def handle(_shard: Shard, _batch: Sequence[Message]) -> None:
        tried.append(loop.time())
        if loop.time() < outage_s:
            raise unavailable()

    async def main() -> None:
        bus = MemoryBus(lambda: START, growing_pause)
        bus.subscribe(["t"], "g", handle)
        await bus.start()
        await bus.publish([Sealed(id="1", topic="t", key="k", body=b"")])
        await asyncio.sleep(until_s)

    with virtual(loop.time, 1):
        loop.run(main())
    return tried


def test_a_batch_that_keeps_failing_is_tried_ever_more_rarely() -> None:
    """P-15: in 30 s of failure a batch is tried about ten times, each pause at least as long as the one before."""
    tried = attempts_in(outage_s=1e9, until_s=30)
    pauses = [later - earlier for earlier, later in pairwise(tried)]

    assert sorted(pauses) == pauses
    assert 8 <= len(tried) <= 11


@pytest.mark.parametrize("outage_s", [100.0, 170.0, 240.0, 300.0])
def test_retries_end_with_the_failure(outage_s: float) -> None:
    """P-15: after a failure of minutes the batch comes within half a minute, and then no more."""
    tried = attempts_in(outage_s, until_s=100 * outage_s)

    assert [1, True] == [sum(at >= outage_s for at in tried), tried[-1] <= outage_s + 30]


class Once(Faults):
    """Lets one fault happen at each kind of step, the first time that it is done."""

    def __init__(self, random: Random, kind: str) -> None:
        super().__init__(random, NEVER)
        self._kind = kind

    def before(self, _step: str) -> str:
        return NONE

    def after(self, step: str) -> str:
        if self.are_over or (self._kind, step) in self.seen:
            return NONE
        self.note(self._kind, step)
        return self._kind


@pytest.mark.parametrize("kind", [LOST, CRASH])
@pytest.mark.parametrize(("make", "live"), [(a_small_world, small.live), (a_real_world, real.live)])
def test_after_each_step_it_may_go_wrong_once(make: Make, live: Live, kind: str) -> None:
    """P-01, P-05: whatever was done when its reply was lost or its process killed, the next try knows it as its own."""
    once = Once(seeded(5), kind)
    done = played(5, lambda random: make(random, once), live)

    assert [] == done.broken, str(done)
    assert len(once.seen) > 25


@pytest.mark.parametrize(("away", "step"), [({"bus"}, "bus.publish"), ({"bus", "store"}, "store.given.insert")])
def test_minutes_without_an_engine_heal_by_themselves(away: set[str], step: str) -> None:
    """P-16: the bus, or all of it, is away for five minutes; then everything that was accepted arrives, unaided."""

    async def outage(world: World) -> None:
        await asyncio.sleep(5)
        world.faults.away.update(away)
        await asyncio.sleep(OUTAGE_S)
        world.faults.away.clear()

    async def live(world: World) -> list[str]:
        await come(world, {}, outage(world))
        return await small.checked(world)

    done = played(3, lambda random: a_small_world(random, Faults(random, NEVER)), live)

    assert [] == done.broken, str(done)
    assert done.world.faults.seen[AWAY, step]


def interleaved(first: list[Message], second: list[Message]) -> Iterator[list[Message]]:
    """All orders of the two that keep the order of each."""
    many = len(first) + len(second)
    for places in combinations(range(many), len(first)):
        one, two = iter(first), iter(second)
        yield [next(one) if place in places else next(two) for place in range(many)]


async def test_the_order_between_shards_does_not_matter() -> None:
    """P-11: however the events of two shards come after one another, the projections are the same."""
    first = [Message(SHARD, number, a_message(number, channel="web").body) for number in range(3)]
    second = [Message(OTHER, number, a_message(number + 10, channel="paper").body) for number in range(3)]
    seen: set[tuple[bytes, ...]] = set()
    for order in interleaved(first, second):
        service = Service()
        for message in (*order, *order[:2]):
            await service.projector.handle(message.shard, [message])
        seen.add(tuple(await service.figures()))

    assert 1 == len(seen)


def test_accepted_appended_and_folded_are_one_number() -> None:
    """P-79: when all is quiet, as many responses were stored as are in the log, and in the totals or set aside."""
    counts: list[int] = []

    async def live(world: World) -> list[str]:
        await come(world, {})
        left = await left_by(world, world.services[0])
        folded = sum(total.responses for total in (await left.documents(TOTALS)).values())
        aside = sum(letter.handler == "counting" for letter in left.letters)
        counts.extend((len(await left.documents(GIVEN)), len(left.entries), folded + aside))
        return []

    played(7, lambda random: a_small_world(random, Faults(random, NEVER)), live)

    assert [counts[0]] * 2 == counts[1:3]
    assert counts[0] > 3
