"""The outbox of a SQLite store: a table that is written in the transaction of the document."""

import asyncio
from collections.abc import Sequence

import apsw
import orjson

from shared.events.base import Sealed
from shared.sqlite import Step, Writer, fetched
from shared.store.indexing import LONGEST_PAGE
from shared.store.sqlite_tables import BATCH

_MAKE = (
    "CREATE TABLE IF NOT EXISTS outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,"
    " topic TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL)"
)
_ADD = "INSERT INTO outbox (id, topic, key, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
_UNSENT = "SELECT id, topic, key, body FROM outbox ORDER BY seq LIMIT ?"
_CLEAR = "DELETE FROM outbox WHERE id IN (SELECT value FROM json_each(?))"


class SqliteOutbox:
    def __init__(self, writer: Writer, reader: apsw.Connection) -> None:
        self._writer = writer
        self._reader = reader
        self._left = asyncio.Event()
        writer.write_at_once(lambda tx: tx.execute(_MAKE))

    def add(self, tx: apsw.Connection, events: Sequence[Sealed]) -> None:
        for event in events:
            tx.execute(_ADD, (event.id, event.topic, event.key, event.body))

    def announce(self) -> None:
        self._left.set()

    async def unsent(self, *, limit: int) -> Sequence[Sealed]:
        found = fetched(self._reader, _UNSENT, (min(limit, LONGEST_PAGE),))
        return [Sealed(id=event_id, topic=topic, key=key, body=body) for event_id, topic, key, body in found]

    async def clear(self, ids: Sequence[str]) -> None:
        for first in range(0, len(ids), BATCH):
            some = orjson.dumps(ids[first : first + BATCH]).decode()
            await self._writer.write(_clearing(some))

    async def wait(self) -> None:
        await self._left.wait()
        self._left.clear()


def _clearing(ids: str) -> Step[None]:
    def step(tx: apsw.Connection) -> None:
        tx.execute(_CLEAR, (ids,))

    return step
