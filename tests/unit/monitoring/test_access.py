"""Who may what: one table in the code, and each of its fields tried."""

from typing import get_args

import pytest

from services.monitoring.api import ACCESS
from services.monitoring.files_api import FILES_ACCESS
from shared.identity import EVERYBODY, Identity, Role
from tests.unit.monitoring.builders import a_house, a_plan

ENDPOINTS = {**ACCESS, **FILES_ACCESS}
REFUSED = (401, 403)


def somebody(role: Role) -> Identity:
    if role == "visitor":
        return Identity()
    return Identity(f"the {role}", frozenset({role}) | EVERYBODY, "roads" if role == "officer" else None)


@pytest.mark.parametrize("role", get_args(Role))
async def test_each_role_gets_in_where_the_table_says(role: Role) -> None:
    """And nowhere else."""
    who = somebody(role)
    async with a_house(a_plan()) as house:
        for (method, pattern), allowed in ENDPOINTS.items():
            path = pattern.replace("{plan}", "plan").replace("{indicator}", "lit").replace("{period}", "2019")
            answer = await house.ask(who, method, path)

            assert who.holds(*allowed) == (answer.status_code not in REFUSED), (method, path, answer.status_code)
            assert answer.status_code < 500


async def test_a_request_without_a_signed_identity_is_refused() -> None:
    """Whatever it asks."""
    async with a_house(a_plan()) as house:
        for method, pattern in ENDPOINTS:
            answer = await house.client.request(method, pattern.replace("{", "").replace("}", ""))

            assert 401 == answer.status_code


async def test_the_services_describe_what_they_take() -> None:
    """The schema of every endpoint can be drawn; figures are numbers in it."""
    async with a_house() as house:
        schema = house.service.app.openapi()

        assert {pattern for _, pattern in ENDPOINTS} <= set(schema["paths"])
