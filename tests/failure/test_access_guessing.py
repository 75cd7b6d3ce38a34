"""Guessing and probing: passwords are slow to guess, and nobody can tell what there is from what there is not."""

import re
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from secrets import token_urlsafe

import httpx
import pytest
import pytest_asyncio

from services.gateway.settings import Settings
from tests.failure.access_town import CHEAP, PASSWORD, SURVEY, Peopled, a_filled_town, all_that_is_kept
from tests.system.conftest import a_town


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def peopled(data: Path) -> AsyncIterator[Peopled]:
    # A password costs so much here that leaving its hashing out would show.
    slow: dict[str, object] = {"password_memory_kib": 8192}
    async with a_filled_town(data, "Думи", free_failures=100_000, signins_per_client=100_000, **slow) as opened:
        yield opened


IN_ONE_TOWN = pytest.mark.asyncio(loop_scope="module")


Ask = Callable[[str], Awaitable[httpx.Response]]


def _alike(one: httpx.Response, other: httpx.Response) -> bool:
    bodies = [{name: value for name, value in reply.json().items() if name != "instance"} for reply in (one, other)]
    changing = {"x-correlation-id", "content-length"}
    headers = [{name: value for name, value in reply.headers.items() if name not in changing} for reply in (one, other)]
    return (one.status_code, bodies[0], headers[0]) == (other.status_code, bodies[1], headers[1])


async def _took_s(ask: Ask, what: str) -> float:
    began = time.perf_counter()
    await ask(what)
    return time.perf_counter() - began


async def _probes(peopled: Peopled) -> dict[str, tuple[Ask, str, Callable[[], str]]]:
    """Ways to probe: how to ask, what there is, and what there is not."""
    town = peopled.town
    if "gone" not in peopled.people:
        await peopled.add("gone", "citizen")
    await town.operator.patch(f"/users/{peopled.people['gone'].user}", json={"active": False})
    withdrawn = await peopled.respond()
    await town.done(None, "POST", "/withdrawals", {"receipt": withdrawn["receipt"]})
    token = (await town.operator.post("/tokens", json={"roles": ["expert"]})).json()

    async def sign_in(name: str) -> httpx.Response:
        return await town.public.post("/session", json={"user": name, "password": "не тази, а друга"})

    async def withdraw(receipt: str) -> httpx.Response:
        return await town.public.post("/withdrawals", json={"receipt": receipt})

    async def show(text: str) -> httpx.Response:
        return await town.public.get("/me", headers={"authorization": f"Bearer {text}"})

    async def set_up(text: str) -> httpx.Response:
        return await town.public.post("/setup", json={"token": text, "user": "first", "password": PASSWORD})

    def nobody() -> str:
        return f"nobody-{token_urlsafe(6)}"

    return {
        "an account": (sign_in, "citizen", nobody),
        "a closed account": (sign_in, "gone", nobody),
        "a receipt that was used": (withdraw, withdrawn["receipt"], lambda: token_urlsafe(20)),
        "a token's name": (show, f"megdan_{token['id']}_{token_urlsafe(32)}", lambda: f"megdan_0_{token_urlsafe(32)}"),
        "a link": (set_up, token_urlsafe(32), lambda: token_urlsafe(32)),
    }


@IN_ONE_TOWN
async def test_hit_and_miss_are_answered_alike(peopled: Peopled) -> None:
    """P-59: who probes for accounts, receipts, tokens or links is told the same of what is there and what is not."""
    differs = []
    for name, (ask, there, not_there) in (await _probes(peopled)).items():
        if not _alike(await ask(there), await ask(not_there())):
            differs.append(name)

    assert [] == differs


@IN_ONE_TOWN
async def test_hit_and_miss_take_the_same_time(peopled: Peopled) -> None:
    """P-59: nor does the time tell: over many tries in turn the medians differ by less than a third."""
    differs: dict[str, float] = {}
    for name, (ask, there, not_there) in (await _probes(peopled)).items():
        hits, misses = [], []
        for _ in range(60):
            hits.append(await _took_s(ask, there))
            misses.append(await _took_s(ask, not_there()))
        ratio = statistics.median(hits) / statistics.median(misses)
        differs |= {} if 0.67 < ratio < 1.5 else {name: ratio}

    assert {} == differs


@IN_ONE_TOWN
async def test_guesses_find_nothing(peopled: Peopled, request: pytest.FixtureRequest) -> None:
    """P-59: of a thousand guesses at receipts and drafts, by night 100,000, none is answered otherwise."""
    guesses = 50_000 if request.config.getoption("nightly") else 500
    town = peopled.town
    given = await peopled.respond()
    near = [given["receipt"][:at] + letter + given["receipt"][at + 1 :] for at in range(34) for letter in "0Z"]
    near = [each for each in near if each.replace("-", "") != given["receipt"].replace("-", "")]
    replies = [await town.public.post("/withdrawals", json={"receipt": each}) for each in near]
    told = {_told(reply) for reply in replies}
    for _ in range(guesses):
        told.add(_told(await town.public.post("/withdrawals", json={"receipt": token_urlsafe(20)})))
    drafts = {_told(await town.public.get(f"/surveys/{SURVEY}/drafts/{token_urlsafe(24)}")) for _ in range(guesses)}

    assert (1, 1) == (len(told), len(drafts))
    assert {404} == {status for status, _ in told | drafts}


