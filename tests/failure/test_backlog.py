"""A start far behind: it serves at once, says how far it is, catches up, and then is ready."""

import asyncio
import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from deploy.data_folder import DataFolder
from shared.bus.sqlite import SqliteBus
from shared.clock import system_clock
from shared.events.base import Envelope, Event, Sealed, sealed
from shared.events.surveys import ResponseSubmitted
from tests.running import ROOT, Process, ask, loaded, settle

BEHIND = 100_000
AT_ONCE = 10_000
"""Events that are published together."""


@pytest.fixture
def process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Process]:
    monkeypatch.chdir(ROOT)
    with loaded(tmp_path / "data") as process:
        with process.owner() as owner:
            settle(owner)
        process.stop()
        yield process


def response_events() -> Iterator[list[Sealed]]:
    """Events of responses, as another replica may have left them on the bus."""
    event = ResponseSubmitted(survey_id="vision-2020", response_id="r-number-", channel="web", seal="0" * 64)
    one = sealed(
        Envelope[Event](
            id="e-number-",
            source="/megdan/surveys",
            type=event.TYPE,
            subject=event.subject,
            time="2026-01-01T00:00:00.000Z",
            partitionkey=event.key,
            sequence=1,
            correlationid="backlog",
            data=event,
        )
    )
    for first in range(0, BEHIND, AT_ONCE):
        yield [
            Sealed(id=f"e{n}", topic=one.topic, key=one.key, body=one.body.replace(b"-number-", b"%d" % n))
            for n in range(first, first + AT_ONCE)
        ]


async def leave_a_backlog(folder: DataFolder) -> None:
    bus = await SqliteBus.open(folder.store("bus"), system_clock)
    for some in response_events():
        await bus.publish(some)
    await bus.close()


def said_behind(public: httpx.Client) -> int:
    """How many entries the installation says it is behind, 0 when it calls itself ready."""
    reply = public.get("/health/ready")
    if reply.status_code == 200:
        return 0
    return max(int(number) for number in re.findall(r"(\d+) entries", reply.text))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_hundred_thousand_behind_it_serves_and_catches_up(process: Process) -> None:
    """P-22: started 100,000 entries behind, it serves reads, says how far it is, catches up, and then is ready."""
    asyncio.run(leave_a_backlog(DataFolder(process.data)))
    process.start()

    said: list[int] = []
    read: list[int] = []
    with httpx.Client(base_url=f"http://127.0.0.1:{process.port}", timeout=60) as public, process.owner() as owner:
        while not said or said[-1]:
            said.append(said_behind(public))
            read.append(public.get("/api/v1/surveys/vision-2020/results").status_code)
            time.sleep(0.1)
        settle(owner)
        counted = ask(owner, "GET", "/surveys/vision-2020/results")["responses"]
        faults = ask(owner, "POST", "/operations/surveys/verify")["faults"]
        live = public.get("/health/live").status_code
    process.stop()

    assert (BEHIND, [], 200) == (counted, faults, live)
    assert {200} == set(read)
    assert said[0] > BEHIND // 2
    assert len(set(said)) > 2
