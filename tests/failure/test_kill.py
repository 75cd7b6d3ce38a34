"""kill -9 under load: what was answered 201 is there, once, and the record is whole."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from tests.system.conftest import demo_file, demo_json
from tests.system.test_the_loop import an_answer

ROOT = Path(__file__).parents[2]
KILLS = 10
SEED = 20261125


@dataclass
class Ledger:
    """What the clients know: the ids answered 201 or 200, and those whose answer never came."""

    accepted: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)


class Process:
    """A real `megdan up` on a folder, which can be killed and started again on its port."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = 0
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "deploy.cli", "up", "--data", str(self.data), "--port", str(self.port)]
        environment = {**os.environ, "MEGDAN_LOG_LEVEL": "error", "MEGDAN_GATEWAY_WRITES_PER_CLIENT": "1000000"}
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own command
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("Megdan is at"):
                self.port = int(line.rstrip("/\n").rsplit(":", 1)[1])
                return
        pytest.fail("it did not start")

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()

    def stop(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=30)
        assert 0 == self.process.returncode

    def owner(self) -> httpx.Client:
        transport = httpx.HTTPTransport(uds=os.path.relpath(self.data / "megdan.sock", ROOT))
        return httpx.Client(transport=transport, base_url="http://megdan/api/v1", timeout=60)


@pytest.fixture
def process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Process]:
    monkeypatch.chdir(ROOT)
    process = Process(tmp_path / "data")
    yield process
    if process.process is not None and process.process.poll() is None:
        process.kill()


def ask(client: httpx.Client, method: str, path: str, body: Any = None, **more: Any) -> Any:
    if body is not None:
        more |= {"content": orjson.dumps(body), "headers": {"content-type": "application/json"}}
    reply = client.request(method, path, **more)
    assert reply.is_success, (path, reply.status_code, reply.text)
    return reply.json() if reply.content else None


def load(owner: httpx.Client) -> None:
    ask(owner, "PUT", "/plans/balchik-2014-2020", demo_json("plan.json") | {"units": demo_json("units.json")})
    margins = demo_json("margins.json")
    ask(owner, "PUT", f"/margins/{margins['id']}", margins)
    ask(owner, "POST", "/surveys/import?format=json", demo_json("vision-2020.json"))
    ask(owner, "POST", "/surveys/vision-2020/open")
    ask(owner, "POST", "/values/import?name=values.csv", content=demo_file("values.csv"))


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


def settle(owner: httpx.Client) -> None:
    """Wait for quiet, not for a time."""
    for _ in range(600):
        states = [ask(owner, "GET", f"/operations/{name}/status") for name in ("surveys", "monitoring", "reporting")]
        if not any(state["behind"] or state["unsent"] for state in states):
            return
        time.sleep(0.1)
    pytest.fail("it did not come to rest")


def ask_csv(owner: httpx.Client) -> int:
    reply = owner.get("/surveys/vision-2020/responses.csv")
    assert reply.is_success
    return len(reply.text.strip().splitlines()) - 1
