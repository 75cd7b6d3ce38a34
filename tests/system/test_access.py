"""Who may call what: every role at every endpoint, page and plain address, as the tables say."""

import re
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from deploy.access import ALL
from services.gateway.edge.forwarding import API
from services.gateway.pages import Look, Pages
from services.gateway.setting_up import SettingUp
from services.gateway.signing_in import SigningIn
from shared.clock import system_clock
from shared.http import Role
from shared.identity import IDENTITY_HEADER, ROLES, Identity, signed_identity
from shared.language import Text
from tests.system.conftest import Town

PEOPLE: tuple[Role, ...] = tuple(role for role in ROLES if role != "service")
STREAMS = {("GET", "/live")}
METHODS = ("GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE", "TRACE", "PROPFIND")

FOR_ALL = {
    "/": {"GET"},
    "/surveys": {"GET"},
    "/surveys/{survey}": {"GET", "POST"},
    "/surveys/{survey}/results": {"GET"},
    "/surveys/{survey}/answer/{response}/{number:int}": {"GET", "POST"},
    "/surveys/{survey}/answer/{response}/check": {"GET", "POST"},
    "/surveys/{survey}/answer/{response}/thanks": {"GET"},
    "/withdraw": {"GET", "POST"},
    "/plans": {"GET"},
    "/plan/{plan}": {"GET"},
    "/plan/{plan}/evidence/{node}": {"GET"},
    "/indicators/{indicator}": {"GET"},
    "/help": {"GET"},
    "/privacy": {"GET"},
    "/accessibility": {"GET"},
    "/signin": {"GET", "POST"},
    "/signout": {"POST"},
    "/setup/{token}": {"GET", "POST"},
}
"""Every page, with what it takes; each stands in English too. None is for some roles only."""
FILES = {"/static/{name}": {"GET"}}
PLAIN = ("/health/live", "/health/ready", "/api/openapi.json", "/api/asyncapi.json", "/api/docs")


def address_of(path: str) -> str:
    return re.sub(r"\{number:int\}", "1", re.sub(r"\{[^}:]+\}", "nothing-of-that-name", path))


def pages_of(cache: Path) -> dict[str, set[str]]:
    """Every page that is drawn, with its methods."""
    pages = Pages(None, Look(Text(bg="Община")), cache, system_clock)  # type: ignore[arg-type]  # only its routes are asked
    signing = SigningIn(None, pages, None)  # type: ignore[arg-type]  # the same
    setting_up = SettingUp(None, None, pages, None)  # type: ignore[arg-type]  # the same
    found: dict[str, set[str]] = {}
    for route in (*pages.routes, *signing.routes(), *setting_up.routes()):
        found.setdefault(route.path, set()).update((route.methods or set()) - {"HEAD"})
    return found


@pytest.mark.parametrize("role", PEOPLE)
async def test_each_role_may_what_the_table_says_and_no_more(town: Town, role: Role) -> None:
    """P-51: where a role is not named it is refused before anything is read; where it is named, it is let in."""
    differs: dict[str, int] = {}
    for (method, path), who in ALL.items():
        if (method, path) in STREAMS:
            continue
        unit = "finance" if role == "officer" else None
        body: dict[str, str] | None = {} if method in {"PUT", "POST", "PATCH"} else None
        reply = await town.ask(role, method, address_of(path), body, unit=unit)
        let_in = reply.status_code not in {401, 403}
        if let_in != bool(who & {role, "visitor"}) or reply.status_code >= 500:
            differs[f"{method} {path}"] = reply.status_code

    assert {} == differs


async def test_what_is_described_is_what_is_declared(town: Town) -> None:
    """P-51: the OpenAPI document and the table of access name the same endpoints, so that neither hides one."""
    document = (await town.public.get("http://127.0.0.1:8080/api/openapi.json")).raise_for_status().json()
    described = {
        (method.upper(), path.removeprefix(API)) for path, item in document["paths"].items() for method in item
    }

    assert set(ALL) == described


