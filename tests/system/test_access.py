"""Who may call what: every role at every endpoint, as the one table says."""

import re

import pytest
from pydantic import SecretStr

from deploy.access import ALL
from shared.clock import system_clock
from shared.http import Role
from shared.identity import IDENTITY_HEADER, ROLES, Identity, signed_identity
from tests.system.conftest import Town

PEOPLE: tuple[Role, ...] = tuple(role for role in ROLES if role != "service")
STREAMS = {("GET", "/live")}


def _address(path: str) -> str:
    return re.sub(r"\{[^}]+\}", "nothing-of-that-name", path)


@pytest.mark.parametrize("role", PEOPLE)
async def test_each_role_may_what_the_table_says_and_no_more(town: Town, role: Role) -> None:
    """Where a role is not named it is refused before anything is read; where it is named, it is let in."""
    differs: dict[str, int] = {}
    for (method, path), who in ALL.items():
        if (method, path) in STREAMS:
            continue
        unit = "finance" if role == "officer" else None
        body: dict[str, str] | None = {} if method in {"PUT", "POST", "PATCH"} else None
        reply = await town.ask(role, method, _address(path), body, unit=unit)
        let_in = reply.status_code not in {401, 403}
        if let_in != bool(who & {role, "visitor"}) or reply.status_code >= 500:
            differs[f"{method} {path}"] = reply.status_code

    assert {} == differs


async def test_an_address_that_the_table_does_not_name_is_nowhere(town: Town) -> None:
    """Deny by default: what is not declared does not exist, for nobody."""
    statuses = {
        path: (await town.ask("administrator", "GET", path)).status_code
        for path in ("/secrets", "/surveys/a/b/c", "/operations/gateway/status")
    }

    assert {404} == set(statuses.values())


async def test_a_signature_from_outside_is_worth_nothing(town: Town) -> None:
    """A client that sends the services' own header is still nobody."""
    forged = signed_identity(
        Identity("me", frozenset({"administrator"})), "GET", "/users", SecretStr("guess"), system_clock()
    )
    reply = await town.ask(None, "GET", "/users", headers={IDENTITY_HEADER: forged})

    assert 401 == reply.status_code
