"""SIGTERM: live pages end, requests that have begun are answered, and nothing that was answered is lost."""

import random
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import orjson
import pytest

from tests.failure.callers import JSON, Callers, Ledger, give
from tests.failure.checking import check
from tests.running import ROOT, Process, ask, loaded
from tests.system.test_the_loop import an_answer

PAGES = 40
LONGEST_STOP_S = 10


@pytest.fixture
def process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Process]:
    monkeypatch.chdir(ROOT)
    with loaded(tmp_path / "data") as process:
        yield process


def an_open_page(port: int) -> socket.socket:
    """A page that listens for what is new; it has heard that it is connected."""
    page = socket.create_connection(("127.0.0.1", port), timeout=60)
    page.sendall(b"GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n")
    assert page.recv(4096).startswith(b"HTTP/1.1 200 ")
    return page


def a_begun_request(port: int, response_id: str) -> tuple[socket.socket, bytes]:
    """A request of which the first half was sent; return what is left of it."""
    content = orjson.dumps(an_answer(1))
    request = socket.create_connection(("127.0.0.1", port), timeout=60)
    lines = (
        f"PUT /api/v1/surveys/vision-2020/responses/{response_id} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Content-Type: {JSON['content-type']}",
        f"Content-Length: {len(content)}",
    )
    request.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + content[:20])
    return request, content[20:]


def read_to_the_end(connection: socket.socket) -> bytes:
    read = b""
    while some := connection.recv(65536):
        read += some
    connection.close()
    return read


@pytest.mark.slow
def test_stopped_under_load_everything_ends_and_nothing_is_lost(process: Process) -> None:
    """P-21: SIGTERM under load, live pages open: pages end, it exits within ten seconds, all that was told is kept."""
    ledger = Ledger()
    assert process.process is not None
    with process.owner() as owner:
        token = ask(owner, "POST", "/tokens", {"purpose": "test", "roles": ["expert"]})["token"]
    pages = [an_open_page(process.port) for _ in range(PAGES)]
    callers = Callers(process.port, ledger, 1)
    callers.start(token)
    time.sleep(1)
    began = time.monotonic()
    process.process.send_signal(signal.SIGTERM)
    ended = [read_to_the_end(page)[-5:] for page in pages]
    process.process.communicate(timeout=60)
    took_s = time.monotonic() - began
    callers.stop()
    code = process.process.returncode
    process.start()

    assert (0, [b"0\r\n\r\n"] * PAGES) == (code, ended)
    assert took_s < LONGEST_STOP_S
    assert len(ledger.given) > 0
    with (
        process.owner() as owner,
        httpx.Client(base_url=f"http://127.0.0.1:{process.port}/api/v1", timeout=60) as public,
    ):
        check(owner, public, ledger, random.Random(1))  # noqa: S311 - which responses are repeated


@pytest.mark.slow
def test_a_request_that_has_begun_is_answered(process: Process) -> None:
    """P-21: a response of which half had come at SIGTERM is taken, answered 201, and there after the next start."""
    assert process.process is not None
    request, rest = a_begun_request(process.port, "begun-before-the-stop-1")
    time.sleep(0.3)
    process.process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    request.sendall(rest)
    answer = read_to_the_end(request)
    process.process.communicate(timeout=60)
    process.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{process.port}/api/v1", timeout=60) as public:
        again = give(public, "begun-before-the-stop-1", 4)

    assert (b"HTTP/1.1 201 ", 200) == (answer[:13], again["status"])
    assert again["receipt"].encode() in answer
