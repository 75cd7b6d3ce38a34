"""The Store in memory, for tests and the simulator. It keeps bytes, so that what is read was really encoded."""

import asyncio
from bisect import bisect_left, bisect_right, insort
from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

from shared.clock import Clock
from shared.events.base import Event, Sealed
from shared.store import Clash, CollectionOf, Document, Page, Query, encoded
from shared.store.clashes import KeyTaken, changed_meanwhile
from shared.store.indexing import Indexing, Row, cursor, decoded, entry_after, page_size
from shared.store.sealing import Sealer

D = TypeVar("D", bound=Document)


class MemoryOutbox:
    def __init__(self) -> None:
        self._events: dict[str, Sealed] = {}
        self._left = asyncio.Event()

    def add(self, events: Sequence[Sealed]) -> None:
        for event in events:
            self._events.setdefault(event.id, event)
        if events:
            self._left.set()

    async def unsent(self, *, limit: int) -> Sequence[Sealed]:
        return list(self._events.values())[:limit]

    async def clear(self, ids: Sequence[str]) -> None:
        for event_id in ids:
            self._events.pop(event_id, None)

    async def wait(self) -> None:
        await self._left.wait()
        self._left.clear()


class MemoryCollection(Generic[D]):
    def __init__(self, of: CollectionOf[D], sealer: Sealer, outbox: MemoryOutbox) -> None:
        self._of = of
        self._sealer = sealer
        self._outbox = outbox
        self._indexing = Indexing(of)
        self._kept: dict[str, tuple[int, bytes]] = {}
        self._entries: dict[str, list[Row]] = {index.name: [] for index in of.indexes}

    async def insert(self, document: D, *, events: Sequence[Event] = ()) -> D:
        await _others()
        if document.id in self._kept:
            raise KeyTaken("id")
        return self._write(document, 1, events)

    async def insert_many(self, documents: Sequence[D]) -> Clash | None:
        for at, document in enumerate(documents):
            try:
                await self.insert(document)
            except KeyTaken as taken:
                return Clash(at, taken.key)
        return None

    async def get(self, document_id: str) -> D | None:
        await _others()
        return self._read(document_id)

    async def get_many(self, ids: Sequence[str]) -> Mapping[str, D]:
        await _others()
        return {found.id: found for document_id in ids if (found := self._read(document_id))}

    async def put(self, document: D, *, events: Sequence[Event] = ()) -> D:
        await _others()
        return self._write(document, self._version(document.id) + 1, events)

    async def replace(self, document: D, *, events: Sequence[Event] = ()) -> D:
        await _others()
        if document.id not in self._kept or document.version != self._version(document.id):
            raise changed_meanwhile()
        return self._write(document, document.version + 1, events)

    async def find(self, query: Query) -> Page[D]:
        await _others()
        entries = self._matching(query)
        if query.descending:
            entries.reverse()
        if end := entry_after(self._indexing.asked(query), query):
            entries = [entry for entry in entries if (entry < end if query.descending else entry > end)]
        size = page_size(query)
        items = tuple(found for entry in entries[:size] if (found := self._read(str(entry[-1]))))
        return Page(items, cursor(entries[size - 1]) if len(entries) > size else None)

    async def count(self, query: Query) -> int:
        await _others()
        return len(self._matching(query))

    async def delete(self, document_id: str) -> bool:
        await _others()
        return self._delete(document_id)

    async def delete_range(self, query: Query) -> int:
        await _others()
        return sum(self._delete(str(entry[-1])) for entry in self._matching(query))

    def _version(self, document_id: str) -> int:
        return self._kept.get(document_id, (0, b""))[0]

    def _read(self, document_id: str) -> D | None:
        kept = self._kept.get(document_id)
        return decoded(self._of.model, *kept) if kept else None

    def _write(self, document: D, version: int, events: Sequence[Event]) -> D:
        written = document.model_copy(update={"version": version})
        sealed = self._sealer.seal(self._of.name, written, events)
        rows, body = self._indexing.rows(written), encoded(written)
        self._refuse_taken(written.id, rows)
        self._delete(written.id)
        self._kept[written.id] = (version, body)
        for name, keys in rows.items():
            for row in keys:
                insort(self._entries[name], (*row, written.id))
        self._outbox.add(sealed)
        return written

    def _refuse_taken(self, document_id: str, rows: Mapping[str, list[Row]]) -> None:
        for index in self._of.indexes:
            entries = self._entries[index.name]
            for row in rows[index.name] if index.unique else ():
                at = bisect_left(entries, row)
                if at < len(entries) and entries[at][:-1] == row and entries[at][-1] != document_id:
                    raise KeyTaken(index.name)

    def _delete(self, document_id: str) -> bool:
        if (found := self._read(document_id)) is None:
            return False
        for name, keys in self._indexing.rows(found).items():
            for row in keys:
                self._entries[name].remove((*row, document_id))
        del self._kept[document_id]
        return True

    def _matching(self, query: Query) -> list[Row]:
        entries = self._entries[self._indexing.asked(query).name]
        fixed = len(query.equals)
        first = bisect_left(entries, query.equals if query.at_least is None else (*query.equals, query.at_least))
        if query.below is None:
            end = bisect_right(entries, query.equals, key=lambda entry: entry[:fixed])
        else:
            end = bisect_left(entries, (*query.equals, query.below))
        return entries[first:end]


class MemoryStore:
    """Keeps the documents of the service `source` until it is dropped; `clock` tells the time in UTC."""

    def __init__(self, source: str, clock: Clock) -> None:
        self.outbox = MemoryOutbox()
        self._sealer = Sealer(source, clock)
        self._collections: dict[str, MemoryCollection[Any]] = {}  # each of another model
        self._declared: dict[str, CollectionOf[Any]] = {}

    @classmethod
    async def open(cls, source: str, clock: Clock) -> "MemoryStore":
        return cls(source, clock)

    def collection(self, of: CollectionOf[D]) -> MemoryCollection[D]:
        """Open a collection. Raises ValueError if it is open under another declaration."""
        if self._declared.setdefault(of.name, of) != of:
            raise ValueError(f"{of.name} is open under another declaration")
        if of.name not in self._collections:
            self._collections[of.name] = MemoryCollection(of, self._sealer, self.outbox)
        return self._collections[of.name]

    async def close(self) -> None:
        """Nothing to let go of."""


async def _others() -> None:
    """Let other tasks run first, as they would while an engine works."""
    await asyncio.sleep(0)
