"""The way from the API's addresses to the services."""

import pytest
from starlette.types import Receive, Scope, Send

from services.gateway.edge.calling import call
from services.gateway.edge.forwarding import PREFIXES
from shared.errors import Unavailable
from shared.identity import Identity, signed_identity
from tests.unit.gateway.builders import SECRET, Door, a_scope


async def test_a_service_is_told_who_asks(door: Door) -> None:
    """A visitor has no subject; somebody signed in has the account's id, roles and unit."""
    user = await door.add("petar", "officer", unit="roads")
    browser = await door.signed_in("petar")

    visitor, officer = [(await each.get("/api/v1/surveys/v")).json() for each in (door.client(), browser)]

    assert {"survey": "v", "subject": "", "roles": ["visitor"], "unit": None, "signatures": 1} == visitor
    assert (user, ["officer", "visitor"], "roads") == (officer["subject"], officer["roles"], officer["unit"])


async def test_an_identity_from_outside_is_thrown_away(door: Door) -> None:
    """Even one that is signed with the right key."""
    king = Identity("king", frozenset({"administrator"}))
    forged = signed_identity(king, "GET", "/surveys/v", SECRET, door.clock())

    reply = await door.client().get("/api/v1/surveys/v", headers={"Megdan-Identity": forged})

    assert ("", 1) == (reply.json()["subject"], reply.json()["signatures"])


async def test_the_operator_holds_the_roles_of_staff(door: Door) -> None:
    """Through the machine's own socket one is the operator, without any token."""
    told = (await door.client(operator=True).get("/api/v1/surveys/v")).json()

    assert ("operator", {"administrator", "evaluator", "expert", "moderator", "officer", "visitor"}) == (
        told["subject"],
        set(told["roles"]),
    )


@pytest.mark.parametrize(
    "path", ["/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v1//surveys/v", "/api/v2/surveys/v", "/api/v1/plans/p"]
)
async def test_unknown_addresses_are_404(door: Door, path: str) -> None:
    """As is that of a service which is not there."""
    reply = await door.client().get(path)

    assert (404, "application/problem+json") == (reply.status_code, reply.headers["content-type"])


async def test_addresses_that_a_service_gives_work_from_outside(door: Door) -> None:
    """A Location gets the API's prefix."""
    program = await door.program("expert")

    reply = await program.post("/api/v1/surveys/import", content=b"x", headers={"content-type": "text/csv"})

    assert "/api/v1/surveys/vision" == reply.headers["location"]


async def test_an_administrator_reaches_a_services_operations(door: Door) -> None:
    """Under /operations/{service}; nobody else does, and of no unknown service."""
    administrator, expert = await door.program("administrator"), await door.program("expert")
    address = "/api/v1/operations/surveys/status"

    replies = [
        await administrator.get(address),
        await expert.get(address),
        await door.client().get(address),
        await administrator.get("/api/v1/operations/nothing/status"),
        await administrator.get("/api/v1/operations"),
    ]

    assert [200, 403, 401, 404, 404] == [reply.status_code for reply in replies]


def test_services_are_told_by_the_first_part_of_a_path() -> None:
    """No part belongs to two services, and none holds a slash."""
    assert {"surveys", "monitoring", "reporting", "gateway"} == set(PREFIXES.values())
    assert not any("/" in prefix for prefix in PREFIXES)


async def test_an_application_that_does_not_answer_is_unavailable() -> None:
    """Whoever calls one within the process gets an error, not an empty answer."""

    async def silent(_scope: Scope, _receive: Receive, _send: Send) -> None:
        return

    with pytest.raises(Unavailable):
        await call(silent, a_scope("/"))
