"""kill -9 under load, at each named step and at seeded moments: nothing is lost, nothing counts twice.

One installation is killed again and again; what its clients know is compared with what it says after each restart.
"""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from shared.crash import STEPS
from tests.failure.callers import SELDOM_S, Callers, Ledger
from tests.failure.checking import check, check_rebuilt
from tests.failure.killable import Killable
from tests.running import ROOT, ask, load, settle

KILLS_OF_ONE = 30
"""Then a new installation is made, so that a night's record does not grow without end."""

LATEST_PASSING = 8
"""A named step kills when it is passed for the n-th time, n up to this."""

NAMED = sorted(STEPS)


@dataclass
class Installation:
    """What is killed, and what its clients know of it; `is_sound` as long as both agree."""

    process: Killable
    is_sound: bool = True
    ledger: Ledger = field(default_factory=Ledger)
    token: str = ""

    def set_up(self) -> None:
        self.process.start()
        with self.process.owner() as owner:
            load(owner)
            settle(owner)
            self.token = ask(owner, "POST", "/tokens", {"purpose": "test", "roles": ["expert"]})["token"]

    def kill_at(self, step: str, seed: int) -> None:
        """Start it so that it dies at a step, be it while it catches up or under load."""
        if self.process.process is not None and self.process.process.poll() is None:
            self.process.kill()
        self.process.crash_at, callers = step, None
        if self.process.comes_up():
            callers = Callers(self.process.port, self.ledger, seed, SELDOM_S)
            callers.start(self.token)
        was_killed = self.process.is_killed()
        if callers is not None:
            callers.stop()
        self.process.crash_at = ""
        assert was_killed, f"{step} was not reached"

    def kill_after(self, seconds: float, seed: int) -> None:
        callers = Callers(self.process.port, self.ledger, seed)
        callers.start(self.token)
        time.sleep(seconds)
        self.process.kill()
        callers.stop()


@pytest.fixture(scope="module")
def running() -> Iterator[dict[int, Installation]]:
    """The installation that is left running from one test to the next, by its number."""
    made: dict[int, Installation] = {}
    yield made
    for each in made.values():
        each.process.end()


@pytest.fixture
def installation(
    seed: int, running: dict[int, Installation], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Installation:
    monkeypatch.chdir(ROOT)
    number = seed // KILLS_OF_ONE
    if number not in running or not running[number].is_sound:
        for earlier in running.values():
            earlier.process.end()
        running.clear()
        running[number] = Installation(Killable(tmp_path / "data"))
        running[number].set_up()
    return running[number]


@pytest.mark.slow
@pytest.mark.seeds(30, 1000)
def test_killed_at_any_moment_nothing_is_lost_or_counted_twice(installation: Installation, seed: int) -> None:
    """P-01, P-03, P-25: killed at each step or at any moment, it comes back with all that was answered, once."""
    installation.is_sound = False  # until it is known to be
    chance = random.Random(seed)  # noqa: S311 - moments are to be repeatable
    named = seed % KILLS_OF_ONE
    if named < len(NAMED):
        installation.kill_at(f"{NAMED[named]}:{chance.randint(1, LATEST_PASSING)}", seed)
    else:
        installation.kill_after(chance.uniform(0.02, 0.6), seed)
    installation.process.start()

    with installation.process.owner() as owner, _public(installation) as public:
        check(owner, public, installation.ledger, chance)
        if named == KILLS_OF_ONE - 1:
            check_rebuilt(owner)
            assert "" == _verified(installation)
    installation.is_sound = True


def _public(installation: Installation) -> httpx.Client:
    return httpx.Client(base_url=f"http://127.0.0.1:{installation.process.port}/api/v1", timeout=60)


def _verified(installation: Installation) -> str:
    """What `./megdan verify` has to complain of."""
    command = [sys.executable, "-m", "deploy.cli", "verify", "--data", str(installation.process.data)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603 - our own command
    return "" if done.returncode == 0 else done.stdout + done.stderr
