"""The gateway behind a real server, over real sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import uvicorn

from tests.unit.gateway.builders import Door, a_door, cheap
from tests.unit.gateway.test_live import an_evaluation, on_the_bus


@asynccontextmanager
async def served(cache: Path, **settings: object) -> AsyncIterator[tuple[Door, int]]:
    """Serve a gateway on a free port of loopback."""
    listener = socket.create_server(("127.0.0.1", 0))
    async with a_door(cheap(cache, **settings)) as door:
        config = uvicorn.Config(door.gateway.app, lifespan="off", log_config=None, proxy_headers=False)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield door, listener.getsockname()[1]
        finally:
            door.gateway.end_streams()
            server.should_exit = True
            async with asyncio.timeout(60):
                await serving


async def test_an_open_stream_hears_and_does_not_hold_up_the_end(tmp_path: Path) -> None:
    """A notice arrives over the wire; when streams are ended the server ends at once."""
    lines: list[str] = []
    async with httpx.AsyncClient() as client, served(tmp_path) as (door, port):

        async def watch() -> None:
            async with client.stream("GET", f"http://127.0.0.1:{port}/api/v1/live") as stream:
                async for line in stream.aiter_lines():
                    lines.append(line)  # noqa: PERF401 - each is looked at as it comes

        watching = asyncio.create_task(watch())
        async with asyncio.timeout(60):
            while 'data: {"plan":"balchik"}' not in lines:
                await door.bus.publish([on_the_bus(an_evaluation())])
                await asyncio.sleep(0.02)
        door.gateway.end_streams()
        async with asyncio.timeout(60):
            await watching

    assert "event: evaluation.changed" in lines


async def test_a_client_that_goes_away_leaves_nothing_behind(tmp_path: Path) -> None:
    """Its connection is forgotten and its place free."""
    async with served(tmp_path) as (door, port):
        async with (
            httpx.AsyncClient() as client,
            client.stream("GET", f"http://127.0.0.1:{port}/api/v1/live") as stream,
        ):
            await anext(stream.aiter_lines())
            opened = door.gateway.hub.streams
        async with asyncio.timeout(60):
            while door.gateway.hub.streams:
                await asyncio.sleep(0.01)

    assert 1 == opened


async def raw(port: int, request: bytes) -> bytes:
    """Send bytes and read until the server closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    async with asyncio.timeout(60):
        answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_half_a_body_is_answered_and_the_connection_closed(tmp_path: Path) -> None:
    """Whoever sends half a body is told 408 and let go."""
    request = b"PUT /api/v1/surveys/v/responses/r HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
    async with served(tmp_path, body_s=0.1) as (_, port):
        answer = await raw(port, request)

    assert b"HTTP/1.1 408 " == answer[:13]


async def test_a_body_that_is_declared_too_large_is_not_read(tmp_path: Path) -> None:
    """413 before a byte of it has come, and the connection is closed."""
    request = b"PUT /api/v1/surveys/v/responses/r HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n"
    async with served(tmp_path) as (_, port):
        answer = await raw(port, request)

    assert b"HTTP/1.1 413 " == answer[:13]


async def test_a_double_slash_or_an_encoded_one_finds_nothing(tmp_path: Path) -> None:
    """Odd paths over the wire are 404, never another address."""
    async with served(tmp_path) as (_, port), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        paths = ("//surveys/v", "/%2e%2e/api/v1/x", "/api/v1/surveys/a%2Fb/c", "/api/v1/%00", "/api/v1/surveys%2Fv%2Fx")
        statuses = {(await client.get(path)).status_code for path in paths}

    assert {404} == statuses
