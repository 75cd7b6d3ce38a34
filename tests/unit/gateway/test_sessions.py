"""Signing in and out over the API."""

import asyncio
from pathlib import Path

from services.gateway.domain.accounts import User
from services.gateway.edge.caller import SESSION_COOKIE
from services.gateway.passwords import Passwords
from tests.unit.gateway.builders import PASSWORD, Door, a_door, cheap

SESSION = "/api/v1/session"
ME = "/api/v1/me"


async def test_signing_in_gives_a_cookie_that_only_the_browser_can_use(door: Door) -> None:
    """The cookie is `__Host-`, Secure, HttpOnly, SameSite, for the whole site, and holds 128 random bits or more."""
    await door.add("maria", "expert")

    reply = await door.client().post(SESSION, json={"user": "MARIA", "password": PASSWORD})

    cookie, *rules = reply.headers["set-cookie"].split("; ")
    assert {"Path=/", "Secure", "HttpOnly", "SameSite=Lax", "Max-Age=604800"} == set(rules)
    assert (SESSION_COOKIE, 43) == (cookie.partition("=")[0], len(cookie.partition("=")[2]))
    assert {"name": "maria", "roles": ["expert"], "unit": None} == {
        name: value for name, value in reply.json().items() if name != "csrf"
    }


async def test_each_sign_in_is_a_new_session_and_ends_the_one_before(door: Door) -> None:
    """Nobody can be given a session beforehand, and the old one is dead on the server."""
    await door.add("maria", "expert")
    browser = await door.signed_in("maria")
    old = browser.cookies[SESSION_COOKIE]
    await browser.post(SESSION, json={"user": "maria", "password": PASSWORD})
    stale = door.client()
    stale.cookies.set(SESSION_COOKIE, old)

    assert (True, 401) == (old != browser.cookies[SESSION_COOKIE], (await stale.get(ME)).status_code)


async def test_signing_out_kills_the_session_on_the_server(door: Door) -> None:
    """A cookie that was kept is worth nothing afterwards."""
    await door.add("maria", "expert")
    browser = await door.signed_in("maria")
    kept = browser.cookies[SESSION_COOKIE]
    out = await browser.delete(SESSION)
    thief = door.client()
    thief.cookies.set(SESSION_COOKIE, kept)

    assert (204, 401) == (out.status_code, (await thief.get(ME)).status_code)
    assert f"{SESSION_COOKIE}=; Max-Age=0" in out.headers["set-cookie"]


async def test_the_store_holds_no_cookie(door: Door) -> None:
    """A session is kept under a keyed hash."""
    await door.add("maria", "expert")
    browser = await door.signed_in("maria")
    cookie = browser.cookies[SESSION_COOKIE]

    found = await door.gateway.house.sessions.shown(cookie)

    assert found is not None
    assert (False, 64) == (cookie in found[0].model_dump_json(), len(found[0].id))


async def test_unknown_name_and_wrong_password_look_the_same(door: Door) -> None:
    """Whether there is such an account can't be told from the answer."""
    await door.add("maria", "expert")
    replies = [
        await door.client().post(SESSION, json={"user": name, "password": "грешна парола!"})
        for name in ("maria", "nobody")
    ]

    shown = [{**reply.json(), "instance": ""} for reply in replies]

    assert (401, shown[0]) == (replies[1].status_code, shown[1])


async def test_a_session_ends_when_it_is_not_used(door: Door) -> None:
    """After twelve idle hours one signs in again; use within them carries on."""
    await door.add("maria", "expert")
    browser = await door.signed_in("maria")
    statuses = []
    for hours in (11, 11, 13):
        door.clock.forward(hours * 3600)
        statuses.append((await browser.get(ME)).status_code)

    assert [200, 200, 401] == statuses


async def test_a_session_ends_after_a_week_whatever_happens(door: Door) -> None:
    """Daily use does not carry a session past seven days."""
    await door.add("maria", "expert")
    browser = await door.signed_in("maria")
    statuses = []
    for _half_day in range(15):
        door.clock.forward(12 * 3600 - 60)
        statuses.append((await browser.get(ME)).status_code)

    assert [200] * 14 + [401] == statuses


