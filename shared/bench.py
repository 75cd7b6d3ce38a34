"""The bench: the projections that a batch of entries touches, changed in memory and written at the batch's end."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from pydantic import Field

from shared.crash import crash_point
from shared.events.base import Event
from shared.log import Entry
from shared.store import CollectionOf, Document, Query, Store


class Projection(Document):
    """A document made of log entries alone: integers and text. `seen` is the last entry of each shard in it."""

    seen: dict[str, int] = Field(default_factory=dict)

    @property
    def written_as(self) -> tuple[str | int, ...]:
        """See Document. Versions begin anew in a rebuild; what a document has seen does not."""
        return (self.version, *(f"{shard}:{position}" for shard, position in self.seen.items()))


P = TypeVar("P", bound=Projection)

Key = tuple[str, str]


class Bench:
    """Holds documents while entries are folded into them. What a step changes counts only if the step ends well."""

    def __init__(self, store: Store, *, live: bool) -> None:
        self._store = store
        self._live = live
        self._held: dict[Key, Projection | None] = {}
        self._changed: set[Key] = set()
        self._events: dict[Key, list[Event]] = {}
        self._staged: dict[Key, Projection] = {}
        self._said: list[tuple[Key, Event]] = []
        self._entry: Entry | None = None

    async def load(self, of: CollectionOf[P], ids: Iterable[str]) -> None:
        """Bring documents to the bench, those that are not there yet."""
        missing = [document_id for document_id in dict.fromkeys(ids) if (of.name, document_id) not in self._held]
        found = await self._store.collection(of).get_many(missing) if missing else {}
        self._held.update({(of.name, document_id): found.get(document_id) for document_id in missing})

    async def load_all(self, of: CollectionOf[P], query: Query) -> None:
        """Bring all documents that a query finds, those that are not there yet."""
        after: str | None = None
        while True:
            page = await self._store.collection(of).find(
                Query(query.index, query.equals, query.at_least, query.below, query.descending, after, 1000)
            )
            for document in page.items:
                self._held.setdefault((of.name, document.id), document)
            after = page.next
            if after is None:
                return

    def read(self, of: CollectionOf[P], document_id: str) -> P | None:
        """Read a document as it is on the bench. It must have been loaded."""
        key = (of.name, document_id)
        # The bench holds documents of many kinds; the collection's declaration tells which kind this one is.
        return cast("P | None", self._staged.get(key) or self._held[key])

    def all(self, of: CollectionOf[P]) -> Iterator[P]:
        """Read every document of a collection that is on the bench, in the order of their ids."""
        for name, document_id in sorted({*self._held, *self._staged}):
            if name == of.name and (document := self.read(of, document_id)) is not None:
                yield document

    def change(self, of: CollectionOf[P], document_id: str, step: Callable[[P | None], P | None]) -> None:
        """Fold the entry at hand into a document, unless the document has seen it; None leaves it as it is."""
        entry, key = self._at_hand(), (of.name, document_id)
        document = self.read(of, document_id)
        if document and key not in self._staged and document.seen.get(entry.shard, 0) >= entry.position:
            return
        changed = step(document)
        if changed is None:
            return
        seen = dict(sorted({**(document.seen if document else {}), entry.shard: entry.position}.items()))
        self._staged[key] = changed.model_copy(update={"seen": seen, "version": document.version if document else 0})

    def announce(self, of: CollectionOf[P], document_id: str, event: Event) -> None:
        """Let an event leave with the write of a document that this entry changes; a rebuild says nothing."""
        key = (of.name, document_id)
        if self._live and key in self._staged:
            self._said.append((key, event))

    @contextmanager
    def folding(self, entry: Entry) -> Iterator[None]:
        """Fold one entry: its changes are kept if the block ends well, and forgotten if it raises."""
        self._entry, self._staged, self._said = entry, {}, []
        try:
            yield
            self._held.update(self._staged)
            self._changed.update(self._staged)
            for key, event in self._said:
                self._events.setdefault(key, []).append(event)
        finally:
            self._entry, self._staged, self._said = None, {}, []

    async def write(self, into: Sequence[CollectionOf[Any]]) -> None:
        """Write what has changed, collection by collection. Raises Stale or Exists if somebody else was faster."""
        for of in into:
            keys = sorted(key for key in self._changed if key[0] == of.name)
            results = await asyncio.gather(*(self._write(of, key) for key in keys), return_exceptions=True)
            for failure in results:
                if isinstance(failure, BaseException):
                    raise failure
            if keys:
                crash_point("bench.written")

    async def _write(self, of: CollectionOf[Any], key: Key) -> None:
        document, collection = self._held[key], self._store.collection(of)
        events = self._events.get(key, [])
        if document is not None and document.version == 0:
            await collection.insert(document, events=events)
        elif document is not None:
            await collection.replace(document, events=events)

    def _at_hand(self) -> Entry:
        if self._entry is None:
            raise RuntimeError("The bench changes documents only while it folds an entry.")
        return self._entry
