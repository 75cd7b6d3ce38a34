"""kill -9 under load: what was answered 201 is there, once, and the record is whole."""

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import orjson
import pytest

from tests.running import ROOT, Process, ask, load, settle
from tests.system.test_the_loop import an_answer

KILLS = 10
SEED = 20261125


@dataclass
class Ledger:
    """What the clients know: the ids answered 201 or 200, and those whose answer never came."""

    accepted: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)


@pytest.fixture
def process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Process]:
    monkeypatch.chdir(ROOT)
    process = Process(tmp_path / "data")
    yield process
    if process.process is not None and process.process.poll() is None:
        process.kill()


def clients(port: int, ledger: Ledger, round_: int, stop: threading.Event) -> list[threading.Thread]:
    def give(worker: int) -> None:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=10) as client:
            for number in range(100_000):
                if stop.is_set():
                    return
                response_id = f"r{round_:03d}w{worker:03d}n{number:014d}"
                body = an_answer(number + worker, roads=1 + number % 5)
                try:
                    reply = client.put(
                        f"/surveys/vision-2020/responses/{response_id}",
                        content=orjson.dumps(body),
                        headers={"content-type": "application/json"},
                    )
                except httpx.HTTPError:
                    ledger.unknown.add(response_id)
                    return
                assert reply.status_code == 201, reply.text
                ledger.accepted.add(response_id)

    threads = [threading.Thread(target=give, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    return threads


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_killed_ten_times_under_load_nothing_is_lost_or_counted_twice(process: Process) -> None:
    """Ten kills at seeded moments: each accepted response counts once, one without an answer at most once."""
    moments, ledger = random.Random(SEED), Ledger()  # noqa: S311 - moments are to be repeatable
    process.start()
    with process.owner() as owner:
        load(owner)

    for round_ in range(KILLS):
        stop = threading.Event()
        threads = clients(process.port, ledger, round_, stop)
        time.sleep(moments.uniform(0.05, 1.0))
        process.kill()
        stop.set()
        for thread in threads:
            thread.join()
        process.start()

    with process.owner() as owner:
        settle(owner)
        counted = ask(owner, "GET", "/surveys/vision-2020/results")["responses"]
        stored = ask_csv(owner)
        faults = [
            ask(owner, "POST", f"/operations/{name}/verify")["faults"]
            for name in ("surveys", "monitoring", "reporting")
        ]
        for response_id in sorted(ledger.accepted)[:: max(1, len(ledger.accepted) // 50)]:
            repeated = owner.put(
                f"/surveys/vision-2020/responses/{response_id}",
                content=orjson.dumps(an_answer(1)),
                headers={"content-type": "application/json"},
            )
            assert 200 == repeated.status_code
    process.stop()

    assert counted == stored
    assert len(ledger.accepted) <= counted <= len(ledger.accepted | ledger.unknown)
    assert [[], [], []] == faults
    assert len(ledger.accepted) > 0


def ask_csv(owner: httpx.Client) -> int:
    reply = owner.get("/surveys/vision-2020/responses.csv")
    assert reply.is_success
    return len(reply.text.strip().splitlines()) - 1
