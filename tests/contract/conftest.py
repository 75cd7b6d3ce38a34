"""Each contract test runs once per adapter."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from shared.bus.memory import MemoryBus
from shared.bus.sqlite import SqliteBus
from shared.store import Collection, Store
from tests.contract.samples import BUSES, STORES, SURVEYS, Survey


@pytest.fixture(autouse=True)
def unwritten_logs() -> Iterator[None]:
    """Handlers fail by the hundred here; writing all their traces would take most of the time."""
    with capture_logs():
        yield


@pytest.fixture(params=STORES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    opened = await STORES[request.param](tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
def surveys(store: Store) -> Collection[Survey]:
    return store.collection(SURVEYS)


@pytest.fixture(params=BUSES)
async def bus(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[MemoryBus | SqliteBus]:
    opened = await BUSES[request.param](tmp_path)
    yield opened
    await opened.stop()
    await opened.close()
