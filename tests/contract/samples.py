"""What the contract suites store and send, and the adapters that they run over."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from shared.bus.in_process import InProcessBus, Pause
from shared.bus.memory import MemoryBus
from shared.bus.sqlite import SqliteBus
from shared.events.base import Sealed
from shared.events.surveys import ResponseSubmitted
from shared.store import CollectionOf, Document, Index, Store
from shared.store.memory import MemoryStore
from shared.store.sqlite import SqliteStore

SERVICE = "surveys"
NOW = datetime(2026, 3, 14, 9, 26, 53, 589_000, tzinfo=UTC)


class Survey(Document):
    title: str = ""
    state: str | None = None
    closes: int | None = None
    tags: tuple[str, ...] = ()
    code: str | None = None


SURVEYS = CollectionOf(
    "surveys",
    Survey,
    (
        Index("by_state", ("state", "closes")),
        Index("by_tag", ("tags",)),
        Index("by_code", ("code",), unique=True),
        Index("all", ("id",)),
    ),
)


def now() -> datetime:
    return NOW


def a_submission(response_id: str = "r1") -> ResponseSubmitted:
    return ResponseSubmitted(survey_id="s1", response_id=response_id, channel="web", seal="0" * 64)


def a_message(number: int, key: str = "k", topic: str = "t") -> Sealed:
    return Sealed(id=f"{topic}-{number}", topic=topic, key=key, body=b"%d" % number)


async def no_pause(_failures: int) -> None:
    await asyncio.sleep(0)


async def memory_store(_folder: Path) -> Store:
    return await MemoryStore.open(SERVICE, now)


async def sqlite_store(folder: Path) -> Store:
    return await SqliteStore.open(folder / "store.db", SERVICE, now)


async def memory_bus(_folder: Path, pause: Pause = no_pause) -> MemoryBus:
    return await MemoryBus.open(now, pause)


async def sqlite_bus(folder: Path, pause: Pause = no_pause) -> SqliteBus:
    return await SqliteBus.open(folder / "bus.db", now, pause)


STORES: Mapping[str, Callable[[Path], Awaitable[Store]]] = {"memory": memory_store, "sqlite": sqlite_store}
BUSES: Mapping[str, Callable[[Path], Awaitable[MemoryBus | SqliteBus]]] = {"memory": memory_bus, "sqlite": sqlite_bus}


async def quiet(bus: InProcessBus) -> None:
    """Wait until every group has acknowledged everything."""
    async with asyncio.timeout(60):
        while any((await bus.lag()).values()):
            await asyncio.sleep(0.001)
