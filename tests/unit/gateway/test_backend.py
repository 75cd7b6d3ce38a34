"""What the pages ask the services."""

from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from starlette.requests import Request

from services.gateway.backend import EdgeBackend
from services.gateway.edge.caller import Caller
from services.gateway.edge.forwarding import CALLER, CLIENT, Forwarding
from shared.errors import Conflict, Invalid, MegdanError, Unavailable
from shared.http import EVERYBODY, Access, Body, Reader, ReaderLanguage, service_app
from shared.identity import Identity
from shared.language import Text
from tests.unit.gateway.builders import SECRET, Clock, a_scope

FAULTS: dict[str, MegdanError] = {
    "conflict": Conflict(Text(bg="Затворена е.", en="It is closed.")),
    "unavailable": Unavailable(Text(bg="Не сега.", en="Not now.")),
}


class Answers(Body):
    roads: int


def a_service() -> FastAPI:
    router = APIRouter()

    @router.get("/surveys/{survey}")
    async def shown(survey: str, reader: Reader, language: ReaderLanguage, by: str = "") -> dict[str, Any]:
        if survey in FAULTS:
            raise FAULTS[survey]
        return {"survey": survey, "subject": reader.subject, "language": language, "by": by}

    @router.get("/surveys")
    async def listed() -> list[str]:
        return ["vision"]

    @router.put("/surveys/{survey}")
    async def put(survey: str, body: Answers) -> dict[str, Any]:
        if survey in FAULTS:
            raise FAULTS[survey]
        return {"survey": survey, "roads": body.roads}

    access: Access = {
        ("GET", "/surveys/{survey}"): EVERYBODY,
        ("GET", "/surveys"): EVERYBODY,
        ("PUT", "/surveys/{survey}"): EVERYBODY,
    }
    return service_app("surveys", router, access, SECRET, clock=Clock())


@pytest.fixture
def backend() -> EdgeBackend:
    return EdgeBackend(Forwarding({"surveys": a_service()}, SECRET, Clock()))


def a_page(path: str = "/surveys") -> Request:
    scope = a_scope(path, "POST", {"content-type": "application/x-www-form-urlencoded"})
    scope[CALLER] = Caller(Identity("u1", frozenset({"expert", "visitor"})))
    scope[CLIENT] = None
    return Request(scope)


async def test_a_page_asks_in_its_readers_name_and_language(backend: EdgeBackend) -> None:
    """Rights are the reader's, the language that of the page; a query goes along."""
    answers = [await backend.get(a_page(path), "/surveys/v%20x?by=age") for path in ("/surveys", "/en/surveys", "/en")]

    assert {"survey": "v x", "subject": "u1", "language": "bg", "by": "age"} == answers[0]
    assert ["bg", "en", "en"] == [(answer or {})["language"] for answer in answers]


async def test_a_list_is_given_as_items(backend: EdgeBackend) -> None:
    """A page always gets an object."""
    assert {"items": ["vision"]} == await backend.get(a_page(), "/surveys")


@pytest.mark.parametrize("path", ["/nothing", "/surveys/v/nothing"])
async def test_where_nothing_is_there_is_none(backend: EdgeBackend, path: str) -> None:
    """404 is None, of a service and of no service."""
    assert await backend.get(a_page(), path) is None


@pytest.mark.parametrize(("survey", "kind"), [("conflict", Conflict), ("unavailable", Unavailable)])
async def test_what_a_service_refuses_to_show_is_raised(
    backend: EdgeBackend, survey: str, kind: type[MegdanError]
) -> None:
    """With the service's status and words in the page's language."""
    with pytest.raises(kind) as raised:
        await backend.get(a_page("/en/surveys"), f"/surveys/{survey}")

    assert FAULTS[survey].text.en == raised.value.text.bg


async def test_a_write_is_answered_as_it_is(backend: EdgeBackend) -> None:
    """Refusals come back as they are, so that the page can show each fault at its place."""
    replies = [
        await backend.send(a_page(), "PUT", f"/surveys/{survey}", body)
        for survey, body in (("v", {"roads": 4}), ("v", {"roads": "x"}), ("conflict", {"roads": 4}))
    ]

    assert [200, Invalid.status, 409] == [reply.status for reply in replies]
    assert ({"survey": "v", "roads": 4}, "/roads") == (replies[0].body, replies[1].body["errors"][0]["pointer"])


async def test_a_write_that_fails_on_our_side_is_raised(backend: EdgeBackend) -> None:
    """Unavailable stays unavailable."""
    with pytest.raises(Unavailable):
        await backend.send(a_page(), "PUT", "/surveys/unavailable", {"roads": 4})


async def test_a_number_that_json_has_not_is_refused(backend: EdgeBackend) -> None:
    """It is told as invalid before any service hears of it."""
    with pytest.raises(Invalid):
        await backend.send(a_page(), "PUT", "/surveys/vision", {"roads": 10**36})
