"""Sessions, tokens, receipts and the first link: how they are made, kept and shown, and how they end."""

import re
from datetime import timedelta
from pathlib import Path
from secrets import token_urlsafe

import httpx
import pytest

from services.gateway.edge.caller import SESSION_COOKIE, VISITOR_COOKIE
from services.surveys.domain.responses import ResponseKeys
from tests.failure.access_town import CHEAP, PASSWORD, SURVEY, Json, Peopled, a_filled_town, all_that_is_kept
from tests.system.conftest import a_town

pytestmark = pytest.mark.asyncio(loop_scope="module")

RULES = {"path=/", "secure", "httponly", "samesite=lax"}
LEAST_BYTES = 16
"""128 bits."""


def _rules(cookie: str) -> set[str]:
    return {part.strip().lower() for part in cookie.split(";")[1:]} - {""}


async def _signed_in(browser: httpx.AsyncClient) -> httpx.Response:
    return await browser.post("/api/v1/session", json={"user": "citizen", "password": PASSWORD})


async def test_signing_in_begins_a_session_under_a_new_id(peopled: Peopled) -> None:
    """P-56: a cookie that somebody planted before signing in is never the session, and the one before it is dead."""
    async with peopled.browser() as browser:
        planted = "planted" * 7
        first = await browser.post(
            "/api/v1/session",
            json={"user": "citizen", "password": PASSWORD},
            headers={"cookie": f"{SESSION_COOKIE}={planted}"},
        )
        one = browser.cookies[SESSION_COOKIE]
        browser.headers["x-csrf-token"] = first.json()["csrf"]
        second = await _signed_in(browser)
        two = browser.cookies[SESSION_COOKIE]
        alive = [await _is_alive(peopled, cookie) for cookie in (planted, one, two)]

    assert (200, 200) == (first.status_code, second.status_code)
    assert ([False, False, True], 3) == (alive, len({planted, one, two}))


async def _is_alive(peopled: Peopled, cookie: str) -> bool:
    reply = await peopled.town.public.get("/me", headers={"cookie": f"{SESSION_COOKIE}={cookie}"})
    return reply.status_code == 200


async def test_signing_out_kills_the_session_on_the_server(peopled: Peopled) -> None:
    """P-56: by the page as by the API, a copied cookie is worth nothing after signing out, and other sessions live."""
    by_page, by_api, other = [await peopled.signed_in("citizen") for _ in range(3)]
    cookies = [browser.cookies[SESSION_COOKIE] for browser in (by_page, by_api, other)]
    out = [
        (await by_page.post("/signout", content=b"")).status_code,
        (await by_api.delete("/api/v1/session")).status_code,
    ]
    gone = [SESSION_COOKIE in browser.cookies for browser in (by_page, by_api)]
    alive = [await _is_alive(peopled, cookie) for cookie in cookies]
    for browser in (by_page, by_api, other):
        await browser.aclose()

    assert ([303, 204], [False, False], [False, False, True]) == (out, gone, alive)


async def test_every_cookie_is_bound_to_this_host_and_hidden_from_scripts(peopled: Peopled) -> None:
    """P-56: all cookies are `__Host-`, Secure, HttpOnly, SameSite; the receipt's `__Secure-`, for one address alone."""
    cookies: list[str] = []
    async with peopled.browser() as browser:

        async def step(method: str, path: str, **more: Json) -> httpx.Response:
            reply = await browser.request(method, path, **more)
            cookies.extend(reply.headers.get_list("set-cookie"))
            return reply

        page = await step("GET", f"/surveys/{SURVEY}")
        csrf = _csrf(page)
        begun = await step("POST", f"/surveys/{SURVEY}", data={"csrf": csrf})
        at = begun.headers["location"].rpartition("/")[0]
        sent = {"csrf": csrf, "shown": "one many roads each order own", "go": "on", "one": "a"}
        await step("POST", f"{at}/1", data=sent)
        await step("POST", f"{at}/check", data={"csrf": csrf})
        await step("POST", "/signin", data={"csrf": csrf, "user": "citizen", "password": PASSWORD})
        await step("POST", "/api/v1/session", json={"user": "citizen", "password": PASSWORD}, headers={"cookie": "a=b"})
    of_host = [each for each in cookies if each.startswith("__Host-")]
    others = [each for each in cookies if not each.startswith("__Host-")]

    assert {VISITOR_COOKIE, SESSION_COOKIE, f"__Host-megdan-draft-{SURVEY}"} == {each.split("=")[0] for each in of_host}
    assert all(_rules(each) >= RULES and "domain=" not in each.lower() for each in of_host)
    assert {"__Secure-megdan-receipt"} == {each.split("=")[0] for each in others}
    narrow = {f"path={prefix}{at}/thanks".lower() for prefix in ("", "/en")}
    assert all(_rules(each) & narrow and _rules(each) >= RULES - {"path=/"} for each in others)


