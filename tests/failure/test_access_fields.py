"""Fields that only the platform may fill: nobody gives himself a role, a unit, an author or a verification."""

from collections.abc import Iterator
from copy import deepcopy

import pytest

from tests.failure.access_town import (
    FED,
    PASSWORD,
    PLAN,
    ROADS,
    SURVEY,
    Json,
    Peopled,
    a_plan,
    a_survey,
    answers_with,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


FORBIDDEN = (
    "role", "roles", "author", "verified", "verified_by", "verified_at", "giver", "given_by", "given_at", "subject",
    "epoch", "made_by", "made_at", "maker", "state", "version", "id", "unit", "user", "active", "password_hash",
    "receipt", "responsible", "owner", "admin", "is_admin", "tenant", "__proto__",
)  # fmt: skip
"""What a body must not set, wherever it is not the very thing that is sent."""


def _objects(body: Json, at: str = "") -> Iterator[tuple[str, list[str | int]]]:
    """Every object in a body, as a pattern of where it stands and the way to it."""
    yield from _walk(body, at, [])


def _walk(node: Json, at: str, way: list[str | int]) -> Iterator[tuple[str, list[str | int]]]:
    if isinstance(node, dict):
        yield at, way
        for name, value in node.items():
            yield from _walk(value, f"{at}/{name}", [*way, name])
    elif isinstance(node, list) and node:
        yield from _walk(node[0], f"{at}/0", [*way, 0])


def _with(body: Json, way: list[str | int], name: str) -> Json:
    changed = deepcopy(body)
    node = changed
    for step in way:
        node = node[step]
    node[name] = "administrator"
    return changed


VALUE = {"value": 1, "source": "x", "note": "y", "evidence": "https://a.bg/x", "disaggregation": {"sex": {"f": 1}}}
ITEM = {"indicator": ROADS, "period": "2024", "version": 1}
BODIES: list[tuple[str, str, str, Json, set[str]]] = [
    ("expert", "PUT", "/surveys/new", a_survey(survey="new"), set()),
    ("expert", "POST", "/surveys/import?format=json", a_survey(survey="new"), set()),
    ("visitor", "PUT", f"/surveys/{SURVEY}/responses/{'r' * 30}", {"answers": answers_with()}, set()),
    ("visitor", "PUT", f"/surveys/{SURVEY}/drafts/{'r' * 30}", {"answers": answers_with()}, set()),
    ("visitor", "POST", "/withdrawals", {"receipt": "0000"}, set()),
    ("expert", "PUT", "/margins/census", {"id": "census", "margins": {"one": {"a": 1}}}, {"/margins", "/margins/one"}),
    ("expert", "PUT", f"/plans/{PLAN}", a_plan(), set()),
    ("officer", "PUT", f"/indicators/{ROADS}/values/2025", VALUE, {"/disaggregation", "/disaggregation/sex"}),
    ("expert", "POST", f"/indicators/{ROADS}/values/2024/verify", {"version": 1}, set()),
    ("expert", "POST", "/values/verify", {"items": [ITEM]}, set()),
    ("visitor", "POST", "/session", {"user": "maria", "password": PASSWORD}, set()),
    ("citizen", "PUT", "/me/password", {"old": PASSWORD, "new": "съвсем друга парола"}, set()),
    ("administrator", "POST", "/users", {"user": "new", "password": PASSWORD, "roles": ["citizen"]}, set()),
    ("administrator", "PATCH", "/users/nobody", {"display_name": "x"}, set()),
    ("administrator", "POST", "/tokens", {"purpose": "x", "roles": ["citizen"]}, set()),
    ("visitor", "POST", "/setup", {"token": "x", "user": "first", "password": PASSWORD}, set()),
]
"""Who sends what where; the last: objects whose names are free."""

OWN = {
    ("PUT", "/surveys/new", ""): {"state", "version", "id"},
    ("POST", "/values/verify", "/items/0"): {"version"},
    ("POST", f"/indicators/{ROADS}/values/2024/verify", ""): {"version"},
    ("POST", "/users", ""): {"user", "roles", "unit"},
    ("PATCH", "/users/nobody", ""): {"roles", "unit", "active"},
    ("POST", "/tokens", ""): {"roles", "unit", "user"},
    ("POST", "/session", ""): {"user"},
    ("POST", "/setup", ""): {"user"},
    ("POST", "/withdrawals", ""): {"receipt"},
}
"""What a body is there to say; ids and versions that name what is changed are checked against it below."""


@pytest.mark.parametrize(("role", "method", "path", "body", "free"), BODIES)
async def test_a_body_sets_nothing_that_only_the_platform_may(
    peopled: Peopled, role: str, method: str, path: str, body: Json, free: set[str]
) -> None:
    """P-53: role, unit, author, verified, state, version, id and their like, anywhere in a body, are 422."""
    town = peopled.town
    taken: dict[str, int] = {}
    bearer = peopled.people[role].bearer if role != "visitor" else {}
    for at, way in _objects(body):
        own = OWN.get((method, path, at), set())
        for name in () if at in free else FORBIDDEN:
            if name not in own and name not in _names(body, way):
                reply = await town.public.request(method, path, json=_with(body, way, name), headers=bearer)
                taken |= {} if reply.status_code == 422 else {f"{at}/{name}": reply.status_code}

    assert {} == taken


def _names(body: Json, way: list[str | int]) -> set[str]:
    node = body
    for step in way:
        node = node[step]
    return set(node)


@pytest.mark.parametrize(
    ("path", "change", "status"),
    [
        (f"/plans/{PLAN}", {"id": "another"}, {422}),
        (f"/plans/{PLAN}", {"version": 7, "title": {"bg": "Друг"}}, {412}),
        ("/surveys/fresh", {"id": "another"}, {422}),
        ("/surveys/fresh", {"state": "open"}, {422}),
        ("/surveys/fresh", {"version": 7}, {422}),
        ("/margins/census", {"id": "another"}, {422}),
        ("/margins/census", {"version": 7}, {422}),
    ],
)
async def test_an_id_or_version_of_the_body_is_that_of_the_address(
    peopled: Peopled, path: str, change: Json, status: set[int]
) -> None:
    """P-53: a body that names another id, another version or another state than there is changes nothing."""
    bodies = {"plans": a_plan(), "surveys": a_survey(survey="fresh"), "margins": {"id": "census", "margins": {}}}
    body = bodies[path.split("/")[1]] | change
    reply = await peopled.town.ask("expert", "PUT", path, body)

    assert reply.status_code in status


async def test_a_fed_value_is_given_by_nobody(peopled: Peopled) -> None:
    """P-53: what a survey feeds can't be written over while it feeds, by the unit's officer or an expert."""
    body = {"value": 1, "source": "x"}
    path = f"/indicators/{FED}/values/2025"
    replies = [await peopled.people[who].program(peopled, "PUT", path, body) for who in ("officer", "expert")]

    assert [409, 409] == [reply.status_code for reply in replies]
