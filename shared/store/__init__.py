"""The Store port: collections of documents, each written together with the events that its change causes.

It asks no more of an engine than single-document atomicity. There are no transactions over documents and no query
language; what is needed beyond that is a projection.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict

from shared.events.base import Event, Sealed

Scalar = str | int
"""What an index can hold. A list field indexes each of its values; a missing (None) one is not indexed."""


class Document(BaseModel):
    """What a collection keeps. `version` 0 has never been stored; each write counts it up by one."""

    # An error tells where a document is odd, never with what: it may be somebody's answer.
    model_config = ConfigDict(frozen=True, allow_inf_nan=False, hide_input_in_errors=True)

    id: str
    version: int = 0

    @property
    def written_as(self) -> tuple[str | int, ...]:
        """What tells this write of the document from all its others; the ids of its events are derived from it."""
        return (self.version,)


D = TypeVar("D", bound=Document)


@dataclass(frozen=True)
class Index:
    """A declared order in which documents can be found: equal on a prefix of `fields`, a range on the next."""

    name: str
    fields: tuple[str, ...]
    unique: bool = False


@dataclass(frozen=True)
class CollectionOf(Generic[D]):
    """The declaration of a collection: its name, the model of its documents and what they are found by."""

    name: str
    model: type[D]
    indexes: tuple[Index, ...] = ()


@dataclass(frozen=True)
class Query:
    """What to find in an index: `equals` on its first fields, then at_least <= next field < below.

    `after` is the `next` of an earlier page of the same query.
    """

    index: str
    equals: tuple[Scalar, ...] = ()
    at_least: Scalar | None = None
    below: Scalar | None = None
    descending: bool = False
    after: str | None = None
    limit: int = 100


@dataclass(frozen=True)
class Page(Generic[D]):
    """Documents in the order of the index, and where to go on (None at the end)."""

    items: tuple[D, ...]
    next: str | None


@dataclass(frozen=True)
class Clash:
    """Which document of many could not be inserted, and which key was taken (`id` or the name of a unique index)."""

    at: int
    key: str


class Collection(Protocol[D]):
    """Documents of one kind. A write stores one document with the events it causes, or nothing."""

    async def insert(self, document: D, *, events: Sequence[Event] = ()) -> D:
        """Store a new document and return it at version 1. Raises Exists if its id or a unique key is taken."""
        ...

    async def insert_many(self, documents: Sequence[D]) -> Clash | None:
        """Store new documents in their order; stop at the first that clashes and tell which, those before it stay."""
        ...

    async def get(self, document_id: str) -> D | None: ...

    async def get_many(self, ids: Sequence[str]) -> Mapping[str, D]: ...

    async def put(self, document: D, *, events: Sequence[Event] = ()) -> D:
        """Store a document whatever was there before; the version counts on. Raises Exists on a unique key."""
        ...

    async def replace(self, document: D, *, events: Sequence[Event] = ()) -> D:
        """Store a changed document. Raises Stale if somebody replaced it since it was read, Exists on a unique key."""
        ...

    async def find(self, query: Query) -> Page[D]: ...

    async def count(self, query: Query) -> int:
        """Count what the query matches, regardless of its page and limit."""
        ...

    async def delete(self, document_id: str) -> bool: ...

    async def delete_range(self, query: Query) -> int:
        """Delete all that the query matches, regardless of its page and limit; return how many."""
        ...


class Outbox(Protocol):
    """Events that were saved with their documents and are not known to be on the bus yet, in the order of writing."""

    async def unsent(self, *, limit: int) -> Sequence[Sealed]: ...

    async def clear(self, ids: Sequence[str]) -> None: ...

    async def wait(self) -> None:
        """Return as soon as a write of this process has left events since the last call of `wait`."""
        ...


class Store(Protocol):
    """The documents of one service."""

    @property
    def outbox(self) -> Outbox: ...

    def collection(self, of: CollectionOf[D]) -> Collection[D]:
        """Open a declared collection, making or extending what the engine needs for it. Call it before serving."""
        ...

    async def close(self) -> None: ...


def encoded(document: Document) -> bytes:
    """The canonical bytes of a document, without its version: keys sorted, so that equal documents are equal bytes."""
    kind = type(document)
    if not kind.model_computed_fields:
        with suppress(orjson.JSONEncodeError):
            fields = {name: getattr(document, name) for name in kind.model_fields if name != "version"}
            return orjson.dumps(fields, _plain, _CANONICAL | _AS_PYDANTIC_WRITES)
    return orjson.dumps(document.model_dump(mode="json", exclude={"version"}), option=_CANONICAL)


_CANONICAL = orjson.OPT_SORT_KEYS
_AS_PYDANTIC_WRITES = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
"""What the two would write differently is refused here, and written by pydantic alone."""


def _plain(part: object) -> object:
    if isinstance(part, BaseModel):
        return part.model_dump(mode="json")
    if isinstance(part, tuple):
        return list(part)
    raise TypeError(type(part).__name__)
