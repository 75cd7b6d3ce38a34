"""Doors that are wider than they need to be."""

from pathlib import Path

import httpx

from tests.failure.access_town import CHEAP
from tests.system.conftest import a_town


async def test_a_page_takes_no_more_for_being_called_an_import(tmp_path: Path) -> None:
    """P-33: a visitor's form of 2 MB is 413 at every page, whatever the address is called."""
    async with a_town(tmp_path / "data", **CHEAP) as town:
        transport = httpx.ASGITransport(town.system.gateway.app, client=("203.0.113.5", 4711))
        async with httpx.AsyncClient(transport=transport, base_url="https://megdan.test") as visitor:
            statuses = [
                (await visitor.post(path, content=b"x" * 2_000_000)).status_code for path in ("/x", "/x/import")
            ]

    assert [413, 413] == statuses
