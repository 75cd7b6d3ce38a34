"""A real process of an installation, for tests that kill it, flood it or look at it from outside."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from tests.system.conftest import demo_file, demo_json

ROOT = Path(__file__).parents[1]


class Process:
    """A real `megdan up` on a folder, which can be killed and started again on its port."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = 0
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        if not self.comes_up():
            pytest.fail("it did not start")

    def comes_up(self) -> bool:
        """Start, and tell whether it came to serve; else it has ended."""
        self.process = self.launched()
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("Megdan is at"):
                self.port = int(line.rstrip("/\n").rsplit(":", 1)[1])
                return True
        self.process.communicate()
        return False

    def launched(self) -> subprocess.Popen[str]:
        command, environment = self.command(), self.environment()
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own command

    def command(self) -> list[str]:
        return [sys.executable, "-m", "deploy.cli", "up", "--data", str(self.data), "--port", str(self.port)]

    def environment(self) -> dict[str, str]:
        return {**os.environ, "MEGDAN_LOG_LEVEL": "error", "MEGDAN_GATEWAY_WRITES_PER_CLIENT": "1000000"}

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


@contextmanager
def loaded(data: Path) -> Iterator[Process]:
    """Run an installation with the demo's survey, plan and values; it is gone afterwards, however the test ended."""
    process = Process(data)
    process.start()
    try:
        with process.owner() as owner:
            load(owner)
        yield process
    finally:
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


def settle(owner: httpx.Client) -> None:
    """Wait for quiet, not for a time."""
    for _ in range(600):
        states = [ask(owner, "GET", f"/operations/{name}/status") for name in ("surveys", "monitoring", "reporting")]
        if not any(state["behind"] or state["unsent"] or state["undelivered"] for state in states):
            return
        time.sleep(0.1)
    pytest.fail("it did not come to rest")
