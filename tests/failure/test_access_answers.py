"""What every answer carries, and that nothing in it leads away or comes from the Host that was asked."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import httpx
import pytest
import pytest_asyncio

from deploy.access import ALL
from services.gateway.domain.accounts import GRANTED
from tests.failure.access_town import PASSWORD, SURVEY, Peopled, a_filled_town
from tests.failure.test_access_forgery import real
from tests.system.test_access import FOR_ALL, PLAIN

pytestmark = pytest.mark.asyncio(loop_scope="module")

API = "/api/v1"
STRANGE = (
    "/nowhere",
    "//nowhere",
    "/en//nowhere",
    "/%2e%2e/x",
    "/surveys/%00",
    "/favicon.ico",
    "/robots.txt",
    "/api",
    "/.git",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def peopled(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Peopled]:
    async with a_filled_town(tmp_path_factory.mktemp("answers") / "data") as opened:
        await opened.add("everything", *GRANTED, unit="roads")
        yield opened


def every_address() -> list[tuple[str, str]]:
    """Every address, with every method that it takes and some that it does not."""
    api = [(method, API + real(path)) for method, path in ALL if path != "/live"]
    pages = [
        (method, prefix + real(path)) for path in FOR_ALL for method in ("GET", "POST", "PUT") for prefix in ("", "/en")
    ]
    return sorted({*api, *pages, *(("GET", path) for path in (*PLAIN, "/metrics", *STRANGE)), ("TRACE", "/")})


async def _answers(peopled: Peopled, base: str) -> list[tuple[str, httpx.Response]]:
    """Every answer: of every address, to a visitor and to whoever holds every role; too much, too long, too odd."""
    transport = httpx.ASGITransport(peopled.town.system.gateway.app, client=("203.0.113.5", 4711))
    bearer = peopled.people["everything"].bearer
    found = []
    async with httpx.AsyncClient(transport=transport, base_url=base, timeout=60) as client:
        style = re.search(r'href="(/static/site[^"]+)"', (await client.get("/")).text)
        assert style is not None
        odd: list[tuple[str, str, dict[str, Any]]] = [
            ("GET", style.group(1), {}),
            ("GET", style.group(1), {"headers": {"accept-encoding": "gzip", "range": "bytes=0-1"}}),
            ("GET", f"{API}/surveys/{SURVEY}/results", {"headers": {"if-none-match": await _tag(client)}}),
            ("PUT", f"{API}/surveys/{SURVEY}/responses/{'r' * 30}", {"content": b"x" * 1_000_001}),
            ("PUT", f"{API}/surveys/{SURVEY}/responses/{'r' * 30}", {"content": b"{nonsense"}),
            ("GET", "/" + "x" * 9000, {}),
            ("GET", "/", {"headers": {"x-long": "x" * 40_000}}),
            ("GET", f"{API}/me", {"headers": {"authorization": "Basic x"}}),
        ]
        for method, address, more in (*((*each, {}) for each in every_address()), *odd):
            for headers in ({}, bearer):
                asked = {**more, "headers": {**headers, **more.get("headers", {})}}
                found.append((f"{method} {address[:60]}", await client.request(method, address, **asked)))
    return found


async def _tag(client: httpx.AsyncClient) -> str:
    return (await client.get(f"{API}/surveys/{SURVEY}/results")).headers["etag"]


async def test_every_answer_is_armoured(tmp_path: Path) -> None:
    """P-61: answers, errors and files of every address have a policy, nosniff, a referrer policy and HSTS."""
    bare = {}
    async with a_filled_town(tmp_path / "data") as peopled:
        await peopled.add("everything", *GRANTED, unit="roads")
        answers = await _answers(peopled, "https://megdan.test")
    for address, reply in answers:
        policy = {part.strip() for part in reply.headers.get("content-security-policy", "").split(";")}
        armour = {
            "policy": {"default-src 'self'", "object-src 'none'", "base-uri 'self'", "frame-ancestors 'none'"}
            <= policy,
            "inline": "unsafe" not in reply.headers.get("content-security-policy", "unsafe"),
            "sniff": reply.headers.get("x-content-type-options") == "nosniff",
            "referrer": reply.headers.get("referrer-policy") in {"same-origin", "no-referrer"},
            "hsts": "max-age=31536000" in reply.headers.get("strict-transport-security", ""),
            "type": "content-type" in reply.headers or reply.status_code in {204, 304, 303},
            "silent": not {"server", "x-powered-by", "access-control-allow-origin"} & set(reply.headers),
        }
        if missing := [name for name, is_there in armour.items() if not is_there]:
            bare[f"{address} {reply.status_code}"] = missing

    assert {} == bare


async def test_plain_http_promises_no_encryption(peopled: Peopled) -> None:
    """P-61: HSTS comes over https alone; a forged X-Forwarded-Proto does not make it come."""
    async with peopled.browser() as browser:
        browser.base_url = httpx.URL("http://megdan.test")
        replies = [await browser.get("/", headers=each) for each in ({}, {"x-forwarded-proto": "https"})]

    assert [False, False] == ["strict-transport-security" in reply.headers for reply in replies]


AWAY = [
    "//evil.test",
    "///evil.test",
    "https://evil.test",
    "http:evil.test",
    "https:evil.test",
    "javascript:alert(1)",
    "data:text/html,x",
    "\\\\evil.test",
    "/\\evil.test",
    "\\/evil.test",
    "/%0d%0aX:y",
    "evil.test",
    "@evil.test",
    ".evil.test",
    "://evil.test",
    "%2f%2fevil.test",
    "////evil.test//..",
    "mailto:x@evil.test",
    "vbscript:x",
    "//evil.test@megdan.test",
    "/\t/evil.test",
    "\t//evil.test",
    " //evil.test",
    "/\n/evil.test",
    "/\r\nX:y",
    "/\x00/evil.test",
    "/\u3000/evil.test",
    "",
    "x" * 3000,
]


@pytest.mark.parametrize("prefix", ["", "/en"])
async def test_nobody_is_sent_away_after_signing_in(peopled: Peopled, prefix: str) -> None:
    """P-62: a `next` that points away, however it is written, is home; in the form and for whoever is signed in."""
    came_to = set()
    for wanted in AWAY:
        async with peopled.browser() as browser:
            page = await browser.get(f"{prefix}/signin?next={quote(wanted)}")
            token = re.search(r'name="csrf" value="([^"]+)"', page.text)
            assert token is not None
            form = {"csrf": token.group(1), "user": "citizen", "password": PASSWORD, "next": wanted}
            posted = await browser.post(f"{prefix}/signin", data=form)
            again = await browser.get(f"{prefix}/signin?next={quote(wanted)}")
        came_to |= {reply.headers["location"] for reply in (posted, again)}
        came_to |= {_place_of(location) for location in came_to}

    assert came_to <= {prefix or "/", *(each for each in came_to if _stays(each))}
    assert {"megdan.test"} == {urlsplit(urljoin("https://megdan.test/signin", each)).netloc for each in came_to}


def _place_of(location: str) -> str:
    return urljoin("https://megdan.test/signin", location.replace("\\", "/"))


def _stays(location: str) -> bool:
    return urlsplit(_place_of(location)).netloc == "megdan.test"


async def test_no_page_links_to_another_house(peopled: Peopled) -> None:
    """P-62: an address that was made to look like another house's does not make our own pages link there."""
    wrong = {}
    async with peopled.browser() as browser:
        for path in (
            "/en//evil.test/x",
            "//evil.test/x",
            "/en///evil.test",
            "/en/\\evil.test",
            "/en/%2fevil.test",
            "/en/%5cevil.test",
        ):
            page = await browser.get(path, headers={"host": "megdan.test"})
            for link in re.findall(r'(?:href|action|src)="([^"]*)"', page.text):
                if not link.startswith(("tel:", "mailto:")) and not _stays(link):
                    wrong[path] = link

    assert {} == wrong


async def test_nothing_is_built_from_the_host(peopled: Peopled) -> None:
    """P-62: whatever Host, X-Forwarded-Host or absolute address is asked for, pages and redirects stay the same."""
    pages = [prefix + real(path) for path, taken in FOR_ALL.items() if "GET" in taken for prefix in ("", "/en")]
    hosts = ("evil.test", "evil.test:443", "megdan.test@evil.test", "evil.test/en", "evil.test?x", "", "[::1]")
    differs = []
    async with peopled.browser() as browser:
        browser.headers["cookie"] = "__Host-megdan-visitor=mine"
        for page in (*pages, "/nowhere", f"{API}/surveys", "/api/openapi.json", "/api/docs"):
            right = await browser.get(page)
            for host in hosts:
                forged = {"host": host, "x-forwarded-host": "evil.test", "forwarded": "host=evil.test"}
                reply = await browser.get(page, headers=forged)
                if (_without_number(right), right.status_code) != (_without_number(reply), reply.status_code):
                    differs.append((page, host))

    assert [] == differs


def _without_number(reply: httpx.Response) -> tuple[str, str | None]:
    return re.sub(r"[0-9a-f]{16}", "…", reply.text), reply.headers.get("location")
