"""Twenty times what is sustained: whoever is taken in is answered in time, the rest is told to come later, at once."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest

from tests.failure.flood import Answer, Flood
from tests.failure.flooded import MEGABYTE, Flooded, a_submission, flooded
from tests.running import ROOT, settle

TIMES = 20
SECONDS = 1
LONGEST_S = 60.0
"""Seconds for any answer, counted from when it was due; the generator is in this too."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flooded]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        with flooded(tmp_path_factory.mktemp("flood") / "data") as process:
            yield process


async def sustained(process: Flooded) -> float:
    """Responses a second that 32 clients have accepted, each giving one after the other."""
    flood = Flood(process.port, most=32)
    began = time.monotonic()
    answers = await flood.send([a_submission(number, "slow") for number in range(600)], per_second=1e6)
    flood.close()
    assert {201} == {answer.status for answer in answers}
    return len(answers) / (time.monotonic() - began)


async def looked_at(process: Flooded, health: list[int]) -> None:
    """Ask for the health twice a second, each time over a connection of its own."""
    while True:
        async with httpx.AsyncClient(timeout=60) as client:
            health.append((await client.get(f"{process.url}/health/live")).status_code)
        await asyncio.sleep(0.5)


async def flood_of(process: Flooded, per_second: float) -> tuple[list[Answer], list[int]]:
    """Flood a process, and have an eye on its health."""
    health: list[int] = []
    looking = asyncio.create_task(looked_at(process, health))
    flood = Flood(process.port)
    answers = await flood.send([a_submission(n, "fast") for n in range(int(per_second * SECONDS))], per_second)
    flood.close()
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    return answers, health


async def until_normal(process: Flooded) -> float:
    """Seconds until a response is accepted within a second again."""
    began = time.monotonic()
    async with httpx.AsyncClient(base_url=process.url, timeout=60) as client:
        while True:
            asked = time.monotonic()
            reply = await client.get("/api/v1/surveys/vision-2020")
            if reply.status_code == 200 and time.monotonic() - asked < 1:
                return time.monotonic() - began


@pytest.mark.slow
def test_twenty_times_what_is_sustained_is_answered_in_time(running: Flooded) -> None:
    """P-29: of 20 times what is sustained some are accepted in time, the rest told to come later; memory is flat."""
    capacity = asyncio.run(sustained(running))
    with running.owner() as owner:
        settle(owner)
    before, memory = running.responses(), running.memory()

    answers, health = asyncio.run(flood_of(running, TIMES * capacity))
    normal_after = asyncio.run(until_normal(running))
    grown = running.memory() - memory
    with running.owner() as owner:
        settle(owner)
    counted = running.responses() - before

    accepted = [answer for answer in answers if answer.status == 201]
    refused = [answer for answer in answers if answer.status in {429, 503}]
    assert len(answers) == len(accepted) + len(refused), Counter(answer.status for answer in answers)
    assert len(accepted) == counted
    assert len(accepted) > 0
    assert [] == [answer for answer in refused if not answer.retry_after]
    assert len(refused) > 0
    assert max(answer.took_s for answer in answers) < LONGEST_S
    assert {200} == set(health)
    assert normal_after < 10
    assert grown < 150 * MEGABYTE
