"""Every role at every endpoint of the gateway."""

import pytest

from services.gateway.api.access import ACCESS
from services.gateway.domain.accounts import GRANTED
from tests.unit.gateway.builders import Door

REFUSED = (401, 403)


@pytest.mark.parametrize(("method", "path"), [endpoint for endpoint in ACCESS if endpoint[1] != "/live"])
async def test_each_role_may_what_the_table_says(door: Door, method: str, path: str) -> None:
    """P-51: who may gets an answer of the endpoint itself; who may not gets 401 as a visitor, 403 with an account."""
    address = "/api/v1" + path.replace("{user}", "nobody").replace("{token}", "nothing")
    body: dict[str, str] | None = None if method in ("GET", "DELETE") else {}
    clients = {"visitor": door.client()} | {role: await door.program(role, unit="roads") for role in GRANTED}
    answered = {
        role: (await client.request(method, address, json=body)).status_code for role, client in clients.items()
    }

    refused = {role: status for role, status in answered.items() if status in REFUSED}
    assert {
        role: 401 if role == "visitor" else 403 for role in clients if not ACCESS[method, path] & {role, "visitor"}
    } == refused
