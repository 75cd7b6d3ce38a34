"""Killed on the way from the closing of a survey to its last announcement: it is announced all the same."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from shared.crash import STEPS
from tests.failure.callers import give
from tests.failure.checking import SERVICES, SURVEY, check_announced
from tests.failure.killable import Killable
from tests.running import ROOT, ask, load, settle
from tests.system.test_the_loop import FED

RESPONSES = 47
ON_THE_WAY = ("bench.written", "relay.publishing", *sorted(STEPS - {"bench.written", "relay.publishing"}))
"""The steps, first those between a step's being kept and its announcement."""


@pytest.fixture
def process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Killable]:
    monkeypatch.chdir(ROOT)
    process = Killable(tmp_path / "data")
    process.start()
    yield process
    process.end()


def public(process: Killable) -> httpx.Client:
    return httpx.Client(base_url=f"http://127.0.0.1:{process.port}/api/v1", timeout=60)


def close_and_kill(process: Killable, within_s: float) -> None:
    """Have a survey with responses closed, and kill the process in the middle of what follows."""
    with process.owner() as owner:
        load(owner)
        for number in range(RESPONSES):
            give(owner, f"{number:022d}", 1 + number % 5)
        settle(owner)
        ask(owner, "POST", "/surveys/vision-2020/close")
    time.sleep(within_s)
    process.kill()


def final_results(visitor: httpx.Client) -> tuple[bool, int, int]:
    """Wait until the public is told that the figures are final, at most a minute."""
    for _ in range(600):
        results = ask(visitor, "GET", SURVEY)
        if results["final"]:
            break
        time.sleep(0.1)
    return results["final"], results["responses"], results["published"]


@pytest.mark.slow
@pytest.mark.seeds(1, 36)
def test_closing_announces_the_rest_through_kills(process: Killable, seed: int) -> None:
    """P-25: killed after the closing, and again on the way to the last announcement, all responses are announced."""
    chance = random.Random(seed)  # noqa: S311 - moments are to be repeatable
    close_and_kill(process, chance.uniform(0, 0.05))
    process.crash_at = f"{ON_THE_WAY[seed % len(ON_THE_WAY)]}:{1 + seed // len(ON_THE_WAY)}"
    was_killed = not process.comes_up() or process.is_killed()
    process.crash_at = ""
    process.start()

    with process.owner() as owner, public(process) as visitor:
        final = final_results(visitor)
        settle(owner)
        (value,) = [each for each in ask(owner, "GET", f"/indicators/{FED}")["values"] if each["period"] == "2020"]
        check_announced(owner, visitor)
        faults = [ask(owner, "POST", f"/operations/{name}/verify")["faults"] for name in SERVICES]

    assert (True, (True, RESPONSES, RESPONSES), "given") == (was_killed, final, value["state"])
    assert [[], [], []] == faults
