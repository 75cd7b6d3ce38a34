"""Requests that no browser makes, over raw sockets: smuggled ones, odd paths, odd methods, other protocols."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import pytest_asyncio

from deploy.access import ALL
from services.gateway.edge.caller import SESSION_COOKIE
from tests.failure.access_town import SURVEY, Peopled, a_filled_town, on_a_port
from tests.failure.test_access_forgery import real

pytestmark = pytest.mark.asyncio(loop_scope="module")

HIDDEN = b"GET /api/v1/users HTTP/1.1\r\nHost: x\r\nX-Hidden: 1\r\n\r\n"
LAST = b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
AT = b"POST /api/v1/withdrawals HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Peopled, int]]:
    async with (
        a_filled_town(tmp_path_factory.mktemp("wire") / "data") as peopled,
        on_a_port(peopled.town.system.gateway.app) as port,
    ):
        yield peopled, port


async def raw(port: int, sent: bytes) -> bytes:
    """Send bytes; return what comes until the server closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    answer = b""
    async with asyncio.timeout(60):
        with suppress(ConnectionError):
            while part := await reader.read(65536):
                answer += part
    writer.close()
    return answer


def statuses(answer: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


AMBIGUOUS = {
    "two lengths": AT + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "the same length twice": AT + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "a list of lengths": AT + b"Content-Length: 2, 2\r\n\r\n{}",
    "a length with a sign": AT + b"Content-Length: +2\r\n\r\n{}",
    "a negative length": AT + b"Content-Length: -2\r\n\r\n{}",
    "a length beyond numbers": AT + b"Content-Length: 99999999999999999999999\r\n\r\n{}",
    "length and chunks": AT + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "chunks and length": AT + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" + HIDDEN,
    "nearly chunked": AT + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "chunked and more": AT + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a blank before the colon": AT + b"Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a folded line": AT + b"X-A: b\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a chunk in hex with x": AT + b"Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n",
    "chunks by bare newlines": AT + b"Transfer-Encoding: chunked\r\n\r\n2\n{}\n0\n\n",
    "lines by bare newlines": b"GET / HTTP/1.1\nHost: x\n\n",
    "a bare return in a header": b"GET / HTTP/1.1\r\nHost: x\rX: y\r\n\r\n",
    "a NUL in a header": b"GET / HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
    "bytes in the path": b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    "bytes in the query": b"GET /?\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    "no method": b"MEGDAN / HTTP/1.1\r\nHost: x\r\n\r\n",
    "a tunnel": b"CONNECT evil.test:80 HTTP/1.1\r\nHost: x\r\n\r\n",
    "another version": b"GET / HTTP/1.2\r\nHost: x\r\n\r\n",
    "HTTP/2 at once": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}


@pytest.mark.parametrize("what", AMBIGUOUS)
async def test_a_request_that_two_would_read_differently_is_refused(served: tuple[Peopled, int], what: str) -> None:
    """P-61: what is ambiguous or no HTTP gets one 400, armoured like every answer, and the connection is closed."""
    answer = await raw(served[1], AMBIGUOUS[what])

    assert [400] == statuses(answer)
    for header in (b"content-security-policy: default-src 'self'", b"x-content-type-options: nosniff", b"no-store"):
        assert header in answer
    assert b"referrer-policy: same-origin" in answer


@pytest.mark.parametrize(
    ("sent", "right"),
    [
        (AT + b"Content-Length: %d\r\n\r\n" % len(HIDDEN) + HIDDEN, [422, 200]),
        (b"GET /api/v1/surveys HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(HIDDEN) + HIDDEN, [200, 200]),
        (b"POST /api/v1/users HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(HIDDEN) + HIDDEN, [401, 200]),
        (b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(HIDDEN) + HIDDEN, [403, 200]),
        (AT + b"Content-Length: 2000000\r\n\r\n" + HIDDEN, [413]),
        (b"HEAD /surveys HTTP/1.1\r\nHost: x\r\n\r\n" + HIDDEN, [200, 401, 200]),
        (AT + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n" + HIDDEN, [422, 401, 200]),
    ],
)
async def test_a_body_is_never_taken_for_the_next_request(
    served: tuple[Peopled, int], sent: bytes, right: list[int]
) -> None:
    """P-51: a request hidden in a body, read or refused, is not carried out; only what really follows is."""
    assert right == statuses(await raw(served[1], sent + LAST))


@pytest.mark.parametrize("protocol", [b"websocket", b"h2c", b"HTTP/2.0", b"TLS/1.0"])
async def test_no_upgrade_leads_past_the_door(served: tuple[Peopled, int], protocol: bytes) -> None:
    """P-51: whoever asks for another protocol gets the answer of this one: nothing is upgraded, nobody is let in."""
    asked = b"Connection: Upgrade, close\r\nUpgrade: " + protocol + b"\r\nSec-WebSocket-Version: 13\r\n"
    key = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n"
    answers = [
        await raw(served[1], b"GET %b HTTP/1.1\r\nHost: x\r\n" % path + asked + key)
        for path in (b"/api/v1/users", b"/api/v1/operations/surveys/status", b"/")
    ]

    assert [[401], [401], [200]] == [statuses(answer) for answer in answers]


TRICKS = [
    "//api/v1/users",
    "/api//v1/users",
    "/api/v1//users",
    "/API/V1/USERS",
    "/api/v1/Users",
    "/api/v1/users/",
    "/api/v1/users/.",
    "/api/v1/./users",
    "/api/v1/x/../users",
    "/api/v1/%2e/users",
    "/api/v1/x/%2e%2e/users",
    "/api/v1/x%2f..%2fusers",
    "/api/v1/users%2f",
    "/api/v1/users%00",
    "/api/v1/users;a=b",
    "/api/v1/users%20",
    "/api/v1/%75sers/",
    "/api/v1/users.json",
    "/api/v1/users%3f",
    "/%61pi/v1/users",
    "/api/v1/surveys/../users",
    "/api/v1/surveys/..%2fusers",
    "/en/api/v1/users",
    "/api/v1/operations/../users",
    "/api/v1/gateway/users",
    "/users",
    "/gateway/users",
    "/api/v1\\\\users",
    "/api/v1/users%0a",
    "/static/../api/v1/users",
    "/static/..%2f..%2fsettings.py",
    "/static/%2e%2e/x",
    "/api/v1/operations/surveys/../gateway/status",
    "/api/v1/operations%2fsurveys/status",
    "/operations/surveys/status",
]
OPEN = {200, 201, 204, 301, 302, 303, 307, 308}


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS", "HEAD", "TRACE"])
async def test_no_spelling_of_an_address_opens_it(served: tuple[Peopled, int], method: str) -> None:
    """P-51: doubled, encoded, dotted, cased or cut addresses are nowhere, refused or the very address; none lets in."""
    opened = {}
    for path in TRICKS:
        sent = f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
        if set(found := statuses(await raw(served[1], sent))) & OPEN:
            opened[path] = found

    assert {} == opened


async def test_an_absolute_address_goes_nowhere_else(served: tuple[Peopled, int]) -> None:
    """P-63: we are nobody's proxy: an address of another house in the request line is one of ours, or none."""
    answers = [
        await raw(served[1], f"GET {url} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        for url in ("http://evil.test/api/v1/users", "https://evil.test/nowhere", "http://evil.test@x/nowhere")
    ]

    assert [[401], [404], [404]] == [statuses(answer) for answer in answers]


async def test_two_cookies_and_two_tokens_are_no_two_people(served: tuple[Peopled, int]) -> None:
    """P-51: doubled credentials are refused or are one of them, and never more than that one may."""
    peopled, port = served
    citizen, boss = peopled.people["citizen"], peopled.people["administrator"]
    cookies = [each.browser.cookies[SESSION_COOKIE] for each in (citizen, boss)]
    tokens = [each.bearer["Authorization"] for each in (citizen, boss)]
    heads = [
        f"Authorization: {tokens[0]}\r\nAuthorization: {tokens[1]}",
        f"Authorization: {tokens[0]}\r\nCookie: {SESSION_COOKIE}={cookies[1]}",
        f"Authorization: {tokens[0]}, {tokens[1]}",
        f"Authorization: Bearer\r\nCookie: {SESSION_COOKIE}={cookies[1]}",
    ]
    answers = [
        await raw(port, f"GET /api/v1/users HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{head}\r\n\r\n".encode())
        for head in heads
    ]

    assert [[401], [403], [401], [401]] == [statuses(answer) for answer in answers]


TYPES = (
    "",
    "application/octet-stream",
    "text/html",
    "application/xml",
    "x",
    "application/json; charset=utf-16",
    "a/b\x7f",
)


async def test_a_body_of_no_type_or_an_odd_one_is_no_fault_of_ours(served: tuple[Peopled, int]) -> None:
    """P-45: every endpoint that takes JSON answers a body without a type, or of an odd one, below 500."""
    peopled, _ = served
    everything = await peopled.add("everything", "expert", "officer", "administrator", unit="roads")
    for method, path in sorted(ALL):
        for kind in TYPES if method not in {"GET", "DELETE"} else ():
            headers = everything.bearer | ({"content-type": kind} if kind else {})
            address = real(path).replace(SURVEY, "nowhere")
            for body in (b"", b"{}", b"[]", b"\xff", b'{"receipt":"x"}'):
                reply = await peopled.town.public.request(method, address, content=body, headers=headers)

                assert reply.status_code < 500, (method, path, kind, body)
