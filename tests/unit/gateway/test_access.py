"""Every role at every endpoint of the gateway."""

from itertools import product

import pytest

from services.gateway.api.access import ACCESS
from services.gateway.domain.accounts import GRANTED
from tests.unit.gateway.builders import Door

REFUSED = (401, 403)


@pytest.mark.parametrize(
    ("method", "path", "role"),
    [(method, path, role) for (method, path), role in product(ACCESS, ("visitor", *GRANTED)) if path != "/live"],
)
async def test_a_role_may_what_the_table_says(door: Door, method: str, path: str, role: str) -> None:
    """Who may gets an answer of the endpoint itself; who may not gets 401 as a visitor, 403 with an account."""
    client = door.client() if role == "visitor" else await door.program(role, unit="roads")  # type: ignore[arg-type]  # one of GRANTED
    address = "/api/v1" + path.replace("{user}", "nobody").replace("{token}", "nothing")
    reply = await client.request(method, address, json=None if method in ("GET", "DELETE") else {})

    allowed = bool(ACCESS[method, path] & {role, "visitor"})
    refusal = 401 if role == "visitor" else 403
    assert (allowed, True) == (reply.status_code not in REFUSED, allowed or reply.status_code == refusal)
