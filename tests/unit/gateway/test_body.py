"""Bodies and addresses that are too large, and bodies that do not come."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.gateway.builders import Door, a_door, a_scope, cheap

WRITE = "/api/v1/surveys/v/responses/r"
IMPORT = "/api/v1/surveys/import"


async def pieces(count: int, size: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * size


@pytest.mark.parametrize(("size", "expected"), [(1_000_000, 201), (1_000_001, 413)])
async def test_a_body_may_have_a_million_bytes(door: Door, size: int, expected: int) -> None:
    """P-33: one more is 413, and the connection is closed so that nothing is read on."""
    reply = await door.client().put(WRITE, content=b"x" * size)

    assert (expected, "close" if expected == 413 else None) == (reply.status_code, reply.headers.get("connection"))


async def test_what_is_not_declared_is_counted(door: Door) -> None:
    """P-33: a chunked body is counted while it is read."""
    reply = await door.client().put(WRITE, content=pieces(11, 100_000))

    assert (413, "1 MB") == (reply.status_code, "1 MB" if "1 MB" in reply.json()["detail"] else "")


async def test_reading_stops_at_the_limit(door: Door) -> None:
    """P-33: of an endless body no more than the limit and one piece is taken."""
    taken = 0

    async def receive() -> dict[str, object]:
        nonlocal taken
        taken += 100_000
        return {"type": "http.request", "body": b"x" * 100_000, "more_body": True}

    answered: list[int] = []

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            answered.append(int(str(message["status"])))

    await door.gateway.app(a_scope(WRITE, "PUT"), receive, send)  # type: ignore[arg-type]  # a plain dict is a message

    assert ([413], 1_100_000) == (answered, taken)


async def test_a_file_may_be_larger(door: Door) -> None:
    """Imports take twenty million bytes."""
    program = await door.program("expert")
    headers = {"content-type": "text/csv"}
    sizes = (2_000_000, 20_000_001)

    statuses = [(await program.post(IMPORT, content=b"x" * size, headers=headers)).status_code for size in sizes]

    assert [201, 413] == statuses


async def test_a_page_takes_no_large_form(door: Door) -> None:
    """The answer is a page, and says what is the matter."""
    reply = await door.client().post("/signin", content=pieces(11, 100_000))

    assert (413, "text/html; charset=utf-8") == (reply.status_code, reply.headers["content-type"])


async def test_half_a_body_is_not_waited_for(tmp_path: Path) -> None:
    """P-31: whoever does not send the rest is answered 408 in seconds."""
    answered: list[int] = []

    async def receive() -> dict[str, object]:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            answered.append(int(str(message["status"])))

    async with a_door(cheap(tmp_path, body_s=0.05)) as door:
        await door.gateway.app(a_scope(WRITE, "PUT"), receive, send)  # type: ignore[arg-type]  # a plain dict is a message

    assert [408] == answered


@pytest.mark.parametrize(
    ("path", "headers"),
    [(f"/api/v1/surveys/{'x' * 9000}", {}), ("/api/v1/surveys/v?" + "x" * 9000, {}), ("/", {"x-long": "x" * 40_000})],
)
async def test_long_addresses_and_headers_are_refused(door: Door, path: str, headers: dict[str, str]) -> None:
    """Over 8 KiB of address or 32 KiB of headers is 431."""
    assert 431 == (await door.client().get(path, headers=headers)).status_code
