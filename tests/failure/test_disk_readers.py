"""Somebody reads for a long time: writers go on, and the write-ahead log does not grow with what they write."""

import asyncio
from pathlib import Path
from typing import Any

import apsw

from services.surveys.domain.responses import Response
from services.surveys.store import RESPONSES
from shared.store import CollectionOf, Document, Store
from tests.system.conftest import Town, a_town, load_balchik
from tests.system.test_the_loop import an_answer

STORED = 1_100
"""Responses: more than one piece of the export, and more than one page of the store."""

WRITTEN_MB = 24
MOST_WAL_MB = 10
"""The engine checkpoints at 4 MB; a transaction may be on top of it."""


class Filler(Document):
    """Something to write."""

    text: str


FILLERS = CollectionOf("fillers", Filler)


def a_response(number: int) -> Response:
    return Response(
        id=f"r{number}",
        survey_id="vision-2020",
        questionnaire_version=1,
        answers=an_answer(number)["answers"],
        channel="web",
        language="bg",
        submitted_at=f"2026-01-01T00:00:00.{number % 1000:03d}Z",
        salt="salt",
        seal="0" * 64,
        receipt_hash=f"h{number}",
    )


async def write(store: Store, megabytes: int = WRITTEN_MB) -> None:
    fillers = store.collection(FILLERS)
    for number in range(megabytes * 10):
        await fillers.put(Filler(id=f"f{number % 20}", text=f"{number:09d}" * 11_111))


def megabytes_of_wal(town_folder: Path) -> float:
    return (town_folder / "surveys.db-wal").stat().st_size / 1_000_000


class SlowReader:
    """A client that takes the first piece of an answer and lets the rest wait."""

    def __init__(self) -> None:
        self.has_begun = asyncio.Event()
        self.goes_on = asyncio.Event()
        self.read = b""

    async def receive(self) -> dict[str, Any]:
        await asyncio.sleep(600)
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.read += message.get("body", b"")
        if self.read:
            self.has_begun.set()
            await self.goes_on.wait()


async def export(town: Town, reader: SlowReader) -> None:
    """Ask for all responses as CSV, as the expert."""
    headers = [(b"host", b"127.0.0.1"), (b"authorization", f"Bearer {await town.token('expert')}".encode())]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/api/v1/surveys/vision-2020/responses.csv",
        "raw_path": b"/api/v1/surveys/vision-2020/responses.csv",
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8080),
    }
    await town.system.gateway.app(scope, reader.receive, reader.send)


async def test_a_long_export_does_not_let_the_log_grow(tmp_path: Path) -> None:
    """P-18: while an export waits for its slow reader, writers go on, and the write-ahead log stays bounded."""
    async with a_town(tmp_path / "data") as town:
        await load_balchik(town)
        store, reader = town.system.services["surveys"].store, SlowReader()
        await store.collection(RESPONSES).insert_many([a_response(number) for number in range(STORED)])
        exporting = asyncio.create_task(export(town, reader))
        await reader.has_begun.wait()
        pieces_before = reader.read.count(b"\n")
        await write(store)
        grown = megabytes_of_wal(tmp_path / "data")
        reader.goes_on.set()
        await exporting

    assert (True, STORED + 1) == (pieces_before < STORED, reader.read.count(b"\n"))
    assert grown < MOST_WAL_MB


async def test_a_foreign_reader_lets_the_log_grow_only_while_it_reads(tmp_path: Path) -> None:
    """P-18: a foreign program's long read stops no writer, and the log that grew beside it is small again after it."""
    async with a_town(tmp_path / "data") as town:
        store = town.system.services["surveys"].store
        await write(store, 1)
        foreign = apsw.Connection(str(tmp_path / "data" / "surveys.db"))
        foreign.execute("BEGIN")
        foreign.execute("SELECT count(*) FROM sqlite_schema").fetchall()
        await write(store)
        held = megabytes_of_wal(tmp_path / "data")
        foreign.close()
        await write(store)
        later = megabytes_of_wal(tmp_path / "data")

    assert held > WRITTEN_MB
    assert later < MOST_WAL_MB
