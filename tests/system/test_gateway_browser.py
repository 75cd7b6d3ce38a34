"""Signing in with a real browser, over plain http on this machine itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright

from services.gateway.edge.caller import SESSION_COOKIE
from tests.browser.shots import CHROMIUM, FLAGS
from tests.system.test_gateway_server import served
from tests.unit.gateway.builders import PASSWORD

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"there is no {CHROMIUM}"),
]

WRITE = """async token => (await fetch('/api/v1/session', {method: 'DELETE', headers: token})).status"""
TOKEN = """async () => ({'x-csrf-token': (await (await fetch('/api/v1/me')).json()).csrf})"""
LIVE = """() => new Promise(ok => {
    const source = new EventSource('/api/v1/live');
    source.onopen = () => ok('open');
    source.onerror = () => ok('error');
})"""


@asynccontextmanager
async def a_page() -> AsyncIterator[Page]:
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield await browser.new_page()
        await browser.close()


async def _cookies(page: Page) -> set[str]:
    return {str(cookie.get("name")) for cookie in await page.context.cookies()}


async def test_a_person_signs_in_writes_listens_and_signs_out(tmp_path: Path) -> None:
    """P-55, P-56: the browser keeps the `__Host-` cookie; a write without the token is refused; out, it is gone."""
    async with served(tmp_path) as (door, port), a_page() as page:
        await door.add("maria", "expert")
        await page.goto(f"http://127.0.0.1:{port}/signin?next=/help")
        await page.fill("input[name=user]", "maria")
        await page.fill("input[name=password]", PASSWORD)
        await page.click("main form button")
        came_to, signed_in = page.url, await _cookies(page)
        live = await page.evaluate(LIVE)
        statuses = [await page.evaluate(WRITE, {}), await page.evaluate(WRITE, await page.evaluate(TOKEN))]
        signed_out = await _cookies(page)

    assert (f"http://127.0.0.1:{port}/help", "open", [403, 204]) == (came_to, live, statuses)
    assert (True, False) == (SESSION_COOKIE in signed_in, SESSION_COOKIE in signed_out)
