"""What was erased or withdrawn is nowhere: not in files, logs, the bus, later backups, or earlier ones restored."""

from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from deploy.data_folder import read_key
from services.gateway.domain.accounts import User
from services.gateway.usecases.accounts import NewUser
from services.surveys.domain.responses import Response, ResponseKeys
from services.surveys.store import collections
from shared.events.base import Sealed
from shared.events.surveys import RESPONSES
from tests.failure.erased import Kept, a_kept_town, faults, hexadecimals, served, traces
from tests.system.conftest import Town, load_balchik
from tests.system.test_the_loop import PLAN, SURVEY

PASSWORD = "четири думи една до друга"
VILLAGE = 40
WITHDRAWN = range(0, VILLAGE, 3)

Json = Any  # whatever the API answers


async def an_officer(town: Town) -> tuple[User, Json]:
    """An officer with an account full of marks, who has signed in, holds a token and has given a value."""
    accounts = town.system.gateway.house.accounts
    indicator = (await town.done(None, "GET", f"/plans/{PLAN}"))["indicators"][0]
    new = NewUser("mark-login", PASSWORD, ("officer", "expert"), "Mark Display", unit=indicator["responsible"])
    user = await accounts.add(new)
    signed_in = await town.public.post("/session", json={"user": "mark-login", "password": PASSWORD})
    body = {"purpose": "mark-purpose", "roles": ["officer", "expert"], "unit": user.unit, "user": user.id}
    token = (await town.operator.post("/tokens", json=body)).raise_for_status().json()["token"]
    signed_in.raise_for_status()
    headers = {"Authorization": f"Bearer {token}"}
    path = f"/indicators/{indicator['id']}/values/2016"
    given = await town.public.put(path, headers=headers, json={"value": 7, "source": "A table"})
    assert given.is_success, given.text
    await town.settle()
    return user, headers


async def erase(town: Town, headers: Json) -> httpx.Response:
    content = orjson.dumps({"password": PASSWORD})
    headers = {**headers, "content-type": "application/json"}
    return await town.public.request("DELETE", "/me", headers=headers, content=content)


@pytest.mark.slow
async def test_nothing_is_left_of_an_erased_account(tmp_path: Path) -> None:
    """P-72: no store, log, bus, later backup or restore of an earlier one shows it; the record verifies, sums stay."""
    async with a_kept_town(tmp_path) as kept:
        town = kept.town
        await load_balchik(town)
        user, headers = await an_officer(town)
        before = await town.done(None, "GET", f"/evaluation/{PLAN}")
        marks = ["mark-login", "Mark Display", "mark-purpose", user.id, user.password_hash]
        earlier = kept.backup("earlier.zip")
        seen_before = traces(marks, kept.folder.path, earlier)

        reply = await erase(town, headers)
        await kept.wiped()
        later = kept.backup("later.zip")
        folder, restored = await kept.restored(earlier)

        assert 204 == reply.status_code
        assert set(marks) == {mark for _, mark in seen_before}
        assert set() == traces(marks, kept.folder.path, later, folder.path, kept.ledger)
        assert ([], before["tree"]) == (
            await faults(town.system),
            (await town.done(None, "GET", f"/evaluation/{PLAN}"))["tree"],
        )
    assert (1, []) == (restored.forgotten, restored.uncovered)
    async with served(folder) as system:
        assert [] == await faults(system)


