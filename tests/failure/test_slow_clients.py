"""Slow clients: a request that never ends its head does not hold its connection, and others are answered meanwhile."""

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from deploy.slow_heads import HEAD_S
from tests.running import ROOT, Process

SLOW = 200


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Process]:
    monkeypatch.chdir(ROOT)
    process = Process(tmp_path / "data")
    process.start()
    yield process
    process.stop()


@pytest.mark.slow
@pytest.mark.parametrize("head", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-"], ids=["nothing", "half a head"])
def test_half_a_request_is_not_waited_for(running: Process, head: bytes) -> None:
    """P-31: two hundred sockets that send half a head, or nothing, are closed; a quick client is answered meanwhile."""
    sockets = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(SLOW)]
    for each in sockets:
        each.sendall(head)

    answered = httpx.get(f"http://127.0.0.1:{running.port}/health/live").status_code
    ended = 0
    for each in sockets:
        each.settimeout(HEAD_S * 3)
        ended += each.recv(100) == b""
        each.close()

    assert (200, SLOW) == (answered, ended)