def _told(reply: httpx.Response) -> tuple[int, str]:
    return reply.status_code, repr({name: value for name, value in reply.json().items() if name != "instance"})


def test_passwords_are_hashed_as_owasp_asks() -> None:
    """P-58: out of the box a password is hashed with Argon2id, 64 MiB and three passes."""
    settings = Settings()

    assert (True, True) == (settings.password_memory_kib >= 64 * 1024, settings.password_rounds >= 3)


@IN_ONE_TOWN
async def test_the_hash_on_disk_is_argon2id(peopled: Peopled, data: Path) -> None:
    """P-58: what is kept of a password is an Argon2id hash with a salt of its own, never twice the same."""
    await peopled.add("same-one", "citizen")
    await peopled.add("same-two", "citizen")
    hashes = set(re.findall(r"\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$[^\"']+", repr(all_that_is_kept(data))))

    assert len(hashes) >= len(peopled.people)


@asynccontextmanager
async def _an_account(folder: Path, **pace: int) -> AsyncIterator[Peopled]:
    async with a_town(folder, **CHEAP, **pace) as town:
        peopled = Peopled(town)
        await town.operator.post("/users", json={"user": "maria", "password": PASSWORD, "roles": ["expert"]})
        await town.operator.post("/users", json={"user": "petar", "password": PASSWORD, "roles": ["expert"]})
        yield peopled


async def _tried(peopled: Peopled, address: str, password: str, name: str = "maria", **headers: str) -> int:
    async with peopled.browser(address) as browser:
        body = {"user": name, "password": password}
        reply = await browser.post("/api/v1/session", json=body, headers=headers)
    assert reply.status_code != 429 or int(reply.headers["retry-after"]) > 0
    return reply.status_code


OWNERS, INTRUDERS = "198.51.100.7", "203.0.113.9"


async def test_guessing_is_slowed_whatever_the_guesser_says_of_himself(tmp_path: Path) -> None:
    """P-58: after a few wrong passwords comes 429, and neither forged addresses nor other spellings help."""
    async with _an_account(tmp_path / "data", free_failures=3) as peopled:
        free = [await _tried(peopled, INTRUDERS, "не тази, а друга") for _ in range(3)]
        slowed = [
            await _tried(peopled, INTRUDERS, PASSWORD),
            await _tried(peopled, INTRUDERS, PASSWORD, "MARIA"),
            await _tried(peopled, INTRUDERS, PASSWORD, " Maria "),
            await _tried(peopled, INTRUDERS, PASSWORD, **{"x-forwarded-for": OWNERS}),
            await _tried(peopled, INTRUDERS, PASSWORD, forwarded=f"for={OWNERS}", **{"x-real-ip": OWNERS}),
        ]

    assert ([401] * 3, [429] * 5) == (free, slowed)


async def test_the_owner_comes_in_while_others_guess(tmp_path: Path) -> None:
    """P-58: one who guesses, and a crowd that guesses, shut nobody out who has signed in from the same place before."""
    async with _an_account(tmp_path / "data", free_failures=3, signins_per_client=20) as peopled:
        came_in = [await _tried(peopled, OWNERS, PASSWORD)]
        for _ in range(5):
            await _tried(peopled, INTRUDERS, "не тази, а друга")
        came_in += [await _tried(peopled, OWNERS, PASSWORD), await _tried(peopled, "198.51.100.8", PASSWORD)]
        crowd = [await _tried(peopled, f"192.0.2.{number}", "не тази, а друга") for number in range(40)]
        came_in.append(await _tried(peopled, OWNERS, PASSWORD))

    assert ([200] * 4, 429) == (came_in, crowd[-1])


async def test_who_shares_an_address_with_a_guesser_comes_in(tmp_path: Path) -> None:
    """P-58: one who tries many names from the office's address shuts none of its people out, and gets no further."""
    async with _an_account(tmp_path / "data", free_failures=3, signins_per_client=20) as peopled:
        came_in = [await _tried(peopled, OWNERS, PASSWORD)]
        guesses = [await _tried(peopled, OWNERS, "не тази, а друга", f"name-{number}") for number in range(40)]
        came_in.append(await _tried(peopled, OWNERS, PASSWORD))
        never_here = await _tried(peopled, OWNERS, PASSWORD, "petar")

    assert ([200, 200], 429, 429) == (came_in, guesses[-1], never_here)


async def test_a_password_is_not_guessed_where_it_is_changed(tmp_path: Path) -> None:
    """P-58: whoever has stolen a session can't try passwords faster by changing the password than by signing in."""
    async with _an_account(tmp_path / "data", free_failures=3) as peopled:
        browser = await peopled.signed_in("maria")
        statuses = []
        for number in range(5):
            body = {"old": f"не тази, а друга {number}", "new": "съвсем друга парола"}
            statuses.append((await browser.put("/api/v1/me/password", json=body)).status_code)
        await browser.aclose()

    assert [422, 422, 422, 429, 429] == statuses
