"""Bearer tokens and the first administrator."""

import asyncio

import pytest

from services.gateway.domain.tokens import TokenIsDead
from services.gateway.usecases.accounts import Change
from shared.terms import LOOKS
from tests.unit.gateway.builders import PASSWORD, Door

ME = "/api/v1/me"
TOKENS = "/api/v1/tokens"


async def test_a_token_is_shown_once_and_kept_hashed(door: Door) -> None:
    """Its text has 128 random bits or more and is in no list and no record."""
    operator = door.client(operator=True)
    made = (await operator.post(TOKENS, json={"roles": ["expert"], "purpose": "нощен внос"})).json()
    listed = await operator.get(TOKENS)
    record = await door.gateway.house.tokens.kept(made["id"])

    secret = made["token"].split("_", 2)[2]
    assert (True, True) == (made["token"].startswith("megdan_"), len(made["token"].split("_", 2)[2]) == 43)
    assert (False, False) == (secret in listed.text, secret in record.model_dump_json())
    assert [{name: value for name, value in made.items() if name != "token"}] == listed.json()["items"]


async def test_a_program_is_who_its_token_says(door: Door) -> None:
    """Roles, unit and purpose are those of the token; no cookie or CSRF token is needed."""
    program = await door.program("officer", unit="roads", purpose="датчик")

    me, written = await program.get(ME), await program.put("/api/v1/surveys/v/responses/r", content=b"{}")

    assert ({"name": "датчик", "roles": ["officer"], "unit": "roads", "csrf": ""}, 201) == (
        me.json(),
        written.status_code,
    )


async def test_two_tokens_of_one_account_are_one_subject(door: Door) -> None:
    """Who holds two roles in two tokens is still one person; tokens of nobody are each their own."""
    user = await door.add("maria", "expert", "officer", unit="roads")
    subjects = []
    for roles, more in (
        (["expert"], {"user": user}),
        (["officer"], {"user": user, "unit": "roads"}),
        (["expert"], {}),
        (["expert"], {}),
    ):
        program = await door.program(*roles, **more)  # type: ignore[arg-type]  # a list of literals
        subjects.append((await program.get("/api/v1/surveys/v")).json()["subject"])

    assert (True, 3) == (subjects[0] == subjects[1], len(set(subjects)))


async def test_a_token_of_an_account_has_no_more_rights_than_the_account(door: Door) -> None:
    """More roles are refused when it is made, and lost when the account loses them."""
    user = await door.add("maria", "expert", "evaluator")
    operator = door.client(operator=True)
    refused = await operator.post(TOKENS, json={"roles": ["administrator"], "user": user})
    unknown = await operator.post(TOKENS, json={"roles": ["expert"], "user": "nobody"})
    program = await door.program("expert", "evaluator", user=user)
    await door.gateway.house.accounts.change(user, Change(roles=("evaluator",)))

    assert (422, 404) == (refused.status_code, unknown.status_code)
    assert ["evaluator"] == (await program.get(ME)).json()["roles"]


async def test_a_token_ends(door: Door) -> None:
    """P-74: after its days it is worth nothing, on public addresses too, and is swept away."""
    program = await door.program("expert", days=2)
    before = await program.get("/api/v1/surveys/v")
    door.clock.forward(2 * 86400)
    after = await program.get("/api/v1/surveys/v")
    for _ in range(LOOKS):
        await door.gateway.house.tokens.sweep()
    listed = await door.client(operator=True).get(TOKENS)

    assert (200, 401, "Bearer", []) == (
        before.status_code,
        after.status_code,
        after.headers["www-authenticate"],
        listed.json()["items"],
    )


async def test_a_token_can_be_revoked(door: Door) -> None:
    """Revoked, it is worth nothing at once; revoking an unknown one is 404."""
    operator = door.client(operator=True)
    made = (await operator.post(TOKENS, json={"roles": ["expert"]})).json()
    program = door.client()
    program.headers["authorization"] = f"Bearer {made['token']}"
    statuses = [
        (await program.get(ME)).status_code,
        (await operator.delete(f"{TOKENS}/{made['id']}")).status_code,
        (await program.get(ME)).status_code,
        (await operator.delete(f"{TOKENS}/{made['id']}")).status_code,
    ]

    assert [200, 204, 401, 404] == statuses


