"""Load that does not wait for answers: so many requests a second, whether or not the server keeps up."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

_HEAD_ENDS = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request: `number` is its place; status 0 = the connection ended without an answer.

    `took_s` counts from the moment at which the request was due, as its sender would.
    """

    number: int
    status: int
    took_s: float
    retry_after: str | None


@dataclass(frozen=True, slots=True)
class _Due:
    number: int
    at: float
    request: bytes


def a_request(method: str, path: str, body: object = None, **headers: str) -> bytes:
    """Write a request of the API."""
    content = b"" if body is None else orjson.dumps(body)
    lines = [f"{method} /api/v1{path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += [] if body is None else ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    return "\r\n".join(lines).encode() + _HEAD_ENDS + content


class Flood:
    """Requests from `address` to a port of this machine, over at most `most` connections that are kept open."""

    def __init__(self, port: int, *, most: int = 4000, address: str = "127.0.0.1") -> None:
        self._port = port
        self._most = most
        self._address = address
        self._idle: list[_Line] = []
        self._lines: set[_Line] = set()
        self._opening = 0
        self._waiting: deque[_Due] = deque()
        self._answers: list[Answer] = []
        self._news = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def send(self, requests: Sequence[bytes], per_second: float) -> list[Answer]:
        """Send requests evenly, never waiting for an answer; return all answers in the order in which they came."""
        loop = asyncio.get_running_loop()
        self._answers, began = [], loop.time()
        for number, request in enumerate(requests):
            at = began + number / per_second
            early = at - loop.time()
            if early > 0 or number % 16 == 0:
                await asyncio.sleep(max(early, 0))  # who is late must read answers too
            self._waiting.append(_Due(number, at, request))
            self._spread()
        while len(self._answers) < len(requests):
            self._news.clear()
            await self._news.wait()
        return self._answers

    def close(self) -> None:
        for line in list(self._lines):
            line.close()

    def told(self, due: _Due, status: int, retry_after: str | None) -> None:
        """Note an answer."""
        took = asyncio.get_running_loop().time() - due.at
        self._answers.append(Answer(due.number, status, took, retry_after))
        self._news.set()

    def free(self, line: "_Line") -> None:
        """Take back a connection that may be used again."""
        self._idle.append(line)
        self._spread()

    def lost(self, line: "_Line") -> None:
        self._lines.discard(line)
        if line in self._idle:
            self._idle.remove(line)
        self._spread()

    def _spread(self) -> None:
        while self._waiting and self._idle:
            self._idle.pop().ask(self._waiting.popleft())
        if self._waiting and self._opening < len(self._waiting) and len(self._lines) + self._opening < self._most:
            self._opening += 1
            task = asyncio.create_task(self._open())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            _, line = await loop.create_connection(
                lambda: _Line(self), "127.0.0.1", self._port, local_addr=(self._address, 0)
            )
        except OSError:
            if self._waiting:
                self.told(self._waiting.popleft(), 0, None)
            return
        finally:
            self._opening -= 1
        self._lines.add(line)
        self.free(line)


class _Line(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self, flood: Flood) -> None:
        self._flood = flood
        self._asked: _Due | None = None
        self._came = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def ask(self, due: _Due) -> None:
        self._asked = due
        self._transport.write(due.request)

    def close(self) -> None:
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, ended, body = self._came.partition(_HEAD_ENDS)
        headers = _headers(head)
        if not ended or len(body) < int(headers.get(b"content-length", b"0")) or self._asked is None:
            return
        asked, self._asked, self._came = self._asked, None, b""
        retry_after = headers.get(b"retry-after")
        self._flood.told(asked, int(head[9:12]), retry_after.decode() if retry_after else None)
        if headers.get(b"connection") == b"close":
            self._transport.close()
        else:
            self._flood.free(self)

    def connection_lost(self, _: Exception | None) -> None:
        if self._asked is not None:
            self._flood.told(self._asked, 0, None)
            self._asked = None
        self._flood.lost(self)


def _headers(head: bytes) -> dict[bytes, bytes]:
    pairs = (line.partition(b": ") for line in head.split(b"\r\n")[1:])
    return {name.lower(): value for name, _, value in pairs}
