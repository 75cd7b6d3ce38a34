"""Signing in and out on the pages."""

import re
from urllib.parse import urlencode

import httpx
import pytest

from services.gateway.edge.caller import SESSION_COOKIE, VISITOR_COOKIE
from services.gateway.signing_in import safe_next
from tests.unit.gateway.builders import PASSWORD, Door

FORM = {"content-type": "application/x-www-form-urlencoded"}


async def fill_in(browser: httpx.AsyncClient, path: str = "/signin", **fields: str) -> httpx.Response:
    """Open the form, fill it in and send it, as a browser does."""
    page = (await browser.get(path)).text
    (token,) = set(re.findall(r'name="csrf"\s+value="([^"]+)"', page))
    form = {"user": "maria", "password": PASSWORD, "csrf": token, **fields}
    return await browser.post(path, content=urlencode(form), headers=FORM)


async def test_the_form_signs_in(door: Door) -> None:
    """The form's page sets the visitor's cookie; sending it begins a session and leads on."""
    await door.add("maria", "expert")
    browser = door.client()

    reply = await fill_in(browser, next="/surveys/vision")

    assert (303, "/surveys/vision", True) == (
        reply.status_code,
        reply.headers["location"],
        SESSION_COOKIE in browser.cookies,
    )


async def test_the_page_of_a_form_is_kept_by_nobody(door: Door) -> None:
    """It holds a token that is one visitor's, whose cookie only the browser can use."""
    reply = await door.client().get("/signin")

    assert "no-store" == reply.headers["cache-control"]
    assert re.fullmatch(
        rf"{VISITOR_COOKIE}=[\w-]{{32}}; Path=/; Secure; HttpOnly; SameSite=Lax", reply.headers["set-cookie"]
    )


async def test_a_wrong_password_shows_the_form_again_in_its_language(door: Door) -> None:
    """With what to do, and without a session."""
    browser = door.client()
    replies = [await fill_in(browser, path, password="грешна парола!") for path in ("/signin", "/en/signin")]

    assert [422, 422] == [reply.status_code for reply in replies]
    assert ["Името или паролата не са верни", "The name or the password is wrong"] == [
        sentence
        for sentence, reply in zip(
            ("Името или паролата не са верни", "The name or the password is wrong"), replies, strict=True
        )
        if sentence in reply.text
    ]
    assert SESSION_COOKIE not in browser.cookies


async def test_a_pause_is_said_on_the_page(door: Door) -> None:
    """After too many tries: 429, for how long, and the form."""
    browser = door.client()
    for _ in range(6):
        reply = await fill_in(browser, password="грешна парола!")

    assert (429, True) == (reply.status_code, int(reply.headers["retry-after"]) >= 1)


async def test_signing_out_ends_the_session(door: Door) -> None:
    """The session is dead on the server, the cookie taken away, and one is home in one's language."""
    await door.add("maria", "expert")
    browser = await door.signed_in("maria")
    kept = browser.cookies[SESSION_COOKIE]
    reply = await browser.post("/en/signout", headers=FORM)
    thief = door.client()
    thief.cookies.set(SESSION_COOKIE, kept)

    assert (303, "/en") == (reply.status_code, reply.headers["location"])
    assert (False, 401) == (SESSION_COOKIE in browser.cookies, (await thief.get("/api/v1/me")).status_code)


async def test_whoever_is_in_goes_on(door: Door) -> None:
    """The form is not shown to somebody who has signed in; signing in again ends the session before."""
    await door.add("maria", "expert")
    browser = await door.signed_in("maria")
    old = browser.cookies[SESSION_COOKIE]
    shown = await browser.get("/signin", params={"next": "/plans"})
    form = urlencode({"user": "maria", "password": PASSWORD})
    again = await browser.post("/signin", content=form, headers=FORM)
    stale = door.client()
    stale.cookies.set(SESSION_COOKIE, old)

    assert (303, "/plans", 303, 401) == (
        shown.status_code,
        shown.headers["location"],
        again.status_code,
        (await stale.get("/api/v1/me")).status_code,
    )


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.test/",
        "//evil.test",
        "/\\evil.test",
        "\\\\evil.test",
        "///evil.test",
        "javascript:alert(1)",
        "/\t/evil.test",
        "/\r\nSet-Cookie: a=b",
        "evil",
        " /x",
        "/" + "x" * 3000,
        "",
        None,
    ],
)
def test_next_never_leads_away(wanted: str | None) -> None:
    """What is not an address of this site leads home."""
    assert "/en" == safe_next(wanted, "/en")


@pytest.mark.parametrize("wanted", ["/", "/surveys/vision?a=1&b=%2F#x", "/en/plans"])
def test_next_leads_to_own_pages(wanted: str) -> None:
    """Addresses of this site are kept, with query and fragment."""
    assert wanted == safe_next(wanted, "/")


async def test_a_person_is_named_on_the_pages(door: Door) -> None:
    """Whoever signed in sees that; a visitor sees the way in."""
    await door.add("maria", "expert")

    pages = [(await client.get("/help")).text for client in (await door.signed_in("maria"), door.client())]

    assert [True, False] == ["maria" in page for page in pages]