@pytest.mark.parametrize("shown", ["megdan_", "megdan_0000000000000000_x", "x", "", "megdan_a_b_c"])
async def test_what_is_no_token_is_refused(door: Door, shown: str) -> None:
    """A made-up token is 401, never a visitor."""
    reply = await door.client().get("/api/v1/surveys/v", headers={"authorization": f"Bearer {shown}"})

    assert 401 == reply.status_code


async def test_other_ways_to_sign_in_are_refused(door: Door) -> None:
    """HTTP's own passwords are not taken."""
    reply = await door.client().get("/api/v1/surveys/v", headers={"authorization": "Basic bTpw"})

    assert 401 == reply.status_code


async def test_a_token_stands_as_long_as_its_maker(door: Door) -> None:
    """Tokens of an administrator who is one no more, and those made by such a token in turn, are dead."""
    maker = await door.add("boss", "administrator")
    await door.add("other", "administrator")
    browser = await door.signed_in("boss")
    first = (await browser.post(TOKENS, json={"roles": ["administrator"]})).json()["token"]
    bearer = {"authorization": f"Bearer {first}"}
    second = (await door.client().post(TOKENS, json={"roles": ["expert"]}, headers=bearer)).json()["token"]
    before = await door.gateway.house.tokens.shown(second)
    await door.gateway.house.accounts.change(maker, Change(roles=("expert",)))

    assert ("expert",) == before.roles
    for token in (first, second):
        with pytest.raises(TokenIsDead):
            await door.gateway.house.tokens.shown(token)


async def test_the_first_administrator_comes_in_by_the_link_once(door: Door) -> None:
    """The link makes one administrator; then it is dead and no other can be made."""
    token = await door.gateway.first_administrator_token()
    body = {"token": token, "user": "first", "password": PASSWORD}
    replies = [await door.client().post("/api/v1/setup", json=body | {"user": name}) for name in ("first", "second")]

    assert [201, 404] == [reply.status_code for reply in replies]
    assert ["administrator"] == replies[0].json()["roles"]
    assert await door.gateway.first_administrator_token() is None


async def test_two_who_hold_the_link_cannot_both_come_in(door: Door) -> None:
    """Used at once, it makes one administrator."""
    token = await door.gateway.first_administrator_token()
    replies = await asyncio.gather(
        *(
            door.client().post("/api/v1/setup", json={"token": token, "user": name, "password": PASSWORD})
            for name in ("first", "second")
        )
    )

    assert [201, 404] == sorted(reply.status_code for reply in replies)


async def test_the_link_is_dead_when_somebody_administers_already(door: Door) -> None:
    """Also if that administrator came another way."""
    token = await door.gateway.first_administrator_token()
    await door.add("other", "administrator")

    reply = await door.client().post("/api/v1/setup", json={"token": token, "user": "first", "password": PASSWORD})

    assert 404 == reply.status_code


async def test_a_refused_password_does_not_use_the_link_up(door: Door) -> None:
    """Who chose a weak password may choose again."""
    token = await door.gateway.first_administrator_token()
    replies = [
        await door.client().post("/api/v1/setup", json={"token": token, "user": "first", "password": password})
        for password in ("кратка", PASSWORD)
    ]

    assert [422, 201] == [reply.status_code for reply in replies]


async def test_the_link_dies_with_its_time_and_with_the_next_one(door: Door) -> None:
    """An older link, an expired one and a guess are all 404."""
    old = await door.gateway.first_administrator_token()
    new = await door.gateway.first_administrator_token()
    statuses = []
    for token, seconds in ((old, 0), ("guess", 0), (new, 24 * 3600)):
        door.clock.forward(seconds)
        body = {"token": token, "user": "first", "password": PASSWORD}
        statuses.append((await door.client().post("/api/v1/setup", json=body)).status_code)

    assert [404, 404, 404] == statuses


async def test_tokens_made_one_with_the_other_come_to_an_end(door: Door) -> None:
    """P-54: each asks all before it whether it stands: five in a row at most, and revoking one ends the rest."""
    token = await door.token("administrator")
    made, statuses = [token], []
    for _ in range(5):
        bearer = {"authorization": f"Bearer {made[-1]}"}
        reply = await door.client().post(TOKENS, json={"roles": ["administrator"]}, headers=bearer)
        statuses.append(reply.status_code)
        made += [reply.json()["token"]] if reply.is_success else []
    await door.gateway.house.tokens.revoke(token.removeprefix("megdan_").partition("_")[0])
    alive = [(await door.client().get(ME, headers={"authorization": f"Bearer {each}"})).status_code for each in made]

    assert ([201, 201, 201, 201, 422], {401}) == (statuses, set(alive))
