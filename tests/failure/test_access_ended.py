"""Rights that end: what an account, a password or a role loses, its sessions, tokens and open streams lose at once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from services.gateway.app import GatewayService
from services.gateway.edge.caller import SESSION_COOKIE
from services.gateway.live.notices import Notice
from shared.identity import STAFF
from tests.failure.access_town import CHEAP, PASSWORD, Peopled, Someone
from tests.system.conftest import a_town
from tests.unit.gateway.builders import Watching

WITHIN_S = 60
"""A generous wait for what takes a second."""
USERS, ME = "/api/v1/users", "/api/v1/me"

pytestmark = pytest.mark.asyncio(loop_scope="module")

End = Callable[[Peopled, Someone], Awaitable[None]]


async def _patched(peopled: Peopled, who: Someone, **change: object) -> None:
    (await peopled.town.operator.patch(f"/users/{who.user}", json=change)).raise_for_status()


async def _closes(peopled: Peopled, who: Someone) -> None:
    await _patched(peopled, who, active=False)


async def _closes_and_opens(peopled: Peopled, who: Someone) -> None:
    await _patched(peopled, who, active=False)
    await _patched(peopled, who, active=True)


async def _gets_a_password(peopled: Peopled, who: Someone) -> None:
    await _patched(peopled, who, password="съвсем друга парола")


async def _changes_the_password(peopled: Peopled, who: Someone) -> None:
    other = await peopled.signed_in(who.name)
    body = {"old": PASSWORD, "new": "съвсем друга парола"}
    (await other.put("/api/v1/me/password", json=body)).raise_for_status()
    await other.aclose()


@pytest.mark.parametrize("end", [_closes, _closes_and_opens, _gets_a_password, _changes_the_password])
async def test_what_was_signed_in_before_is_out(peopled: Peopled, end: End) -> None:
    """P-54: a closed account, or another password, ends all sessions, tokens and streams of the account for good."""
    who = await peopled.add(f"one-{len(peopled.people)}", "expert")
    cookie = {"cookie": f"{SESSION_COOKIE}={who.browser.cookies[SESSION_COOKIE]}"}
    gateway = peopled.town.system.gateway
    streams = [Watching(gateway, headers=headers) for headers in (cookie, _small(who.bearer))]
    for stream in streams:
        await stream.until("retry: 3000")
    await end(peopled, who)
    async with asyncio.timeout(WITHIN_S):
        for stream in streams:
            await stream.ended()
    after = [(await who.browser.get(ME)).status_code, (await who.program(peopled, "GET", "/me")).status_code]

    assert [401, 401] == after


def _small(bearer: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in bearer.items()}


async def test_a_lost_role_is_lost_with_the_next_request(peopled: Peopled) -> None:
    """P-54: session and token keep no role that the account has lost, and a token gets none that is new."""
    who = await peopled.add("two", "expert", "evaluator")
    paths = ("/surveys/vote/responses.csv", "/values")
    before = [await _may(peopled, who, path) for path in paths]
    await _patched(peopled, who, roles=["evaluator", "moderator"])
    after = [await _may(peopled, who, path) for path in paths]
    held = (await who.program(peopled, "GET", "/me")).json()["roles"]

    assert ([(200, 200), (200, 200)], [(403, 403), (200, 200)], ["evaluator"]) == (before, after, held)


async def _may(peopled: Peopled, who: Someone, path: str) -> tuple[int, int]:
    return (await who.browser.get("/api/v1" + path)).status_code, (await who.program(peopled, "GET", path)).status_code


async def test_a_moved_officer_gives_for_the_new_unit_alone(peopled: Peopled) -> None:
    """P-54: an officer who moves to another unit loses the values of the old one, with session and token alike."""
    who = peopled.people["officer"]
    await _patched(peopled, who, unit="water")
    body = {"value": 1, "source": "x"}
    paths = [f"/indicators/{name}/values/2023" for name in ("i-roads", "i-water")]
    by_token = [(await who.program(peopled, "PUT", path, body)).status_code for path in paths]
    by_cookie = [(await who.browser.put("/api/v1" + path, json=body)).status_code for path in paths]

    assert ([404, 201], [404, 200]) == (by_token, by_cookie)


async def test_a_stream_tells_no_more_than_the_role_that_is_left(peopled: Peopled) -> None:
    """P-54: an open stream whose listener loses a role hears nothing more that is for that role."""
    who, gateway = peopled.people["evaluator"], peopled.town.system.gateway
    stream = Watching(gateway, headers=_small(who.bearer))
    await stream.until("retry: 3000")
    gateway.hub.tell(Notice("alert.raised", "plan", "before", roles=STAFF))
    await stream.until('data: {"plan":"before"}')
    await _patched(peopled, who, roles=["citizen"])
    async with asyncio.timeout(WITHIN_S):
        number = 0
        while await _hears_what_staff_hears(gateway, stream, number):
            number += 1
    again = await _hears_what_staff_hears(gateway, stream, number + 1)
    await stream.leave()

    assert not again


async def _hears_what_staff_hears(gateway: GatewayService, stream: Watching, number: int) -> bool:
    gateway.hub.tell(Notice("alert.raised", "plan", f"staff{number}", roles=STAFF))
    gateway.hub.tell(Notice("all", "plan", f"all{number}"))
    await stream.until(f'data: {{"plan":"all{number}"}}')
    return f'data: {{"plan":"staff{number}"}}' in stream.lines


async def test_a_revoked_or_expired_token_is_dead_and_so_is_its_stream(tmp_path: Path) -> None:
    """P-54: a token that is revoked, or whose days are over, opens nothing more, and its streams end."""
    async with a_town(tmp_path / "data", **CHEAP) as town:
        made = [
            (await town.operator.post("/tokens", json={"roles": ["expert"], "days": days})).json() for days in (300, 1)
        ]
        bearers = [{"authorization": f"Bearer {each['token']}"} for each in made]
        streams = [Watching(town.system.gateway, headers=bearer) for bearer in bearers]
        for stream in streams:
            await stream.until("retry: 3000")
        (await town.operator.delete(f"/tokens/{made[0]['id']}")).raise_for_status()
        town.ahead = timedelta(days=2)
        async with asyncio.timeout(WITHIN_S):
            for stream in streams:
                await stream.ended()
        statuses = [(await town.public.get("/me", headers=bearer)).status_code for bearer in bearers]

    assert [401, 401] == statuses


async def _minted(peopled: Peopled, maker: Someone) -> list[dict[str, str]]:
    """Tokens that nobody's account stands behind: one that an administrator made, and one made with that."""
    first = await maker.program(peopled, "POST", "/tokens", {"roles": ["administrator"]})
    bearer = {"authorization": f"Bearer {first.json()['token']}"}
    second = await peopled.town.public.post("/tokens", json={"roles": ["expert"]}, headers=bearer)
    return [bearer, {"authorization": f"Bearer {second.json()['token']}"}]


