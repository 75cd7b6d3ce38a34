"""Writes that another site makes a browser send, and writes that hide behind reading."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import urlencode

import httpx
import pytest
import pytest_asyncio

from deploy.access import ALL
from services.gateway.domain.accounts import GRANTED
from services.gateway.edge.caller import VISITOR_COOKIE
from tests.failure.access_town import PLAN, ROADS, SURVEY, Peopled, a_filled_town, all_that_is_kept
from tests.system.test_access import FOR_ALL, PLAIN

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAFE = ("GET", "HEAD", "OPTIONS")
WRITES = sorted((method, path) for method, path in ALL if method not in SAFE)
FORMS = sorted(prefix + path for path, taken in FOR_ALL.items() if "POST" in taken for prefix in ("", "/en"))
TYPES = (
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain;charset=UTF-8",
    "TEXT/PLAIN",
)
FOREIGN = (
    {"origin": "https://evil.test"},
    {"origin": "null"},
    {"origin": "https://megdan.test.evil.test"},
    {"origin": "https://evil.test", "host": "megdan.test"},
    {"origin": "https://megdan.test:444"},
    {"origin": "https://megdan.test@evil.test"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def peopled(data: Path) -> AsyncIterator[Peopled]:
    async with a_filled_town(data) as opened:
        await opened.add("everything", *GRANTED, unit="roads")
        yield opened


def real(path: str, draft: str = "x" * 32, setup: str = "none") -> str:
    """An address of what there is."""
    known = {"survey": SURVEY, "plan": PLAN, "indicator": ROADS, "node": ROADS, "period": "2024", "number:int": "1"}
    known |= {"response": draft, "token": setup, "margins": "census", "user": "nobody", "name": "site.css"}
    known |= {"letter": "none", "projection": "none"}
    return re.sub(r"\{([^}]+)\}", lambda found: known[found.group(1)], path)


async def _refused(browser: httpx.AsyncClient, method: str, path: str, headers: dict[str, str]) -> tuple[int, str]:
    reply = await browser.request(method, path, content=b"{}", headers={"content-type": "application/json", **headers})
    return reply.status_code, str(reply.json().get("type", "")).rpartition(":")[2]


@pytest.mark.parametrize(("method", "path"), WRITES)
async def test_a_write_by_cookie_needs_its_token_and_its_origin(peopled: Peopled, method: str, path: str) -> None:
    """P-55: without the session's token, from a foreign origin or with a form's type, no endpoint takes a write."""
    browser, address = peopled.people["everything"].browser, "/api/v1" + real(path)
    other = peopled.people["citizen"].browser.headers["x-csrf-token"]
    tokens = [
        await _refused(browser, method, address, {"x-csrf-token": shown}) for shown in ("", "guess", other, other[:-1])
    ]
    origins = [await _refused(browser, method, address, headers) for headers in FOREIGN]
    types = [await _refused(browser, method, address, {"content-type": each}) for each in TYPES]

    assert {(403, "form-is-too-old")} == set(tokens)
    assert {(403, "not-from-here")} == set(origins)
    assert {(403, "takes-no-forms")} == set(types)


@pytest.mark.parametrize(("method", "path"), [each for each in WRITES if "visitor" in ALL[each]])
async def test_a_visitors_write_comes_from_here_and_is_no_form(peopled: Peopled, method: str, path: str) -> None:
    """P-55: nor does another site write in the name of a visitor's address: foreign origins and form types are 403."""
    visitor, address = peopled.browser(), "/api/v1" + real(path)
    origins = [await _refused(visitor, method, address, headers) for headers in FOREIGN]
    types = [await _refused(visitor, method, address, {"content-type": each}) for each in TYPES]
    await visitor.aclose()

    assert {(403, "not-from-here")} == set(origins)
    assert {(403, "takes-no-forms")} == set(types)


@pytest.mark.parametrize("path", FORMS)
async def test_every_form_needs_the_token_of_its_reader(peopled: Peopled, path: str) -> None:
    """P-55: each page's form, of a visitor and of a session, is 403 without its token and from a foreign origin."""
    recognition = peopled.town.system.gateway.house.recognition
    right, other = recognition.visitor_csrf("mine"), recognition.visitor_csrf("another")
    session = peopled.people["citizen"]
    cookies = [
        f"{VISITOR_COOKIE}=mine",
        "; ".join(f"{name}={value}" for name, value in session.browser.cookies.items()),
    ]
    form = {"content-type": "application/x-www-form-urlencoded"}
    statuses = set()
    async with peopled.browser() as browser:
        for cookie in cookies:
            for shown in ({}, {"csrf": ""}, {"csrf": other}, {"csrf": right[:-1]}):
                sent = urlencode({"go": "on", **shown})
                statuses.add((await _posted(browser, path, sent, form | {"cookie": cookie})).status_code)
        for headers in FOREIGN:
            sent = urlencode({"csrf": right})
            statuses.add((await _posted(browser, path, sent, form | headers | {"cookie": cookies[0]})).status_code)
        plain = await _posted(browser, path, f"csrf={right}", {"cookie": cookies[0], "content-type": "text/plain"})

    assert {403} == statuses
    assert plain.status_code in {303, 403, 404, 422}


async def _posted(browser: httpx.AsyncClient, path: str, sent: str, headers: dict[str, str]) -> httpx.Response:
    return await browser.post(real(path), content=sent, headers=headers)


async def test_reading_writes_nothing(peopled: Peopled, data: Path) -> None:
    """P-55: GET, HEAD and OPTIONS of every endpoint, page and file, by every role, leave the store as it was."""
    town, draft = peopled.town, token_urlsafe(24)
    await town.done(None, "PUT", f"/surveys/{SURVEY}/drafts/{draft}", {"answers": {"own": "мое"}})
    setup = "none"
    addresses = [f"/api/v1{real(path, draft)}" for _, path in sorted(ALL) if path != "/live"]
    addresses += [prefix + real(path, draft, setup) for path in FOR_ALL for prefix in ("", "/en")]
    addresses += [
        *PLAIN,
        "/metrics",
        f"/surveys/{SURVEY}?_method=DELETE",
        f"/api/v1/surveys/{SURVEY}/close?method=POST",
    ]
    everything = peopled.people["everything"]
    await town.settle()
    before = all_that_is_kept(data)
    async with peopled.browser() as visitor:
        for address in sorted(set(addresses)):
            for method in SAFE:
                headers = {"x-http-method-override": "DELETE", "x-method-override": "PUT", "x-http-method": "POST"}
                await visitor.request(method, address, headers=headers)
                await everything.browser.request(method, address, headers=headers)
                await town.public.request(method, f"http://127.0.0.1:8080{address}", headers=everything.bearer)
    await town.settle()

    assert before == all_that_is_kept(data)


async def test_a_post_stays_a_post_whatever_it_says(peopled: Peopled) -> None:
    """P-55: no header and no field turns one method into another: a visitor's POST deletes and changes nothing."""
    expert = peopled.people["expert"]
    overrides = {"x-http-method-override": "PUT", "x-method-override": "PATCH", "x-http-method": "DELETE"}
    replies = [
        await peopled.town.public.post(path, json={"_method": "DELETE"}, headers=overrides | expert.bearer)
        for path in (f"/surveys/{SURVEY}", f"/plans/{PLAN}", f"/indicators/{ROADS}/values/2024", "/users/nobody")
    ]

    assert {405} == {reply.status_code for reply in replies}
