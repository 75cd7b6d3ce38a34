"""What every answer carries."""

from pathlib import Path

import pytest

from tests.unit.gateway.builders import HOME, Door, a_door, cheap

EVERY_KIND = [
    ("GET", "/"),
    ("GET", "/en"),
    ("GET", "/signin"),
    ("GET", "/no/such/page"),
    ("POST", "/signin"),
    ("DELETE", "/"),
    ("GET", "/static/nothing"),
    ("GET", "/api/v1/surveys/v"),
    ("GET", "/api/v1/nothing"),
    ("POST", "/api/v1/surveys/v/open"),
    ("PUT", "/api/v1/surveys/v"),
    ("GET", "/api/openapi.json"),
    ("GET", "/api/docs"),
    ("GET", "/api/nothing"),
    ("GET", "/health/live"),
    ("GET", "/health/nothing"),
    ("GET", "/metrics"),
]


@pytest.mark.parametrize(("method", "path"), EVERY_KIND)
async def test_every_answer_carries_the_security_headers(door: Door, method: str, path: str) -> None:
    """Errors too: policy, no frames, no sniffing, referrer, HSTS, and the id to ask about it."""
    headers = (await door.client().request(method, path)).headers

    policy = headers["content-security-policy"]
    assert ("nosniff", "same-origin", True, 16) == (
        headers["x-content-type-options"],
        headers["referrer-policy"],
        headers["strict-transport-security"].startswith("max-age="),
        len(headers["x-correlation-id"]),
    )
    assert all(part in policy for part in ("default-src 'self'", "frame-ancestors 'none'", "form-action 'self'"))


async def test_without_encryption_there_is_no_hsts(door: Door) -> None:
    """A browser on the machine itself is not sent to https for a year."""
    reply = await door.client(base="http://127.0.0.1:8080", address="127.0.0.1").get("/health/live")

    assert "strict-transport-security" not in reply.headers


@pytest.mark.parametrize("path", ["/help", "/api/v1/surveys/v", "/api/v1/nothing", "/"])
async def test_what_is_for_somebody_is_kept_by_nobody(door: Door, path: str) -> None:
    """For whoever signed in, `no-store`."""
    await door.add("maria", "expert")
    browser = await door.signed_in("maria")

    assert "no-store" == (await browser.get(path)).headers["cache-control"]


async def test_a_public_page_is_the_same_for_all(door: Door) -> None:
    """Two visitors get the same bytes and no cookie; a cache may keep them and ask again."""
    first, second = await door.client().get("/help"), await door.client().get("/help")

    assert (200, first.content, None) == (second.status_code, second.content, first.headers.get("set-cookie"))
    assert "public, max-age=0, must-revalidate" == first.headers["cache-control"]
    assert "Cookie" in first.headers["vary"]


async def test_files_named_by_their_content_are_kept_forever(door: Door) -> None:
    """A style sheet may be kept even for whoever signed in."""
    await door.add("maria", "expert")
    browser = await door.signed_in("maria")
    page = (await browser.get("/help")).text
    address = "/static/site-" + page.split("/static/site-")[1].split('"')[0]

    reply = await browser.get(address)

    assert (200, True, "Cookie" in reply.headers.get("vary", "")) == (
        reply.status_code,
        "immutable" in reply.headers["cache-control"],
        False,
    )


async def test_problems_come_in_the_readers_language(door: Door) -> None:
    """By Accept-Language on the API, by the address on the pages; the shape is RFC 9457's."""
    api = [(await door.client().get("/api/v1/x", headers={"accept-language": lang})).json() for lang in ("bg", "en")]
    pages = [(await door.client().get(path)).text for path in ("/nothing", "/en/nothing")]

    assert ["Няма такъв адрес.", "There is no such address."] == [problem["detail"] for problem in api]
    assert {"type", "title", "status", "detail", "instance"} == set(api[0])
    assert [True, True] == ['lang="bg"' in pages[0], 'lang="en"' in pages[1]]


async def test_a_wrong_method_is_405(door: Door) -> None:
    """An address that takes no such request says so, on the API and on the pages."""
    statuses = [
        (await door.client().get("/api/v1/session")).status_code,
        (await door.client().put("/help")).status_code,
    ]

    assert [405, 403] == statuses


async def test_when_too_many_come_at_once_the_rest_is_told_and_health_answers(tmp_path: Path) -> None:
    """P-29: over the limit: 503 with Retry-After at once; health goes on."""
    async with a_door(cheap(tmp_path, requests_at_once=1, requests_waiting=0)) as door:
        door.gateway.app._admission.working = 1  # type: ignore[attr-defined]  # as if one were being handled
        page, health = await door.client().get("/help"), await door.client().get("/health/live")

    assert (503, "2", 200) == (page.status_code, page.headers["retry-after"], health.status_code)


async def test_what_nobody_foresaw_is_told_as_ours(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of the gateway is 500 without a word about its inside, in the API and on the pages."""

    async def broken(*_: object) -> None:
        raise KeyError("secret")

    monkeypatch.setattr(door.gateway.house.recognition, "caller", broken)
    replies = [await door.client(base=HOME).get(path) for path in ("/api/v1/surveys/v", "/help")]

    assert [(500, False), (500, False)] == [(reply.status_code, "secret" in reply.text) for reply in replies]


async def test_a_server_may_start_and_stop_and_nothing_else_is_taken(door: Door) -> None:
    """The lifespan protocol is answered; a websocket is closed."""
    said: list[str] = []
    asked = iter(({"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}))

    async def receive() -> dict[str, str]:
        return next(asked)

    async def send(message: dict[str, str]) -> None:
        said.append(message["type"])

    for kind in ("lifespan", "websocket"):
        await door.gateway.app({"type": kind}, receive, send)  # type: ignore[arg-type]  # a plain dict is a message

    assert ["lifespan.startup.complete", "lifespan.shutdown.complete", "websocket.close"] == said