async def test_two_requests_at_once_may_both_use_a_session(door: Door) -> None:
    """Both note that it was used; one of them is first, and neither fails."""
    await door.add("maria", "expert")
    browser = await door.signed_in("maria")
    door.clock.forward(3600)

    replies = await asyncio.gather(*(browser.get(ME) for _ in range(5)))

    assert [200] * 5 == [reply.status_code for reply in replies]


async def test_ended_sessions_are_swept(door: Door) -> None:
    """P-74: what has ended is forgotten, what lives stays."""
    await door.add("maria", "expert")
    await door.signed_in("maria")
    door.clock.forward(13 * 3600)
    browser = await door.signed_in("maria")
    for sweep in (*door.gateway.sweeps, *door.gateway.sweeps):
        await sweep.run()

    assert 200 == (await browser.get(ME)).status_code


async def test_own_password_is_changed_by_who_knows_it(door: Door) -> None:
    """The browser that changed it stays in under a new session; all others are out; the new password works."""
    await door.add("maria", "expert")
    here, there = await door.signed_in("maria"), await door.signed_in("maria")
    wrong = await here.put(f"{ME}/password", json={"old": "не беше тази", "new": "нова дълга парола"})
    right = await here.put(f"{ME}/password", json={"old": PASSWORD, "new": "нова дълга парола"})
    anew = await door.client().post(SESSION, json={"user": "maria", "password": "нова дълга парола"})

    assert (422, 204, 200) == (wrong.status_code, right.status_code, anew.status_code)
    assert (200, 401) == ((await here.get(ME)).status_code, (await there.get(ME)).status_code)


async def test_a_program_may_change_the_password_of_its_account(door: Door) -> None:
    """With a bearer token no session begins."""
    user = await door.add("maria", "expert")
    program = await door.program("expert", user=user)

    reply = await program.put(f"{ME}/password", json={"old": PASSWORD, "new": "нова дълга парола"})

    assert (204, None) == (reply.status_code, reply.headers.get("set-cookie"))


async def test_guessing_slows_down_and_the_owner_gets_in_elsewhere(door: Door) -> None:
    """After five wrong passwords the client has to wait, told for how long; another client does not."""
    await door.add("maria", "expert")
    guesser = door.client(address="198.51.100.7")
    replies = [await guesser.post(SESSION, json={"user": "maria", "password": f"опит {n}"}) for n in range(6)]
    owner = await door.client().post(SESSION, json={"user": "maria", "password": PASSWORD})

    assert [401] * 5 + [429] == [reply.status_code for reply in replies]
    assert (True, 200) == (int(replies[-1].headers["retry-after"]) >= 1, owner.status_code)


async def test_a_hash_made_with_old_parameters_is_renewed(door: Door, tmp_path: Path) -> None:
    """Signing in after the parameters were raised stores a hash of today's."""
    user = await door.gateway.house.accounts.one(await door.add("maria", "expert"))
    before = user.password_hash
    async with a_door(cheap(tmp_path).model_copy(update={"password_rounds": 2})) as stronger:
        await _keep(stronger, user)
        await stronger.signed_in("maria")
        after = (await stronger.gateway.house.accounts.one(user.id)).password_hash

    assert ("t=1", "t=2") == (before.split("$")[3].split(",")[1], after.split("$")[3].split(",")[1])


async def _keep(door: Door, user: User) -> None:
    await door.gateway.house.accounts._records.users.insert(user)


async def test_too_many_sign_ins_at_once_are_told_to_come_later(tmp_path: Path) -> None:
    """P-36: hashing is bounded: who would wait too long is answered 503 with Retry-After."""
    settings = cheap(tmp_path, passwords_at_once=1, passwords_waiting=0)
    async with a_door(settings) as door:
        await door.add("maria", "expert")
        passwords: Passwords = door.gateway.house.accounts._passwords
        passwords._asked = 1
        reply = await door.client().post(SESSION, json={"user": "maria", "password": PASSWORD})

    assert (503, "3") == (reply.status_code, reply.headers["retry-after"])
