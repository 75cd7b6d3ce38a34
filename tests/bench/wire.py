"""A keep-alive connection that costs little, for those who look while others are measured."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import orjson

API = "/api/v1"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer."""

    status: int
    body: bytes

    def json(self) -> Any:
        """Read what was answered. Raises RuntimeError if it was refused."""
        if self.status not in (200, 201):
            raise RuntimeError(f"answered {self.status}: {self.body[:500]!r}")
        return orjson.loads(self.body)


class Wire:
    """One client's connection to the API of a server on this machine."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str | None) -> None:
        self._reader, self._writer = reader, writer
        self._always = "host: 127.0.0.1\r\n" + (f"authorization: Bearer {token}\r\n" if token else "")

    async def ask(self, method: str, path: str, body: object = None) -> Reply:
        """Send a request and wait for its whole answer; ours all name their length."""
        content = b"" if body is None else orjson.dumps(body)
        about = f"content-type: application/json\r\ncontent-length: {len(content)}\r\n" if content else ""
        self._writer.write(f"{method} {API}{path} HTTP/1.1\r\n{self._always}{about}\r\n".encode() + content)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length: ")[2].partition(b"\r")[0])
        return Reply(int(head[9:12]), await self._reader.readexactly(length))


@asynccontextmanager
async def wired(port: int, token: str | None = None) -> AsyncIterator[Wire]:
    """Hold a connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Wire(reader, writer, token)
    finally:
        writer.close()
        with suppress(ConnectionError):  # the server may have been the first to go
            await writer.wait_closed()