async def _stops_and_starts_administering(peopled: Peopled, who: Someone) -> None:
    await _patched(peopled, who, roles=["citizen"])
    await _patched(peopled, who, roles=["administrator"])


@pytest.mark.parametrize(
    "end", [_closes, _closes_and_opens, _gets_a_password, _changes_the_password, _stops_and_starts_administering]
)
async def test_tokens_that_an_intruder_made_die_with_what_he_stole(peopled: Peopled, end: End) -> None:
    """P-54: tokens made in an administrator's name die for good when that account closes or its password changes."""
    maker = await peopled.add(f"maker-{len(peopled.people)}", "administrator")
    minted = await _minted(peopled, maker)
    before = [(await peopled.town.public.get("/me", headers=each)).status_code for each in minted]
    await end(peopled, maker)
    after = [(await peopled.town.public.get("/me", headers=each)).status_code for each in minted]

    assert ([200, 200], [401, 401]) == (before, after)


async def test_a_signed_out_session_is_dead_on_the_server(peopled: Peopled) -> None:
    """P-54: a cookie that was copied before signing out is worth nothing afterwards, and its stream ends."""
    who = peopled.people["citizen"]
    headers = {"cookie": f"{SESSION_COOKIE}={who.browser.cookies[SESSION_COOKIE]}"}
    stream = Watching(peopled.town.system.gateway, headers=headers)
    await stream.until("retry: 3000")
    await who.browser.delete("/api/v1/session")
    async with asyncio.timeout(WITHIN_S):
        await stream.ended()
    reply: httpx.Response = await peopled.town.public.get("/me", headers=headers)

    assert 401 == reply.status_code
