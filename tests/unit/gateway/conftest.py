from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.gateway.builders import Door, a_door, cheap


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    async with a_door(cheap(tmp_path)) as opened:
        yield opened
