"""Between any two writes a crash is harmless, and an update writes no more than its path."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.events.base import Event
from shared.events.monitoring import AboutPlan
from shared.store.memory import MemoryCollection, MemoryStore
from tests.unit.reporting.builders import (
    NODES_OF_TWO,
    Town,
    a_node,
    a_plan,
    a_value,
    a_verification,
    adopting,
    an_indicator,
)


class _Crashed(Exception):
    pass


class FragileStore(MemoryStore):
    """Fails at the nth write from now, before it is made."""

    left = 10**9

    def collection(self, of: Any) -> Any:
        return _Fragile(super().collection(of), self)


class _Fragile:
    def __init__(self, collection: MemoryCollection[Any], store: FragileStore) -> None:
        self._collection = collection
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._collection, name)

    async def _counted(self, write: Any, *args: Any, **more: Any) -> Any:
        self._store.left -= 1
        if self._store.left < 0:
            raise _Crashed
        return await write(*args, **more)

    async def insert(self, *args: Any, **more: Any) -> Any:
        return await self._counted(self._collection.insert, *args, **more)

    async def replace(self, *args: Any, **more: Any) -> Any:
        return await self._counted(self._collection.replace, *args, **more)

    async def put(self, *args: Any, **more: Any) -> Any:
        return await self._counted(self._collection.put, *args, **more)


STORY: Sequence[AboutPlan] = (
    a_value("i1", "2016", "10"),
    a_value("i1", "2017", "40", state="given"),
    a_value("i2", "2017", "5", state="provisional"),
    a_verification("i1", "2017", "40"),
    a_value("i1", "2017", "50", 2, "given"),
)


@pytest.mark.parametrize("amended", [False, True])
async def test_a_crash_between_any_two_writes_changes_nothing(*, amended: bool) -> None:
    """Whatever write a crash comes before, catching up makes the very documents that were made without it."""
    last = adopting(NODES_OF_TWO, [an_indicator("i1"), an_indicator("i3", "m2")], version=2) if amended else []
    story = [*STORY[:3], *last, *STORY[3:]]
    whole = Town()
    await whole.tell(*a_plan())
    await whole.tell(*story)
    expected = await whole.documents()

    made = [await _documents_after_a_crash(story, write) for write in range(30)]

    assert [expected] * 30 == made


async def _documents_after_a_crash(story: Sequence[Event], write: int) -> list[bytes]:
    store = FragileStore("reporting", lambda: datetime(2018, 6, 1, tzinfo=UTC))
    town = Town(store)
    await town.tell(*a_plan())
    store.left = write
    for events in (story[:2], story[2:]):
        try:
            await town.tell(*events)
        except _Crashed:
            store.left = 10**9
            restarted = Town(store)
            await restarted.service.projector.catch_up()
            town.service = restarted.service
    return await town.documents()


class CountingStore(MemoryStore):
    """Counts what is read and written by the fold, collection by collection."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.calls: Counter[str] = Counter()

    def collection(self, of: Any) -> Any:
        return _Counting(super().collection(of), of.name, self.calls)


class _Counting:
    def __init__(self, collection: MemoryCollection[Any], name: str, calls: Counter[str]) -> None:
        self._collection = collection
        self._name = name
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._collection, name)

        async def counted(*args: Any, **more: Any) -> Any:
            result = await method(*args, **more)
            documents = len(args[0]) if name == "get_many" else len(result.items) if name == "find" else 1
            self._calls[f"{name} {self._name}"] += documents
            return result

        return counted


async def _calls_of_an_update(indicators: int) -> Counter[str]:
    store = CountingStore("reporting", lambda: datetime(2018, 6, 1, tzinfo=UTC))
    town = Town(store)
    nodes = [a_node("p1"), *(a_node(f"m{number}", "p1") for number in range(indicators // 10))]
    defined = [an_indicator(f"i{number}", f"m{number % (indicators // 10)}") for number in range(indicators)]
    await town.tell(*adopting(nodes, defined))
    await town.tell(a_value("i7", "2016", "30"))
    store.calls.clear()
    await town.tell(a_value("i7", "2017", "40"))
    return store.calls


async def test_an_update_costs_the_same_among_many_indicators() -> None:
    """A value reads and writes as many documents among 1,000 indicators as among 10."""
    few, many = await _calls_of_an_update(10), await _calls_of_an_update(1000)

    written = {name: many[f"replace {name}"] for name in ("histories", "nodes", "leaves", "outlines")}
    assert (few, {"histories": 1, "nodes": 3, "leaves": 1, "outlines": 1}) == (many, written)
