"""HTTP as every service speaks it."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field, SecretStr

from shared.clock import system_clock
from shared.errors import FieldError, Invalid, Unavailable
from shared.http import EVERYBODY, Access, Body, Reader, ReaderLanguage, json_response, read_body, service_app
from shared.identity import IDENTITY_HEADER, Identity, Role, signed_identity
from shared.language import Text
from shared.lean import lean

SECRET = SecretStr("k")
EXPERT: frozenset[Role] = frozenset({"expert"})

Ask = Callable[..., Awaitable[httpx.Response]]


class Inner(Body):
    share: float = Field(ge=0, le=1)


class Wish(Body):
    names: tuple[str, ...]
    inner: Inner


class Large(Body):
    number: int = Field(le=1_000_000)


def a_router() -> APIRouter:
    router = APIRouter()

    @router.post("/wishes/{wish}", status_code=201)
    async def wish(wish: str, body: Wish, reader: Reader, language: ReaderLanguage, limit: int = 3) -> dict[str, Any]:
        return {"wish": wish, "names": body.names, "who": reader.subject, "language": language, "limit": limit}

    @router.put("/lean")
    @lean
    async def read_leanly(request: Request) -> Response:
        return json_response((await read_body(request, Wish)).model_dump(), 200, {"X-Lean": "yes"})

    @router.put("/large")
    async def large(body: Large) -> int:
        return body.number

    @router.get("/broken")
    async def broken() -> None:
        raise KeyError("secret")

    @router.get("/busy")
    async def busy() -> None:
        raise Unavailable(Text(bg="Заето е.", en="It is busy."), retry_after_s=2)

    @router.get("/faulty")
    async def faulty() -> None:
        raise Invalid(Text(bg="Не става.", en="No."), [FieldError("/a~b", Text(bg="тук", en="here"))])

    return router


ACCESS: Access = {
    ("PUT", "/large"): EVERYBODY,
    ("POST", "/wishes/{wish}"): EXPERT,
    ("PUT", "/lean"): EVERYBODY,
    ("GET", "/broken"): EVERYBODY,
    ("GET", "/busy"): EVERYBODY,
    ("GET", "/faulty"): EVERYBODY,
}


@pytest.fixture
def ask() -> Ask:
    app = service_app("wishes", a_router(), ACCESS, SECRET, clock=system_clock)

    async def ask(
        method: str, path: str, content: bytes | None = None, roles: frozenset[Role] = EXPERT, **headers: str
    ) -> httpx.Response:
        identity = Identity("maria" if roles - EVERYBODY else "", roles)
        signed = signed_identity(identity, method, path.split("?", maxsplit=1)[0], SECRET, system_clock())
        sent = {IDENTITY_HEADER: signed, "content-type": "application/json", "accept-language": "en"} | headers
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://megdan") as client:
            return await client.request(method, path, content=content, headers=sent)

    return ask


async def test_what_fits_is_taken(ask: Ask) -> None:
    """A list is a tuple and a whole number a float, by the rules of JSON."""
    reply = await ask("POST", "/wishes/w1", b'{"names":["a"],"inner":{"share":1}}')

    assert (201, {"wish": "w1", "names": ["a"], "who": "maria", "language": "en", "limit": 3}) == (
        reply.status_code,
        reply.json(),
    )


@pytest.mark.parametrize("path", ["/wishes/w1", "/lean"])
async def test_each_fault_is_named_by_its_place(ask: Ask, path: str) -> None:
    """One error a field, with its pointer; what was sent is not echoed."""
    reply = await ask(
        "PUT" if path == "/lean" else "POST", path, b'{"names":["a",2],"inner":{"share":"SECRET"},"role":"x"}'
    )

    assert 422 == reply.status_code
    assert ["/names/1", "/inner/share", "/role"] == [error["pointer"] for error in reply.json()["errors"]]
    assert "SECRET" not in reply.text


async def test_a_bound_is_told(ask: Ask) -> None:
    """A number out of its range is told with the range."""
    reply = await ask("POST", "/wishes/w1", b'{"names":[],"inner":{"share":2}}', **{"accept-language": "bg"})

    assert ["Числото трябва да е ≤ 1."] == [error["message"] for error in reply.json()["errors"]]


async def test_a_query_that_does_not_fit_is_named(ask: Ask) -> None:
    """Faults of the address are told like those of the body."""
    reply = await ask("POST", "/wishes/w1?limit=many", b'{"names":[],"inner":{"share":1}}')

    assert ["/limit"] == [error["pointer"] for error in reply.json()["errors"]]


async def test_nobody_is_asked_to_sign_in(ask: Ask) -> None:
    """A visitor gets 401 where a role is needed."""
    reply = await ask("POST", "/wishes/w1", b"{}", roles=EVERYBODY)

    assert 401 == reply.status_code


async def test_another_role_is_refused_before_the_body_is_read(ask: Ask) -> None:
    """A wrong role gets 403, whatever it sends."""
    reply = await ask("POST", "/wishes/w1", b"{broken", roles=frozenset({"officer"}))

    assert 403 == reply.status_code


async def test_without_the_gateways_signature_nothing_is_answered(ask: Ask) -> None:
    """A service answers 401 to whoever comes past the gateway."""
    reply = await ask("GET", "/busy", **{IDENTITY_HEADER: "made.up"})

    assert 401 == reply.status_code


async def test_an_error_nobody_foresaw_tells_nothing_of_the_inside(ask: Ask) -> None:
    """The reader gets plain words and the id under which the log tells more."""
    reply = await ask("GET", "/broken")

    assert (500, "application/problem+json") == (reply.status_code, reply.headers["content-type"])
    assert "secret" not in reply.text
    assert reply.json()["instance"].startswith("urn:megdan:request:")


async def test_when_to_come_back_is_told(ask: Ask) -> None:
    """What is busy says after how many seconds to try again."""
    reply = await ask("GET", "/busy")

    assert (503, "2") == (reply.status_code, reply.headers["retry-after"])


async def test_errors_speak_the_readers_language(ask: Ask) -> None:
    """The same fault in Bulgarian and in English."""
    bulgarian, english = await ask("GET", "/faulty?language=bg"), await ask("GET", "/faulty?language=en")

    assert ("Не става.", "No.") == (bulgarian.json()["detail"], english.json()["detail"])


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nowhere", 404), ("DELETE", "/busy", 405)])
async def test_an_unknown_address_is_a_problem_too(ask: Ask, method: str, path: str, status: int) -> None:
    """Addresses and methods that do not exist are answered as problems."""
    reply = await ask(method, path)

    assert (status, "application/problem+json") == (reply.status_code, reply.headers["content-type"])


def test_an_undeclared_route_fails_the_start() -> None:
    """A route that the access table does not name stops the service from starting."""
    with pytest.raises(RuntimeError, match="lean"):
        service_app(
            "wishes",
            a_router(),
            {key: roles for key, roles in ACCESS.items() if key[1] != "/lean"},
            SECRET,
            clock=system_clock,
        )


@pytest.mark.parametrize("kind", ["Application/JSON", "application/json ;charset=utf-8", "application/problem+json"])
async def test_json_is_strict_however_its_type_is_written(ask: Ask, kind: str) -> None:
    """A doubled field is refused wherever the framework would read JSON."""
    doubled = b'{"names":[],"names":["a"],"inner":{"share":1}}'

    reply = await ask("POST", "/wishes/w1", doubled, **{"content-type": kind})

    twice = {"pointer": "/names", "message": "This field is given twice. Keep one."}
    assert (422, [twice]) == (reply.status_code, reply.json()["errors"])


async def test_a_large_bound_is_told_in_digits(ask: Ask) -> None:
    """A bound of a million is 1000000, not 1e+06."""
    reply = await ask("PUT", "/large", b'{"number":2000000}')

    assert ["The number must be ≤ 1000000."] == [error["message"] for error in reply.json()["errors"]]


async def test_a_lean_route_is_guarded_like_any_other(ask: Ask) -> None:
    """What was signed by nobody is not let in, however short the way."""
    refused = await ask("PUT", "/lean", b'{"names":["a"],"inner":{"share":1}}', **{IDENTITY_HEADER: "made.up"})

    assert 401 == refused.status_code
