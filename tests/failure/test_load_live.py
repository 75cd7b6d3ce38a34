"""Two thousand live readers who never read: each costs little and holds up nobody; who reads hears everything."""

import asyncio
import time
from collections.abc import Iterator
from statistics import median

import httpx
import pytest

from tests.failure.flood import Flood
from tests.failure.flooded import MEGABYTE, Flooded, a_submission, flooded
from tests.running import ROOT

LIVE = b"GET /api/v1/live HTTP/1.1\r\nHost: x\r\n\r\n"
MOST = 2_000
READING = 20
GIVEN = 60
MOST_BYTES = 64 * 1024
"""What one reader may cost."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flooded]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        with flooded(tmp_path_factory.mktemp("live") / "data") as process:
            yield process


class Reader:
    """A live reader; one who does not read leaves what is sent to it where it is."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.heard = 0
        self.listening: asyncio.Task[None] | None = None

    @classmethod
    async def opened(cls, port: int, *, reads: bool) -> "Reader":
        made = cls(*await asyncio.open_connection("127.0.0.1", port))
        made.writer.write(LIVE)
        await made.reader.readuntil(b"retry: 3000")
        if reads:
            made.listening = asyncio.create_task(made._listen())
        else:
            made.writer.transport.pause_reading()  # type: ignore[attr-defined]  # a transport of sockets has it
        return made

    async def _listen(self) -> None:
        while line := await self.reader.readline():
            self.heard += line.startswith(b"event: survey.results")

    async def end(self) -> None:
        if self.listening is not None:
            self.listening.cancel()
            await asyncio.gather(self.listening, return_exceptions=True)
        self.writer.transport.abort()


async def answered(port: int, whose: str) -> float:
    """Seconds in which a response is answered, in the middle, at a calm pace."""
    flood = Flood(port, most=8)
    answers = await flood.send([a_submission(number, whose) for number in range(GIVEN)], 20)
    flood.close()
    assert {201} == {answer.status for answer in answers}
    return median(answer.took_s for answer in answers)


async def heard_by_all(readers: list[Reader]) -> None:
    async with asyncio.timeout(60):
        while not all(reader.heard for reader in readers):
            await asyncio.sleep(0.1)


async def streams(url: str) -> int:
    async with httpx.AsyncClient(timeout=60) as client:
        lines = (await client.get(f"{url}/metrics")).text.splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("megdan_live_streams "))


@pytest.mark.slow
async def test_two_thousand_readers_who_never_read_hold_up_nobody(running: Flooded) -> None:
    """P-32: 2,000 idle live readers cost little and slow nobody down; who reads hears; one more is told 503."""
    alone = await answered(running.port, "lone")
    memory = running.memory()
    idle = [await Reader.opened(running.port, reads=False) for _ in range(MOST - READING)]
    reading = [await Reader.opened(running.port, reads=True) for _ in range(READING)]

    beside = await answered(running.port, "many")
    await heard_by_all(reading)
    each = (running.memory() - memory) / MOST
    async with httpx.AsyncClient(timeout=60) as client:
        refused = await client.get(f"{running.url}/api/v1/live")
    for reader in (*idle, *reading):
        await reader.end()
    until = time.monotonic() + 60
    while (left := await streams(running.url)) and time.monotonic() < until:
        await asyncio.sleep(0.2)

    assert (503, True) == (refused.status_code, "retry-after" in refused.headers)
    assert each < MOST_BYTES, each
    assert beside < 5 * alone + 0.25
    assert left == 0
    assert running.memory() - memory < MOST * MOST_BYTES + 20 * MEGABYTE