async def test_an_unused_session_ends_and_a_used_one_does_not_last_for_ever(tmp_path: Path) -> None:
    """P-56: half a day unused, or a week used, and the session is over on the server."""
    async with a_filled_town(tmp_path / "data") as peopled:
        town, settings = peopled.town, peopled.town.system.gateway.house.settings
        alive: list[bool] = []
        cookies = [peopled.people[name].browser.cookies[SESSION_COOKIE] for name in ("citizen", "expert")]
        while town.ahead.total_seconds() < settings.session_longest_s + 3600:
            town.ahead += timedelta(seconds=settings.session_idle_s / 2)
            alive.append(await _is_alive(peopled, cookies[0]))
        unused = await _is_alive(peopled, cookies[1])

    assert (True, False, False) == (alive[-3], alive[-1], unused)


async def test_secrets_are_long_random_and_kept_as_hashes(peopled: Peopled, data: Path) -> None:
    """P-57: sessions, tokens, set-up links and receipts hold 128 random bits or more, and only hashes are on disk."""
    town = peopled.town
    session = (await peopled.signed_in("citizen")).cookies[SESSION_COOKIE]
    token = (await town.operator.post("/tokens", json={"roles": ["expert"]})).json()["token"]
    given = await peopled.respond()
    await town.settle()
    kept = repr(all_that_is_kept(data))
    raw = b"".join(file.read_bytes() for file in _files(data))
    secrets = [session, token, token.split("_", 2)[2], given["receipt"], given["receipt"].replace("-", "")]

    assert [] == [each for each in [*secrets, PASSWORD, given["response"]] if each in kept or each.encode() in raw]
    bits = [len(session) * 6, len(token.split("_", 2)[2]) * 6, len(given["receipt"].replace("-", "")) * 5]
    assert all(each >= LEAST_BYTES * 8 for each in bits)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.db*"))


async def test_no_two_secrets_are_alike(peopled: Peopled) -> None:
    """P-57: of a hundred tokens, sessions and receipts no two share a tail, and receipts depend on survey and id."""
    town = peopled.town
    tokens = [(await town.operator.post("/tokens", json={"roles": ["citizen"]})).json()["token"] for _ in range(100)]
    user = await town.system.gateway.house.accounts.called("citizen")
    cookies = [(await town.system.gateway.house.sessions.begin(user)).cookie for _ in range(100)]
    keys = ResponseKeys(peopled.town.system.gateway.house.recognition._secret)
    receipts = [keys.receipt(f"s{number % 10}", token_urlsafe(24)) for number in range(100)]
    receipts += [keys.receipt(survey, "r" * 30) for survey in ("a", "b")]

    assert [100, 100, 102] == [len({each[-12:] for each in made}) for made in (tokens, cookies, receipts)]


async def test_a_token_is_shown_once(peopled: Peopled) -> None:
    """P-57: after it was made no list and no answer shows a token again, nor what it is kept as."""
    made = (await peopled.town.operator.post("/tokens", json={"roles": ["expert"], "purpose": "once"})).json()
    listed = (await peopled.town.operator.get("/tokens?limit=1000")).json()["items"]
    (found,) = [each for each in listed if each["id"] == made["id"]]

    assert {"token"} == set(made) - set(found)
    assert made["token"].split("_", 2)[2] not in repr(listed)
    assert "hash" not in repr(listed)


