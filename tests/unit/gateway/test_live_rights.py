"""Who may go on listening."""

from pathlib import Path

import pytest

from services.gateway.usecases.accounts import Change
from tests.unit.gateway.builders import Watching, a_door, cheap

OPENED = "retry: 3000"


async def test_signing_out_ends_the_stream(tmp_path: Path) -> None:
    """Within a second; a visitor's stream goes on."""
    async with a_door(cheap(tmp_path, live_recheck_s=0.01)) as door:
        await door.add("maria", "expert")
        browser = await door.signed_in("maria")
        own = Watching(door.gateway, headers={"cookie": f"__Host-megdan={browser.cookies['__Host-megdan']}"})
        visitor = Watching(door.gateway)
        await own.until(OPENED)
        await visitor.until(OPENED)
        await browser.delete("/api/v1/session")
        await own.ended()
        goes_on = not visitor.task.done()
        await visitor.leave()

    assert goes_on


@pytest.mark.parametrize("change", [Change(active=False), Change(password="съвсем друга парола")])
async def test_closing_an_account_ends_its_streams(tmp_path: Path, change: Change) -> None:
    """Those of its sessions and those of its tokens."""
    async with a_door(cheap(tmp_path, live_recheck_s=0.01)) as door:
        user = await door.add("maria", "expert")
        browser = await door.signed_in("maria")
        program = await door.program("expert", user=user)
        streams = [
            Watching(door.gateway, headers={"cookie": f"__Host-megdan={browser.cookies['__Host-megdan']}"}),
            Watching(door.gateway, headers={"authorization": program.headers["authorization"]}),
        ]
        for stream in streams:
            await stream.until(OPENED)
        await door.gateway.house.accounts.change(user, change)
        for stream in streams:
            await stream.ended()

        assert 0 == door.gateway.hub.streams


async def test_a_changed_role_is_noticed_by_an_open_stream(tmp_path: Path) -> None:
    """The stream stays open and has the rights of today."""
    async with a_door(cheap(tmp_path, live_recheck_s=60)) as door:
        user = await door.add("maria", "expert")
        program = await door.program("expert", user=user)
        watching = Watching(door.gateway, headers={"authorization": program.headers["authorization"]})
        await watching.until(OPENED)
        await door.gateway.house.accounts.change(user, Change(roles=("citizen",)))
        await door.gateway.hub.recheck()
        (stream,) = door.gateway.hub._streams
        await watching.leave()

    assert {"visitor"} == stream.identity.roles
