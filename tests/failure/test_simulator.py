"""The consume path under a scheduler that a seed decides: crashes, lost replies, two owners, poison, repeats, disorder.

A red seed is repeated by `--seed N`, which prints its last steps; so does `python -m tests.failure.simulator --seed N`.
"""

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from tests.failure.simulator import faults, mishaps, small
from tests.failure.simulator.seeds import Run, played, run
from tests.failure.simulator.world import World

ROOT = Path(__file__).parents[2]


@pytest.mark.seeds(500, 20_000)
def test_whatever_happens(seed: int) -> None:
    """P-01, P-03, P-04, P-05, P-08, P-10, P-11, P-12, P-16, P-23, P-25, P-79: whatever fails, all is there once."""
    done = run(seed)

    assert [] == done.broken, str(done)


def _fingerprint(done: Run) -> str:
    return sha256(repr(done.world.engines.trace).encode()).hexdigest()


def test_a_seed_repeats_exactly_in_another_process() -> None:
    """A seed decides every step, whatever the machine's clock says and however the interpreter hashes its strings."""
    program = (
        "from tests.failure.test_simulator import _fingerprint; from tests.failure.simulator.seeds import run;"
        "print(*(_fingerprint(run(seed)) for seed in range(6)))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT)}
    elsewhere = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )

    assert [_fingerprint(run(seed)) for seed in range(6)] == elsewhere.stdout.split()


def test_every_kind_of_fault_really_happens() -> None:
    """In the first seeds each kind of fault is met, those of single steps at many of them."""
    met: dict[str, set[str]] = {}
    for seed in range(80):
        for kind, step in run(seed).world.faults.seen:
            met.setdefault(kind, set()).add(step)

    single = {kind: len(met[kind]) for kind in (faults.CRASH, faults.UNAVAILABLE, faults.LOST, faults.PAUSE)}
    once = {faults.AWAY, faults.CUT, mishaps.REBALANCE, mishaps.OVERLAP, mishaps.CLOCK, mishaps.POISONED}
    assert {kind: count for kind, count in single.items() if count < 12} == {}
    assert once | {mishaps.REBUILD, mishaps.RETRY} <= set(met)


def test_a_failure_names_its_seed_and_its_last_steps() -> None:
    """Who reads a red run finds the seed that repeats it, what was broken, and who did what before."""

    async def live(world: World) -> list[str]:
        await small.live(world)
        return ["something is odd"]

    said = str(played(11, small.a_small_world, live))

    assert said.startswith("seed 11 (repeat it with --seed 11)\n- something is odd\n")
    assert "store.log.insert_many" in said