def a_vote(number: int) -> Json:
    """One of the few answers that people of a village give, with a mark where they may write."""
    answers = {
        "settlement": "02508",
        "age": ["15_29", "30_44", "45_64", "65_plus"][number % 4],
        "sex": ["female", "male"][number // 4 % 2],
        "roads": 1 + number % 5,
    }
    return {"answers": answers, "channel": "web", "language": "bg"}


def client_id(number: int) -> str:
    return f"{number:022d}"


async def a_village(town: Town, *, with_marks: bool = False) -> list[str]:
    """Forty people answer; their receipts."""
    await load_balchik(town)
    receipts = []
    for number in range(VILLAGE):
        body = a_vote(number)
        if with_marks:
            body["answers"] |= {"idea": f"mark-idea-{number:02d}."}
        reply = await town.done(None, "PUT", f"/surveys/{SURVEY}/responses/{client_id(number)}", body)
        receipts.append(reply["receipt"])
    await town.settle()
    return receipts


async def withdraw(kept: Kept, receipts: list[str]) -> None:
    for number in WITHDRAWN:
        await kept.town.done(None, "POST", "/withdrawals", {"receipt": receipts[number]})
    await kept.wiped()


async def stored(kept: Kept) -> dict[int, Response]:
    """The village's responses as they are kept, by their numbers."""
    documents = collections(kept.town.system.services["surveys"].store)
    keys = ResponseKeys(read_key(kept.folder.key))
    names = {keys.response_id(SURVEY, client_id(number)): number for number in range(VILLAGE)}
    return {names[name]: each for name, each in (await documents.responses.get_many(list(names))).items()}


@pytest.mark.slow
async def test_what_a_withdrawn_response_said_is_nowhere(tmp_path: Path) -> None:
    """P-73: no file, log, bus, dead letter, later backup or restore of an earlier one holds what was said."""
    async with a_kept_town(tmp_path) as kept:
        receipts = await a_village(kept.town, with_marks=True)
        await kept.town.system.bus.publish([Sealed(id="x", topic=RESPONSES, key=SURVEY, body=b"poison")])
        earlier = kept.backup("earlier.zip")
        gone = [f"mark-idea-{number:02d}." for number in WITHDRAWN]
        salts = [response.salt for number, response in (await stored(kept)).items() if number in WITHDRAWN]
        seen_before = traces([*gone, *salts], kept.folder.path, earlier)

        await withdraw(kept, receipts)
        later = kept.backup("later.zip")
        folder, restored = await kept.restored(earlier)
        staff = await kept.town.done("evaluator", "GET", f"/surveys/{SURVEY}/results")

        assert {*gone, *salts} == {mark for _, mark in seen_before}
        assert set() == traces([*gone, *salts], kept.folder.path, later, folder.path, kept.ledger)
        assert [] == await faults(kept.town.system)
    assert (len(WITHDRAWN), []) == (restored.forgotten, restored.uncovered)
    async with served(folder) as system:
        steps = await collections(system.services["surveys"].store).steps.get(SURVEY)
        assert (staff["responses"], []) == (steps.given if steps else 0, await faults(system))


def guessed(contents: list[Json], *places: Path) -> set[str]:
    """Try all that can have been said under all salts that can be found, against all hashes that can be found."""
    raw = [orjson.dumps(content, option=orjson.OPT_SORT_KEYS) for content in contents]
    hashes = hexadecimals(64, *places)
    salts = ["", *hexadecimals(32, *places)]
    return {
        found for salt, said in product(salts, raw) if (found := sha256(salt.encode() + said).hexdigest()) in hashes
    }


@pytest.mark.slow
async def test_what_a_withdrawn_response_said_cant_be_guessed(tmp_path: Path) -> None:
    """P-73: who has every file and tries all answers of a village under all salts finds none that was withdrawn."""
    async with a_kept_town(tmp_path) as kept:
        receipts = await a_village(kept.town)
        responses = await stored(kept)
        contents = [dict(pairs) for pairs in {tuple(sorted(each.answers.items())) for each in responses.values()}]
        before = guessed(contents, kept.folder.path)

        await withdraw(kept, receipts)
        later = kept.backup("later.zip")
        after = guessed(contents, kept.folder.path, later)
        told = hexadecimals(64, kept.folder.path)

    seals = {number: response.seal for number, response in responses.items()}
    assert set(seals.values()) == before
    assert {seal for number, seal in seals.items() if number not in WITHDRAWN} == after
    assert set(seals.values()) <= told  # the record still holds the seals: they say nothing any more
