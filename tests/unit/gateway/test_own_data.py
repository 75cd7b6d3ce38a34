"""Own data: exported by who signs in, erased by who confirms it."""

import asyncio
from typing import Any

import httpx
import orjson
import pytest

from services.gateway.domain.accounts import LastAdministrator
from services.gateway.usecases.accounts import NewUser
from services.gateway.usecases.erasing import RECENT_S
from shared.errors import Unavailable
from shared.language import Text
from tests.unit.gateway.builders import PASSWORD, Door

ME, EXPORT, TOKENS, SESSION = "/api/v1/me", "/api/v1/me/export", "/api/v1/tokens", "/api/v1/session"


async def erase(client: httpx.AsyncClient, **body: Any) -> int:
    """Ask for one's own account to be erased."""
    content = orjson.dumps(body) if body else b""
    headers = {"content-type": "application/json"} if body else {}
    return (await client.request("DELETE", ME, content=content, headers=headers)).status_code


async def test_the_export_holds_all_that_is_ones_own_and_nothing_else(door: Door) -> None:
    """P-71: account, each session and each token; nothing of somebody else, no hash of a password or token."""
    maria, ivan = await door.add("maria", "administrator"), await door.add("ivan", "expert")
    here, _there = await door.signed_in("maria"), await door.signed_in("maria")
    await door.signed_in("ivan")
    made = (await here.post(TOKENS, json={"roles": ["expert"], "purpose": "of ivan", "user": ivan})).json()
    await door.token("administrator", purpose="of maria", user=maria)
    await door.token("expert", purpose="of nobody")

    told = (await here.get(EXPORT)).raise_for_status()

    data = told.json()
    assert {"id": maria, "user": "maria", "display_name": "maria", "roles": ["administrator"]}.items() <= data[
        "account"
    ].items()
    assert 2 == len(data["sessions"])
    tokens = {each["purpose"]: (each["acts_as_you"], each["made_by_you"]) for each in data["tokens"]}
    assert {"of ivan": (False, True), "of maria": (True, False)} == tokens
    assert [] == [secret for secret in ("argon2", made["token"].split("_", 2)[2], '"ivan"') if secret in told.text]
    assert "no-store" in told.headers["cache-control"]


async def test_who_has_not_signed_in_has_no_export(door: Door) -> None:
    """P-71: without a sign-in 401; a program that is no account has no data of its own."""
    program = await door.program("expert")

    statuses = [(await client.get(EXPORT)).status_code for client in (door.client(), program)]
    assert [401, 404] == statuses


async def test_erasing_ends_everything_that_is_ones_own(door: Door) -> None:
    """P-72: account, sessions and tokens are gone at once; tokens that were made for others stay theirs."""
    await door.add("first", "administrator")
    maria, ivan = await door.add("maria", "administrator"), await door.add("ivan", "expert")
    here, there = await door.signed_in("maria"), await door.signed_in("maria")
    bodies: list[Any] = [{"roles": ["expert"]}, {"roles": ["expert"], "user": ivan}]
    programs = []
    for body in bodies:
        programs.append(door.client())
        token = (await here.post(TOKENS, json=body)).raise_for_status().json()["token"]
        programs[-1].headers["authorization"] = f"Bearer {token}"

    status = await erase(here, password=PASSWORD)

    assert 204 == status
    assert [401, 401, 401, 200] == [(await each.get(ME)).status_code for each in (here, there, *programs)]
    listed = (await door.client(operator=True).get(TOKENS)).text
    assert maria not in listed
    assert 404 == (await door.client(operator=True).get(f"/api/v1/users/{maria}")).status_code


async def test_the_name_is_free_again(door: Door) -> None:
    """P-72: nothing that is kept knows that the name was ever taken."""
    await door.add("maria", "expert")
    await erase(await door.signed_in("maria"), password=PASSWORD)

    assert await door.gateway.house.accounts.add(NewUser("maria", PASSWORD, ("expert",)))


@pytest.mark.parametrize(
    ("waits_s", "body", "status"),
    [
        (0, {}, 204),
        (RECENT_S, {}, 403),
        (RECENT_S, {"password": PASSWORD}, 204),
        (0, {"password": "не беше тази"}, 422),
        (-60, {}, 403),
    ],
)
async def test_erasing_is_confirmed(door: Door, waits_s: int, body: dict[str, str], status: int) -> None:
    """P-72: by the password, or by a sign-in just now; else everything stays."""
    maria = await door.add("maria", "expert")
    browser = await door.signed_in("maria")
    door.clock.forward(waits_s)

    assert status == await erase(browser, **body)
    assert (status == 204) == (await door.client(operator=True).get(f"/api/v1/users/{maria}")).is_error


async def test_a_token_alone_erases_nobody(door: Door) -> None:
    """P-72: who found a token can't erase the account behind it without the password."""
    maria = await door.add("maria", "expert")
    program = await door.program("expert", user=maria)

    assert [403, 204] == [await erase(program), await erase(program, password=PASSWORD)]


async def test_the_last_administrator_cant_erase_himself(door: Door) -> None:
    """P-72: somebody has to administer: 409, and the account is as it was."""
    await door.add("maria", "administrator")
    browser = await door.signed_in("maria")

    assert 409 == await erase(browser, password=PASSWORD)
    assert 200 == (await browser.get(ME)).status_code


async def test_of_two_administrators_one_stays(door: Door) -> None:
    """P-68: two who erase themselves at once can't both be gone: one of them at least still administers."""
    house = door.gateway.house
    users = [await house.accounts.one(await door.add(name, "administrator")) for name in ("maria", "ivan")]

    results = await asyncio.gather(*(house.erasing.erase(user) for user in users), return_exceptions=True)

    assert any(isinstance(result, LastAdministrator) for result in results)
    assert any(user.administers for user in (await house.accounts.page(10, None)).items)


async def test_what_cant_be_noted_is_not_erased(door: Door) -> None:
    """P-72: where the ledger of erasures can't be written, the account stays and its owner is told to come again."""

    async def full(_user: str) -> None:
        raise Unavailable(Text(bg="Пълно.", en="Full."))

    await door.add("maria", "expert")
    browser = await door.signed_in("maria")
    door.gateway.house.erasing.tell(full)

    assert 503 == await erase(browser, password=PASSWORD)
    assert 200 == (await browser.get(ME)).status_code