async def test_a_secret_of_one_purpose_is_none_of_another(peopled: Peopled) -> None:
    """P-57: a session is no token, a token no cookie, a receipt no draft, a csrf token nothing at all."""
    town = peopled.town
    browser = await peopled.signed_in("administrator")
    cookie, csrf = browser.cookies[SESSION_COOKIE], browser.headers["x-csrf-token"]
    token = (await town.operator.post("/tokens", json={"roles": ["administrator"]})).json()["token"]
    given = await peopled.respond()
    link = await _a_link(peopled)
    bearers = [cookie, csrf, given["receipt"], link, f"megdan_{cookie}", f"megdan__{cookie}"]
    cookies = [token, token.split("_", 2)[2], csrf, given["receipt"], link]
    receipts = [given["response"], token[:100], cookie, csrf]
    statuses = [(await town.public.get("/users", headers={"authorization": f"Bearer {each}"})) for each in bearers]
    statuses += [(await town.public.get("/users", headers={"cookie": f"{SESSION_COOKIE}={each}"})) for each in cookies]
    for each in (token, cookie, given["receipt"]):
        body = {"token": each, "user": "first", "password": PASSWORD}
        statuses.append(await town.public.post("/setup", json=body))
    statuses += [await town.public.post("/withdrawals", json={"receipt": each}) for each in receipts]
    statuses.append(await town.public.get(f"/surveys/{SURVEY}/drafts/{given['receipt']}"))
    await browser.aclose()

    assert {401, 404} == {reply.status_code for reply in statuses}


async def _a_link(peopled: Peopled) -> str:
    return await peopled.town.system.gateway.first_administrator_token() or "none"


async def test_no_secret_travels_in_an_address(peopled: Peopled) -> None:
    """P-57: a token, session or receipt in a query or path is not taken, and no redirect holds one."""
    town = peopled.town
    token = (await town.operator.post("/tokens", json={"roles": ["administrator"]})).json()["token"]
    cookie = peopled.people["administrator"].browser.cookies[SESSION_COOKIE]
    given = await peopled.respond()
    asked = [f"/users?{name}={token}" for name in ("token", "access_token", "bearer", "authorization", "api_key")]
    asked += [f"/users?{SESSION_COOKIE}={cookie}", f"/me?session={cookie}"]
    statuses = {(await town.public.get(path)).status_code for path in asked}
    by_address = [
        (await town.public.request(method, path)).status_code
        for method, path in (
            ("POST", f"/withdrawals?receipt={given['receipt']}"),
            ("DELETE", f"/withdrawals/{given['receipt']}"),
            ("GET", f"/withdrawals/{given['receipt']}"),
        )
    ]

    assert ({401}, [422, 404, 404]) == (statuses, by_address)
    async with peopled.browser() as browser:
        page = await browser.get("/withdraw?receipt=" + given["receipt"])
    assert f'value="{given["receipt"]}"' not in page.text


async def test_the_link_of_the_first_start_dies_with_its_first_use(tmp_path: Path) -> None:
    """P-57: the one secret that is an address opens once, within a day, and nothing on its page leads elsewhere."""
    async with a_town(tmp_path / "data", **CHEAP) as town:
        old = await town.system.gateway.first_administrator_token()
        link = await town.system.gateway.first_administrator_token()
        transport = httpx.ASGITransport(town.system.gateway.app, client=("203.0.113.5", 4711))
        async with httpx.AsyncClient(transport=transport, base_url="https://megdan.test") as browser:
            page = await browser.get(f"/setup/{link}")
            form = {"csrf": _csrf(page), "user": "first", "password": PASSWORD}
            posted = [await browser.post(f"/setup/{each}", data=form) for each in (old, link, link)]
            again = await browser.get(f"/setup/{link}")
        town.ahead = timedelta(days=2)

    assert ([404, 303, 403], 404) == ([reply.status_code for reply in posted], again.status_code)
    assert ("no-store", "same-origin") == (page.headers["cache-control"], page.headers["referrer-policy"])
    assert [] == re.findall(r'(?:href|src|action)="(?:https?:)?//', page.text)


async def test_the_link_of_the_first_start_holds_for_a_day(tmp_path: Path) -> None:
    """P-57: a link that nobody used is dead after a day."""
    async with a_town(tmp_path / "data", **CHEAP) as town:
        link = await town.system.gateway.first_administrator_token()
        body = {"token": link, "user": "first", "password": PASSWORD}
        town.ahead = timedelta(hours=25)
        reply = await town.public.post("/setup", json=body)

    assert 404 == reply.status_code


def _csrf(page: httpx.Response) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found is not None
    return found.group(1)
