"""Who may keep an answer: what is private nobody, what is public is the same for all; tried through a shared cache."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from secrets import token_urlsafe

import httpx
import pytest

from tests.failure.access_town import SURVEY, Peopled
from tests.failure.test_access_answers import API, every_address

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Cache:
    """A small cache that many share, as HTTP lets it be: it keeps by address and what `Vary` names."""

    behind: httpx.AsyncClient
    kept: dict[str, list[tuple[dict[str, str], httpx.Response]]] = field(default_factory=dict)
    served: int = 0

    async def get(self, path: str, headers: dict[str, str]) -> httpx.Response:
        for said, reply in self.kept.get(path, ()):
            if all((headers.get(name) or "") == value for name, value in said.items()):
                again = await self.behind.get(path, headers=headers | _conditions(reply))
                if again.status_code == 304 or _is_fresh(reply):
                    self.served += 1
                    return reply
        reply = await self.behind.get(path, headers=headers)
        if _may_be_kept(reply):
            names = [
                name.strip().lower() for name in ",".join(reply.headers.get_list("vary")).split(",") if name.strip()
            ]
            self.kept.setdefault(path, []).append(({name: headers.get(name) or "" for name in names}, reply))
        return reply


def _conditions(reply: httpx.Response) -> dict[str, str]:
    return {"if-none-match": reply.headers["etag"]} if "etag" in reply.headers else {}


def _directives(reply: httpx.Response) -> set[str]:
    return {each.strip().lower() for each in reply.headers.get("cache-control", "").split(",")}


def _may_be_kept(reply: httpx.Response) -> bool:
    return reply.status_code == 200 and not _directives(reply) & {"no-store", "private"}


def _is_fresh(reply: httpx.Response) -> bool:
    ages = [each for each in _directives(reply) if each.startswith(("max-age=", "s-maxage="))]
    return "no-cache" not in _directives(reply) and any(int(each.partition("=")[2]) > 0 for each in ages)


def _readers(peopled: Peopled) -> Iterator[tuple[str, dict[str, str]]]:
    yield "visitor", {"accept-language": "bg"}
    for name in ("citizen", "expert", "officer", "administrator"):
        someone = peopled.people[name]
        yield name, {"accept-language": "bg", "authorization": someone.bearer["Authorization"]}
        cookies = "; ".join(f"{each}={value}" for each, value in someone.browser.cookies.items())
        yield f"{name}'s browser", {"accept-language": "bg", "cookie": cookies}


async def test_a_shared_cache_gives_nobody_what_is_anothers(peopled: Peopled) -> None:
    """P-66: through a cache everybody gets what they would get without it, private answers and public ones alike."""
    addresses = sorted(
        {address for method, address in every_address() if method == "GET"} - {"/metrics", "/health/ready"}
    )
    readers, differs = dict(_readers(peopled)), {}
    async with peopled.browser() as browser:
        cache = Cache(browser)
        style = re.search(r'href="(/static/site[^"]+)"', (await browser.get("/")).text)
        assert style is not None
        for name in ("visitor", "expert", "officer's browser", "citizen", "visitor"):
            for address in (*addresses, style.group(1)):
                cached = await cache.get(address, readers[name])
                plain = await browser.get(address, headers=readers[name])
                if (cached.status_code, _calm(cached)) != (plain.status_code, _calm(plain)):
                    differs[f"{name} {address}"] = cached.status_code

    assert {} == differs
    assert cache.served > 0


def _calm(reply: httpx.Response) -> str:
    """An answer without what differs from one moment to the next."""
    text = re.sub(r'name="csrf" value="[^"]+"|[0-9a-f]{16}', "…", reply.text)
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "…", text)


async def test_what_is_private_is_kept_by_nobody(peopled: Peopled) -> None:
    """P-66: every answer to somebody who was recognised, and every draft, receipt and error, is `no-store`."""
    kept = {}
    for name, headers in _readers(peopled):
        for method, address in every_address() if name != "visitor" else ():
            if method == "GET" and not address.startswith("/static/"):
                async with peopled.browser() as browser:
                    reply = await browser.get(address, headers=headers)
                if "no-store" not in _directives(reply):
                    kept[f"{name} {address}"] = reply.headers.get("cache-control")
    async with peopled.browser() as visitor:
        draft = f"{API}/surveys/{SURVEY}/drafts/{token_urlsafe(24)}"
        private = [
            await visitor.put(draft, json={"answers": {}}),
            await visitor.get(draft),
            await visitor.put(f"{API}/surveys/{SURVEY}/responses/{token_urlsafe(24)}", json={"answers": {"one": "a"}}),
            await visitor.get("/signin"),
            await visitor.get("/withdraw"),
            await visitor.get(f"/surveys/{SURVEY}"),
            await visitor.get("/nowhere"),
            await visitor.get(f"{API}/users"),
        ]
    kept |= {str(reply.url): "?" for reply in private if "no-store" not in _directives(reply)}

    assert {} == kept


async def test_what_is_public_is_the_same_for_all(peopled: Peopled) -> None:
    """P-66: an answer that a cache may keep sets no cookie and shows nothing of who asked first."""
    wrong = {}
    async with peopled.browser() as browser:
        for method, address in every_address():
            if method == "GET":
                reply = await browser.get(address, headers={"cookie": ""})
                if _may_be_kept(reply) and "set-cookie" in reply.headers:
                    wrong[address] = reply.headers["set-cookie"]

    assert {} == wrong
