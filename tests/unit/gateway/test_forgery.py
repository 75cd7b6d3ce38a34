"""Writes that another site makes a browser send."""

from urllib.parse import urlencode

import pytest

from services.gateway.edge.caller import SESSION_COOKIE, VISITOR_COOKIE
from services.gateway.edge.forgery import form_token
from tests.unit.gateway.builders import HOME, PASSWORD, Door

OPEN = "/api/v1/surveys/vision/open"
FORM = {"content-type": "application/x-www-form-urlencoded"}

WRITES = [
    ("POST", OPEN),
    ("PUT", "/api/v1/surveys/v/responses/r"),
    ("POST", "/api/v1/session"),
    ("DELETE", "/api/v1/session"),
    ("PUT", "/api/v1/me/password"),
    ("POST", "/api/v1/users"),
    ("PATCH", "/api/v1/users/x"),
    ("POST", "/api/v1/tokens"),
    ("DELETE", "/api/v1/tokens/x"),
]


@pytest.mark.parametrize(("method", "path"), WRITES)
async def test_a_session_needs_its_token_to_write(door: Door, method: str, path: str) -> None:
    """P-55: with the cookie alone, and with another session's token, a write is 403."""
    await door.add("maria", "expert", "administrator")
    browser, other = await door.signed_in("maria"), await door.signed_in("maria")
    statuses = [
        (await browser.request(method, path, json={}, headers={"x-csrf-token": token})).status_code
        for token in ("", "guess", other.headers["x-csrf-token"])
    ]

    assert [403] * 3 == statuses


FOREIGN = (
    {"origin": "https://evil.test"},
    {"origin": "null"},
    {"origin": f"{HOME}.evil.test"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"content-type": "text/plain"},
    {"content-type": "application/x-www-form-urlencoded; charset=utf-8"},
    {"content-type": "multipart/form-data; boundary=x"},
)


@pytest.mark.parametrize(("method", "path"), WRITES)
async def test_foreign_origins_and_form_types_are_refused(door: Door, method: str, path: str) -> None:
    """P-55: even with the token, and for visitors too."""
    await door.add("maria", "expert", "administrator")
    statuses = {
        (await client.request(method, path, content=b"{}", headers=headers)).status_code
        for client in (await door.signed_in("maria"), door.client())
        for headers in FOREIGN
    }

    assert {403} == statuses


async def test_an_own_origin_is_welcome(door: Door) -> None:
    """The site's own pages may write."""
    await door.add("maria", "expert")
    browser = await door.signed_in("maria")

    reply = await browser.post(OPEN, headers={"origin": HOME, "sec-fetch-site": "same-origin"})

    assert 200 == reply.status_code


async def test_a_bearer_token_speaks_for_itself(door: Door) -> None:
    """No browser adds it by itself, so that a program needs no other token and may send any type."""
    program = await door.program("expert")

    assert 200 == (await program.post(OPEN, headers={"content-type": "text/plain"})).status_code


@pytest.mark.parametrize("path", ["/signin", "/signout", "/en/signin", "/withdraw", "/surveys/vision"])
async def test_a_form_without_the_visitors_token_is_refused(door: Door, path: str) -> None:
    """P-55: no token, a token without its cookie, another cookie's token, a foreign origin: 403, as a page."""
    token = door.gateway.house.recognition.visitor_csrf("mine")
    tries = [
        ({}, ""),
        ({"csrf": token}, ""),
        ({"csrf": token}, f"{VISITOR_COOKIE}=another"),
        ({"csrf": ""}, f"{VISITOR_COOKIE}=mine"),
    ]
    replies = [
        await door.client().post(path, content=urlencode(form), headers=FORM | {"cookie": cookie})
        for form, cookie in tries
    ]
    foreign = {"cookie": f"{VISITOR_COOKIE}=mine", "origin": "https://evil.test"}
    replies.append(await door.client().post(path, content=urlencode({"csrf": token}), headers=FORM | foreign))

    assert [(403, "text/html; charset=utf-8")] * 5 == [
        (reply.status_code, reply.headers["content-type"]) for reply in replies
    ]


async def test_a_browser_without_cookies_is_told_so(door: Door) -> None:
    """A missing cookie is not told as a page that is too old."""
    token = door.gateway.house.recognition.visitor_csrf("mine")
    content = urlencode({"csrf": token})
    without = await door.client().post("/surveys/vision", content=content, headers=FORM)
    with_another = {"cookie": f"{VISITOR_COOKIE}=another"}
    old = await door.client().post("/surveys/vision", content=content, headers=FORM | with_another)

    assert (True, True) == ("Разрешете бисквитките" in without.text, "твърде дълго" in old.text)


async def test_a_dead_session_is_a_visitor(door: Door) -> None:
    """A cookie that is worth nothing neither helps nor hinders signing in."""
    await door.add("maria", "expert")
    browser = door.client()
    browser.cookies.set(SESSION_COOKIE, "dead")

    reply = await browser.post("/api/v1/session", json={"user": "maria", "password": PASSWORD})

    assert 200 == reply.status_code


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a=1", "csrf=ж".encode(), b"&".join([b"a=1"] * 3000), b"", b"{}"])
def test_what_is_no_form_holds_no_token(body: bytes) -> None:
    """Odd bodies are read as holding none."""
    assert form_token(body) is None