async def test_a_method_that_is_not_declared_is_taken_from_nobody(town: Town) -> None:
    """P-51: whoever holds every role gets 404 or 405 for each method that an address does not declare."""
    patterns = {
        method: [re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)) for each, path in ALL if each == method]
        for method in METHODS
    }
    taken: dict[str, int] = {}
    for address in sorted({address_of(path) for _, path in ALL if ("GET", path) not in STREAMS}):
        for method in METHODS:
            if not any(pattern.fullmatch(address) for pattern in patterns[method]):
                status = (await town.operator.request(method, address)).status_code
                taken |= {} if status in {404, 405} else {f"{method} {address}": status}

    assert {} == taken


def test_every_page_is_declared(tmp_path: Path) -> None:
    """P-51: a page that this table does not name, or takes in a way that it does not name, fails the build."""
    english = {("/en" + path).removesuffix("/"): taken for path, taken in FOR_ALL.items()} | {"/en/": {"GET"}}

    assert {**FOR_ALL, **english, **FILES} == pages_of(tmp_path)


@pytest.mark.parametrize("role", PEOPLE)
async def test_every_page_is_for_every_role(town: Town, role: Role) -> None:
    """P-51: no role is refused a page, nor does any get a fault of ours; a form without its token is 403 for all."""
    base = "http://127.0.0.1:8080"
    differs: dict[str, int] = {}
    for path, taken in FOR_ALL.items():
        for method in sorted(taken):
            unit = "finance" if role == "officer" else None
            status = (await town.ask(role, method, base + address_of(path), unit=unit)).status_code
            right = {403} if method == "POST" else {200, 404}
            differs |= {} if status in right else {f"{method} {path}": status}

    assert {} == differs


async def test_plain_addresses_are_for_all_and_figures_of_the_machine_are_not(town: Town) -> None:
    """P-51: health and descriptions answer everybody; /metrics is nowhere for who is neither here nor administrator."""
    transport = httpx.ASGITransport(town.system.gateway.app, client=("203.0.113.5", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as outside:
        plain = {path: (await outside.get(path)).status_code for path in PLAIN}
        metrics = {}
        for role in PEOPLE:
            bearer = {} if role == "visitor" else {"Authorization": f"Bearer {await town.token(role, 'finance')}"}
            metrics[role] = (await outside.get("/metrics", headers=bearer)).status_code

    assert dict.fromkeys(PLAIN, 200) == plain
    assert {role: 200 if role == "administrator" else 404 for role in PEOPLE} == metrics


async def test_an_address_that_the_table_does_not_name_is_nowhere(town: Town) -> None:
    """P-51: deny by default: what is not declared does not exist, for nobody."""
    statuses = {
        path: (await town.ask("administrator", "GET", path)).status_code
        for path in ("/secrets", "/surveys/a/b/c", "/operations/gateway/status")
    }

    assert {404} == set(statuses.values())


async def test_the_machines_own_socket_answers_no_more_addresses(town: Town) -> None:
    """P-51: even the operator reaches only what the tables name."""
    paths = ("/operations/gateway/status", "/operations/bus/status", "/operations", "/operations/", "/", "//users", "")
    statuses = [(await town.operator.get(f"http://127.0.0.1:8080/api/v1{path}")).status_code for path in paths]

    assert [404] * 7 == statuses


async def test_a_signature_from_outside_is_worth_nothing(town: Town) -> None:
    """P-51: a client that sends the services' own header is still nobody."""
    forged = signed_identity(
        Identity("me", frozenset({"administrator"})), "GET", "/users", SecretStr("guess"), system_clock()
    )
    reply = await town.ask(None, "GET", "/users", headers={IDENTITY_HEADER: forged})

    assert 401 == reply.status_code


async def test_a_signature_of_ours_is_worth_nothing_from_outside(town: Town, tmp_path: Path) -> None:
    """P-51: not even a signature made with the installation's own key: the gateway writes who asks, nobody else."""
    key = SecretStr((tmp_path / "data" / "key").read_text().strip())
    ours = signed_identity(Identity("me", frozenset({"administrator"})), "GET", "/users", key, system_clock())
    roles: tuple[Role, ...] = ("visitor", "citizen")
    statuses = [
        (await town.ask(role, "GET", "/users", headers={name: ours})).status_code
        for role in roles
        for name in (IDENTITY_HEADER, IDENTITY_HEADER.upper(), IDENTITY_HEADER.title())
    ]

    assert [401, 401, 401, 403, 403, 403] == statuses
