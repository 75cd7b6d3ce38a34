"""What stands in these modules asserts as well: a failure tells what was compared. And a town for a whole module."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

pytest.register_assert_rewrite("tests.failure.callers", "tests.failure.checking")

from tests.failure.access_town import Peopled, a_filled_town  # noqa: E402 - what is rewritten is named before it is imported


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the module's town keeps its data."""
    return tmp_path_factory.mktemp("town") / "data"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def peopled(data: Path) -> AsyncIterator[Peopled]:
    """A filled town with somebody of every role, for all tests of a module."""
    async with a_filled_town(data) as opened:
        yield opened
