"""The Store in one SQLite file: a document and its events are one transaction, shared with whoever writes then."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import copy_context
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Generic, TypeVar

import apsw
import orjson

from shared.events.base import Event, Sealed
from shared.sqlite import Writer, reading
from shared.store import Clash, CollectionOf, Document, Page, Query, encoded
from shared.store.clashes import KeyTaken, changed_meanwhile
from shared.store.indexing import LONGEST_PAGE, cursor, decoded, entry_after, page_size
from shared.store.sealing import Sealer
from shared.store.sqlite_tables import BATCH, DocumentTables, Kept

D = TypeVar("D", bound=Document)
T = TypeVar("T")
Clock = Callable[[], datetime]


class SqliteOutbox:
    def __init__(self, writer: Writer, reader: apsw.Connection) -> None:
        self._writer = writer
        self._reader = reader
        self._left = asyncio.Event()
        writer.write_at_once(_make_outbox)

    def add(self, tx: apsw.Connection, events: Sequence[Sealed]) -> None:
        tx.executemany(
            "INSERT INTO outbox (id, topic, key, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            ((event.id, event.topic, event.key, event.body) for event in events),
        )

    def announce(self) -> None:
        self._left.set()

    async def unsent(self, *, limit: int) -> Sequence[Sealed]:
        found = self._reader.execute("SELECT id, topic, key, body FROM outbox ORDER BY seq LIMIT ?", (limit,))
        return [Sealed(id=event_id, topic=topic, key=key, body=body) for event_id, topic, key, body in found.fetchall()]

    async def clear(self, ids: Sequence[str]) -> None:
        for some in _batches(ids, BATCH):
            await self._writer.write(lambda tx, some=some: tx.execute(_CLEAR, (orjson.dumps(some).decode(),)) and None)

    async def wait(self) -> None:
        await self._left.wait()
        self._left.clear()
