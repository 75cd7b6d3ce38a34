"""The Store in one SQLite file: a document and its events are one transaction, shared with whoever writes then."""

from collections.abc import Callable, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

import apsw
import orjson

from shared.clock import Clock
from shared.crash import crash_point
from shared.events.base import Event
from shared.sqlite import Step, Writer, fetched, reading
from shared.store import Clash, CollectionOf, Document, Page, Query, encoded
from shared.store.clashes import KeyTaken, changed_meanwhile
from shared.store.indexing import LONGEST_PAGE, cursor, decoded, entry_after, page_size
from shared.store.sealing import Sealer
from shared.store.sqlite_outbox import SqliteOutbox
from shared.store.sqlite_tables import BATCH, DocumentTables, Kept

D = TypeVar("D", bound=Document)
NextVersion = Callable[[Kept | None], int]
"""Which version a write makes of what is kept. Raises KeyTaken or Stale if it may not be written."""


@dataclass(frozen=True)
class _Engine:
    writer: Writer
    reader: apsw.Connection
    outbox: SqliteOutbox
    sealer: Sealer


class SqliteCollection(Generic[D]):
    def __init__(self, of: CollectionOf[D], engine: _Engine) -> None:
        self._of = of
        self._engine = engine
        self._tables = DocumentTables(of)
        engine.writer.write_at_once(self._tables.make)

    async def insert(self, document: D, *, events: Sequence[Event] = ()) -> D:
        return await self._write(document, events, _first)

    async def insert_many(self, documents: Sequence[D]) -> Clash | None:
        for first in range(0, len(documents), BATCH):
            some = [(document, encoded(document)) for document in documents[first : first + BATCH]]
            if clash := await self._engine.writer.write(partial(self._insert_some, some, first)):
                return clash
        return None

    async def get(self, document_id: str) -> D | None:
        select = f"SELECT version, body FROM {self._tables.name} WHERE id = ?"  # noqa: S608 - names are checked
        found = fetched(self._engine.reader, select, (document_id,))
        return decoded(self._of.model, *found[0]) if found else None

    async def get_many(self, ids: Sequence[str]) -> Mapping[str, D]:
        found: dict[str, D] = {}
        select = f"SELECT id, version, body FROM {self._tables.name} WHERE id IN (SELECT value FROM json_each(?))"  # noqa: S608 - names are checked
        for first in range(0, len(ids), LONGEST_PAGE):
            wanted = orjson.dumps(ids[first : first + LONGEST_PAGE]).decode()
            for document_id, version, body in fetched(self._engine.reader, select, (wanted,)):
                found[document_id] = decoded(self._of.model, version, body)
        return found

    async def put(self, document: D, *, events: Sequence[Event] = ()) -> D:
        return await self._write(document, events, _next)

    async def replace(self, document: D, *, events: Sequence[Event] = ()) -> D:
        return await self._write(document, events, partial(_next_if_unchanged, document.version))

    async def find(self, query: Query) -> Page[D]:
        table = self._tables.asked(query)
        where, values = table.within(query, entry_after(table.index, query))
        keys = ", ".join(f"i.{column}" for column in table.columns)
        select = (
            f"SELECT d.version, d.body, {keys}, i.id FROM {table.quoted} i CROSS JOIN {self._tables.name} d"  # noqa: S608 - names are checked
            f" ON d.id = i.id WHERE {where} ORDER BY {table.ordered(query)} LIMIT ?"
        )
        size = page_size(query)
        found = fetched(self._engine.reader, select, (*values, size + 1))
        items = tuple(decoded(self._of.model, version, body) for version, body, *_ in found[:size])
        return Page(items, cursor(found[size - 1][2:]) if len(found) > size else None)

    async def count(self, query: Query) -> int:
        table = self._tables.asked(query)
        where, values = table.within(query)
        select = f"SELECT count(*) FROM {table.quoted} i WHERE {where}"  # noqa: S608 - names are checked
        return int(fetched(self._engine.reader, select, values)[0][0])

    async def delete(self, document_id: str) -> bool:
        return await self._engine.writer.write(lambda tx: self._tables.delete(tx, document_id))

    async def delete_range(self, query: Query) -> int:
        deleted = 0
        while some := await self._engine.writer.write(lambda tx: self._tables.delete_some(tx, query)):
            deleted += some
        return deleted

    async def _write(self, document: D, events: Sequence[Event], next_version: NextVersion) -> D:
        then = self._announce if events else None
        written = await self._engine.writer.write(self._writing(document, events, next_version), then=then)
        crash_point("store.written")
        return written

    def _announce(self, _written: D) -> None:
        self._engine.outbox.announce()

    def _writing(self, document: D, events: Sequence[Event], next_version: NextVersion) -> Step[D]:
        body = encoded(document)
        caller = copy_context()  # the correlation of whoever asks: the step runs on the writer's thread

        def step(tx: apsw.Connection) -> D:
            kept = self._tables.kept(tx, document.id)
            written = document.model_copy(update={"version": next_version(kept)})
            sealed = caller.run(self._engine.sealer.seal, self._of.name, written, events)
            self._tables.store(tx, written, body, kept)
            self._engine.outbox.add(tx, sealed)
            return written

        return step

    def _insert_some(self, some: Sequence[tuple[D, bytes]], first: int, tx: apsw.Connection) -> Clash | None:
        for at, (document, body) in enumerate(some, first):
            try:
                kept = self._tables.kept(tx, document.id)
                written = document.model_copy(update={"version": _first(kept)})
                self._tables.store(tx, written, body, kept)
            except KeyTaken as taken:
                return Clash(at, taken.key)
        return None


def _first(kept: Kept | None) -> int:
    if kept:
        raise KeyTaken("id")
    return 1


def _next(kept: Kept | None) -> int:
    return kept.version + 1 if kept else 1


def _next_if_unchanged(read: int, kept: Kept | None) -> int:
    if kept is None or kept.version != read:
        raise changed_meanwhile()
    return kept.version + 1


class SqliteStore:
    """The documents of the service `source` in the file `path`; `clock` tells the time in UTC."""

    def __init__(self, path: Path, source: str, clock: Clock) -> None:
        writer = Writer(path)
        reader = reading(path)
        self.outbox = SqliteOutbox(writer, reader)
        self._engine = _Engine(writer, reader, self.outbox, Sealer(source, clock))
        self._collections: dict[str, tuple[CollectionOf[Any], SqliteCollection[Any]]] = {}  # each of another model

    @classmethod
    async def open(cls, path: Path, source: str, clock: Clock) -> "SqliteStore":
        """Open a file, making it if there is none."""
        return cls(path, source, clock)

    def collection(self, of: CollectionOf[D]) -> SqliteCollection[D]:
        """Open a collection; its thread waits for it. Raises ValueError if it is open under another declaration."""
        if of.name not in self._collections:
            self._collections[of.name] = (of, SqliteCollection(of, self._engine))
        declared, collection = self._collections[of.name]
        if declared != of:
            raise ValueError(f"{of.name} is open under another declaration")
        return collection

    async def close(self) -> None:
        self._engine.reader.close()
        await self._engine.writer.close()
