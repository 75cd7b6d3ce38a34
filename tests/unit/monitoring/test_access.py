"""Who may what: one table in the code, and each of its fields tried."""

from typing import get_args

import pytest

from services.monitoring.api import ACCESS
from shared.identity import Identity, Role
from tests.unit.monitoring.builders import a_house, a_plan, somebody

REFUSED = (401, 403)


def one_who_is(role: Role) -> Identity:
    return Identity() if role == "visitor" else somebody(f"the {role}", role, unit="roads")


@pytest.mark.parametrize("role", get_args(Role))
async def test_each_role_gets_in_where_the_table_says(role: Role) -> None:
    """And nowhere else."""
    who = one_who_is(role)
    async with a_house(a_plan()) as house:
        for (method, pattern), allowed in ACCESS.items():
            path = pattern.replace("{plan}", "plan").replace("{indicator}", "lit").replace("{period}", "2019")
            answer = await house.ask(who, method, path)

            assert who.holds(*allowed) == (answer.status_code not in REFUSED), (method, path, answer.status_code)
            assert answer.status_code < 500


async def test_a_request_without_a_signed_identity_is_refused() -> None:
    """Whatever it asks."""
    async with a_house(a_plan()) as house:
        for method, pattern in ACCESS:
            answer = await house.client.request(method, pattern.replace("{", "").replace("}", ""))

            assert 401 == answer.status_code


async def test_the_services_describe_what_they_take() -> None:
    """The schema of every endpoint can be drawn; figures are numbers in it."""
    async with a_house() as house:
        schema = house.service.app.openapi()

        assert {pattern for _, pattern in ACCESS} <= set(schema["paths"])
