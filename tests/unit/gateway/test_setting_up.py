"""The first administrator's page: behind a link that works once."""

import re
from urllib.parse import urlencode

import httpx
import pytest

from services.gateway.edge.caller import SESSION_COOKIE
from tests.unit.gateway.builders import PASSWORD, Door

FORM = {"content-type": "application/x-www-form-urlencoded"}


async def link(door: Door, prefix: str = "") -> str:
    token = await door.gateway.first_administrator_token()
    assert token is not None
    return f"{prefix}/setup/{token}"


async def fill_in(browser: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    page = (await browser.get(path)).text
    (token,) = set(re.findall(r'name="csrf"\s+value="([^"]+)"', page))
    return await browser.post(path, content=urlencode({"csrf": token, **fields}), headers=FORM)


async def test_the_link_makes_an_administrator_who_has_come_in(door: Door) -> None:
    """One form: the account is there, signed in, and may do what an administrator may."""
    browser = door.client()

    reply = await fill_in(browser, await link(door), user="georgi", password=PASSWORD)
    me = await browser.get("/api/v1/me")

    assert (303, "/", True) == (reply.status_code, reply.headers["location"], SESSION_COOKIE in browser.cookies)
    assert "administrator" in me.json()["roles"]


async def test_the_link_works_once(door: Door) -> None:
    """After that it is a page that is not there, for whoever holds it."""
    path = await link(door)
    await fill_in(door.client(), path, user="georgi", password=PASSWORD)

    assert 404 == (await door.client().get(path)).status_code


@pytest.mark.parametrize("prefix", ["", "/en"])
async def test_what_is_wrong_is_said_at_its_field_and_the_link_stays(door: Door, prefix: str) -> None:
    """A short password is told in the page's language, what was typed as a name is kept, and the link still works."""
    browser, path = door.client(), await link(door, prefix)

    refused = await fill_in(browser, path, user="georgi", password="short")
    accepted = await fill_in(browser, path, user="georgi", password=PASSWORD)

    assert (422, True) == (refused.status_code, 'id="password-error"' in refused.text)
    assert 'value="georgi"' in refused.text
    assert "short" not in refused.text
    assert 303 == accepted.status_code


async def test_a_made_up_link_is_not_there(door: Door) -> None:
    """Guessing leads to the same page as any address that does not exist."""
    await link(door)

    assert 404 == (await door.client().get("/setup/made-up")).status_code
