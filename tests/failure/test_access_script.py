"""Script in every text that somebody may write: looked at in a real browser, by every role, on every page."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from urllib.parse import quote

import jinja2
import pytest
from markupsafe import Markup
from playwright.async_api import Browser, BrowserContext, Page, async_playwright
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway.domain.accounts import GRANTED
from services.gateway.pages import site, words
from tests.browser.shots import CHROMIUM, FLAGS
from tests.failure.access_town import (
    PASSWORD,
    PLAN,
    ROADS,
    SURVEY,
    Peopled,
    a_filled_town,
    on_a_port,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"there is no {CHROMIUM}"),
]

HARM = (
    """'"></textarea></title></style></script><script>window.owned=1</script><img src=x onerror=window.owned=1>"""
    """<svg onload=window.owned=1><a href=javascript:window.owned=1 autofocus onfocus=window.owned=1>{{7*191}}"""
)
SHORT = "<img src=x onerror=window.owned=1><script>window.owned=1</script>"
"""The same for names, which are short."""
ADDRESS = "https://evil.test/\"'><script>window.owned=1</script><img/src=x/onerror=window.owned=1>"

AT = quote(HARM, safe="")
PAGES = (
    "",
    "/surveys",
    f"/surveys/{SURVEY}",
    f"/surveys/{SURVEY}/results",
    f"/surveys/{SURVEY}/results?by={AT}",
    f"/surveys/{SURVEY}?saved={AT}",
    "/plans",
    f"/plan/{PLAN}",
    f"/plan/{PLAN}?open=o1,m1,{AT}",
    f"/plan/{PLAN}?as_of={AT}&known={AT}",
    f"/plan/{PLAN}/evidence/{ROADS}",
    f"/plan/{PLAN}/evidence/{PLAN}?cursor={AT}",
    f"/indicators/{ROADS}",
    f"/indicators/i-said?known={AT}",
    f"/signin?next=/{AT}",
    f"/withdraw?done={AT}",
    f"/{AT}",
    f"/surveys/{AT}",
    "/help",
)
PLAIN = ("/api/docs", "/api/openapi.json", f"/api/v1/surveys/{SURVEY}", f"/api/v1/indicators/{ROADS}", "/api/v1/plans")
FEW = ("", f"/plan/{PLAN}", f"/indicators/{ROADS}")


@asynccontextmanager
async def a_browser() -> AsyncIterator[Browser]:
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


async def _written_by_all(peopled: Peopled) -> None:
    """Whatever each role may write beside plan and survey: values with evidence, names to show, purposes."""
    value = {"value": 4, "source": HARM, "note": HARM, "evidence": ADDRESS, "disaggregation": {SHORT: {SHORT: 1}}}
    for name, indicator in (("officer", ROADS), ("expert", "i-water")):
        path = f"/indicators/{indicator}/values/2023"
        (await peopled.people[name].program(peopled, "PUT", path, value)).raise_for_status()
    for someone in peopled.people.values():
        change = {"display_name": SHORT}
        (await peopled.town.operator.patch(f"/users/{someone.user}", json=change)).raise_for_status()
    await peopled.people["second"].program(peopled, "POST", f"/indicators/{ROADS}/values/2023/verify")
    await peopled.town.settle()


async def _owned(page: Page, url: str) -> bool:
    await page.goto(url, wait_until="domcontentloaded")
    await page.mouse.move(100, 100)
    return bool(await page.evaluate("window.owned || document.title.includes('1337') || 0"))


async def _signed_in(browser: Browser, base: str, name: str) -> BrowserContext:
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(f"{base}/signin")
    await page.fill("input[name=user]", name)
    await page.fill("input[name=password]", PASSWORD)
    await page.click("main form button")
    assert "signin" not in page.url
    return context


async def _caught(context: BrowserContext, base: str, paths: Iterable[str]) -> list[str]:
    page = await context.new_page()
    alerts: list[str] = []
    page.on("dialog", lambda dialog: alerts.append(dialog.message))
    found = [path for path in paths if await _owned(page, base + path)]
    return found + alerts


async def _answered(context: BrowserContext, base: str, prefix: str) -> list[str]:
    """Answer the survey with script, read it back, and type script into the field for receipts."""
    page = await context.new_page()
    await page.goto(f"{base}{prefix}/surveys/{SURVEY}")
    await page.locator("main form button").last.click()
    seen = [page.url] if await page.evaluate("window.owned || 0") else []
    await page.check("input[name=one][value=other]")
    for field in await page.locator("input[type=text]:visible, textarea:visible").all():
        await field.fill(HARM)
    await page.locator("button[value=on]").click()
    shown = await page.locator("main").inner_text()
    seen += [page.url] if await page.evaluate("window.owned || 0") else []
    await page.goto(f"{base}{prefix}/withdraw")
    await page.fill("input[name=receipt]", HARM)
    await page.locator("main form button").click()
    seen += [page.url] if await page.evaluate("window.owned || 0") else []
    assert "window.owned=1" in shown
    return seen


async def test_script_is_inert_for_every_reader_on_every_page(tmp_path: Path) -> None:
    """P-60: script in every text that any role may write runs on no page, in no role's browser, in no language."""
    async with a_filled_town(tmp_path / "data", HARM) as peopled, a_browser() as browser:
        await _written_by_all(peopled)
        async with on_a_port(peopled.town.system.gateway.app) as port:
            base = f"http://127.0.0.1:{port}"
            visitor = await browser.new_context()
            everything = [prefix + path for path in PAGES for prefix in ("", "/en")]
            caught = await _caught(visitor, base, [*everything, *PLAIN])
            for prefix in ("", "/en"):
                caught += await _answered(visitor, base, prefix)
            for role in GRANTED:
                context = await _signed_in(browser, base, role)
                caught += await _caught(context, base, PAGES if role == "expert" else FEW)
                await context.close()
            await visitor.close()

    assert [] == caught


def _without_policy(app: ASGIApp) -> ASGIApp:
    async def bare(scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [each for each in message["headers"] if each[0] != b"content-security-policy"]
                message = {**message, "headers": headers}
            await send(message)

        await app(scope, receive, sending)

    return bare


def _without_escaping(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(site, "Environment", partial(_environment, jinja2.Environment))
    patch.setattr(words, "escape", Markup)


def _environment(kind: type[jinja2.Environment], **settings: object) -> jinja2.Environment:
    return kind(**{**settings, "autoescape": False})  # type: ignore[arg-type]  # the settings of the real one


OPENED: Sequence[str] = ("", "/surveys", f"/surveys/{SURVEY}", f"/plan/{PLAN}", f"/indicators/{ROADS}")


async def test_the_policy_alone_would_stop_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """P-60: with escaping off the policy alone keeps script from running; with both off the same pages run it."""
    _without_escaping(monkeypatch)
    async with a_filled_town(tmp_path / "data", HARM) as peopled, a_browser() as browser:
        await _written_by_all(peopled)
        app = peopled.town.system.gateway.app
        context = await browser.new_context()
        async with on_a_port(app) as port, on_a_port(_without_policy(app)) as open_port:
            held = await _caught(context, f"http://127.0.0.1:{port}", OPENED)
            ran = await _caught(context, f"http://127.0.0.1:{open_port}", OPENED)
            await context.close()

    assert ([], list(OPENED)) == (held, ran)
