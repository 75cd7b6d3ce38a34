"""One seed, one run: what it found broken, and how to tell of it."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.failure.simulator import real, small
from tests.failure.simulator.loop import NothingHappens, seeded
from tests.failure.simulator.surroundings import virtual
from tests.failure.simulator.world import NeverQuiet, World

LAST_STEPS = 150
REAL_EVERY = 4
"""One seed in so many runs the real surveys service, the others the simulator's own."""

Live = Callable[[World], Coroutine[Any, Any, list[str]]]


@dataclass(frozen=True)
class Run:
    """What a seed has shown."""

    seed: int
    world: World
    broken: list[str]

    def __str__(self) -> str:
        steps = [
            f"{at:9.3f} {who:12} {what} {fault and '← ' + fault}" for at, who, what, fault in self.world.engines.trace
        ]
        left_out = max(0, len(steps) - LAST_STEPS)
        lines = [f"seed {self.seed} (repeat it with --seed {self.seed})", *(f"- {each}" for each in self.broken)]
        return "\n".join([*lines, f"… {left_out} steps", *steps[left_out:]])


def run(seed: int) -> Run:
    """Run a seed, and do the same each time."""
    if seed % REAL_EVERY == 0:
        return played(seed, real.a_real_world, real.live)
    return played(seed, small.a_small_world, small.live)


def played(seed: int, make: Callable[[Random], World], live: Live) -> Run:
    world = make(seeded(seed))
    with virtual(world.loop.time, seed):
        try:
            broken = world.loop.run(live(world))
        except (NeverQuiet, NothingHappens) as fault:
            broken = [f"{type(fault).__name__} {fault}"]
    return Run(seed, world, broken)
