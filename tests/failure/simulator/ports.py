"""A process's end of its store: each call is a step of the process, before and after which anything may happen."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from shared.events.base import Event, Sealed
from shared.store import Clash, Collection, CollectionOf, Document, Outbox, Page, Query, Store
from tests.failure.simulator.faults import unavailable
from tests.failure.simulator.watching import Watching

D = TypeVar("D", bound=Document)
T = TypeVar("T")


class Steps(Protocol):
    """Does one thing after the other, or is held up."""

    async def step(self, name: str, doing: Callable[[], Awaitable[T]]) -> T: ...

    def cut_short(self, step: str, length: int) -> int:
        """How much of a long write is done before it is cut off; all of it, unless chance has it otherwise."""
        ...


class CollectionEnd:
    """See Collection."""

    def __init__(self, steps: Steps, inner: Collection[Any], of: CollectionOf[Any], watching: Watching) -> None:
        self._steps = steps
        self._inner = inner
        self._name = of.name
        self._watching = watching

    async def _written(self, what: str, doing: Callable[[], Awaitable[Any]]) -> Any:
        async def watched() -> Any:
            written = await doing()
            self._watching.written(self._name, written)
            return written

        return await self._steps.step(f"store.{self._name}.{what}", watched)

    async def insert(self, document: Any, *, events: Sequence[Event] = ()) -> Any:
        return await self._written("insert", lambda: self._inner.insert(document, events=events))

    async def put(self, document: Any, *, events: Sequence[Event] = ()) -> Any:
        return await self._written("put", lambda: self._inner.put(document, events=events))

    async def replace(self, document: Any, *, events: Sequence[Event] = ()) -> Any:
        return await self._written("replace", lambda: self._inner.replace(document, events=events))

    async def insert_many(self, documents: Sequence[Any]) -> Clash | None:
        step = f"store.{self._name}.insert_many"
        most = self._steps.cut_short(step, len(documents))
        clash = await self._steps.step(step, lambda: self._inner.insert_many(documents[:most]))
        if clash is None and most < len(documents):
            raise unavailable()
        return clash

    async def get(self, document_id: str) -> Any:
        return await self._steps.step(f"store.{self._name}.get", lambda: self._inner.get(document_id))

    async def get_many(self, ids: Sequence[str]) -> Mapping[str, Any]:
        return await self._steps.step(f"store.{self._name}.get_many", lambda: self._inner.get_many(ids))

    async def find(self, query: Query) -> Page[Any]:
        return await self._steps.step(f"store.{self._name}.find", lambda: self._inner.find(query))

    async def count(self, query: Query) -> int:
        return await self._steps.step(f"store.{self._name}.count", lambda: self._inner.count(query))

    async def delete(self, document_id: str) -> bool:
        return await self._steps.step(f"store.{self._name}.delete", lambda: self._inner.delete(document_id))

    async def delete_range(self, query: Query) -> int:
        async def watched() -> int:
            deleted = await self._inner.delete_range(query)
            self._watching.emptied(self._name)
            return deleted

        return await self._steps.step(f"store.{self._name}.delete_range", watched)


class OutboxEnd:
    """See Outbox."""

    def __init__(self, steps: Steps, inner: Outbox) -> None:
        self._steps = steps
        self._inner = inner

    async def unsent(self, *, limit: int) -> Sequence[Sealed]:
        return await self._steps.step("store.outbox.unsent", lambda: self._inner.unsent(limit=limit))

    async def clear(self, ids: Sequence[str]) -> None:
        await self._steps.step("store.outbox.clear", lambda: self._inner.clear(ids))

    async def wait(self) -> None:
        await self._inner.wait()


class StoreEnd:
    """See Store."""

    def __init__(self, steps: Steps, inner: Store, watching: Watching) -> None:
        self._steps = steps
        self._inner = inner
        self._watching = watching
        self.outbox = OutboxEnd(steps, inner.outbox)

    def collection(self, of: CollectionOf[D]) -> Collection[D]:
        return CollectionEnd(self._steps, self._inner.collection(of), of, self._watching)

    async def close(self) -> None:
        """Nothing to let go of."""
