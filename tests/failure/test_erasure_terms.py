"""Own data as a whole installation exports it, and data past its term: gone from every file, and never too early."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.backup.ledger import places
from deploy.backup.noting import noting
from deploy.data_folder import DataFolder
from services.gateway.usecases.accounts import NewUser
from shared.sweeps import Sweep
from shared.terms import LOOKS
from tests.failure.erased import Kept, a_kept_town, traces
from tests.failure.test_erasure import PASSWORD, a_vote, an_officer, client_id
from tests.system.conftest import Town, a_town, load_balchik
from tests.system.test_the_loop import PLAN, SURVEY

Json = Any  # whatever the API answers


@pytest.mark.slow
async def test_the_export_holds_what_one_has_done_and_nobody_else(tmp_path: Path) -> None:
    """P-71: values that were given and verified, surveys opened, each with its time; of others nothing."""
    async with a_kept_town(tmp_path) as kept:
        town = kept.town
        await load_balchik(town)
        user, headers = await an_officer(town)
        (given,) = (await town.public.get("/me/export", headers=headers)).raise_for_status().json()["work"]["values"]
        indicator, period = given["indicator"], given["period"]

        other = await town.system.gateway.house.accounts.add(NewUser("other-login", PASSWORD, ("expert",)))
        body = {"roles": ["expert"], "user": other.id}
        token = (await town.operator.post("/tokens", json=body)).raise_for_status().json()["token"]
        bearer = {"Authorization": f"Bearer {token}"}
        verifying = await town.public.post(f"/indicators/{indicator}/values/{period}/verify", headers=bearer)
        closing = await town.public.post(f"/surveys/{SURVEY}/close", headers=bearer)
        mine = (await town.public.get("/me/export", headers=headers)).raise_for_status()
        others = (await town.public.get("/me/export", headers=bearer)).raise_for_status()

    assert (7, "A table", user.unit) == (given["value"], given["source"], given["unit"])
    assert {"mark-login", "Mark Display"} == {mine.json()["account"][each] for each in ("user", "display_name")}
    assert [] == mine.json()["work"]["surveys"]
    assert [SURVEY] == [each["survey"] for each in others.json()["work"]["surveys"] if "closed_at" in each]
    assert (200, 200) == (verifying.status_code, closing.status_code)
    (verified,) = others.json()["work"]["values"]
    assert {"indicator", "period", "version", "verified_at"} == verified.keys()
    assert [] == [each for each in ("other", "verified_at") if each in mine.text]
    assert [] == [each for each in ("mark", user.id) if each in others.text]


async def a_beginning(town: Town) -> Json:
    """A draft, a session and a token, all with marks, as of now."""
    await load_balchik(town)
    body = a_vote(1)
    body["answers"] |= {"idea": "mark-draft"}
    address = f"/surveys/{SURVEY}/drafts/{client_id(1)}"
    await town.done(None, "PUT", address, {"answers": body["answers"], "language": "bg"})
    user = await town.system.gateway.house.accounts.add(NewUser("maria", PASSWORD, ("expert",)))
    signed_in = await town.system.gateway.house.sessions.begin(user)
    made = {"purpose": "mark-token", "roles": ["expert"], "days": 2}
    token = (await town.operator.post("/tokens", json=made)).raise_for_status().json()["id"]
    return address, signed_in, token


def sweeps(town: Town) -> list[Sweep]:
    """What forgets data past its term."""
    return [*town.system.gateway.sweeps, *town.system.services["surveys"].sweeps]


async def sweep(kept: Kept) -> None:
    for each in sweeps(kept.town):
        await each.run()


@pytest.mark.slow
async def test_what_is_past_its_term_is_in_no_file(tmp_path: Path) -> None:
    """P-74: draft after seven days, session after twelve hours, token after its days: gone from files and logs."""
    async with a_kept_town(tmp_path) as kept:
        _, signed_in, _ = await a_beginning(kept.town)
        marks = ["mark-draft", "mark-token", signed_in.session.id]
        before = traces(marks, kept.folder.path)

        kept.town.ahead = timedelta(days=7, hours=1)
        for _ in range(LOOKS):
            await sweep(kept)
        await kept.wiped()

        assert set(marks) == {mark for _, mark in before}
        assert set() == traces(marks, kept.folder.path, kept.backup("later.zip"))


@pytest.mark.slow
async def test_a_clock_that_jumps_deletes_nothing_early(tmp_path: Path) -> None:
    """P-74: a clock that is a year ahead at one look, and right again, has forgotten nothing."""
    async with a_kept_town(tmp_path) as kept:
        town = kept.town
        address, signed_in, token = await a_beginning(town)

        for ahead in (timedelta(days=365), timedelta(0), timedelta(days=-365), timedelta(0)):
            town.ahead = ahead
            await sweep(kept)

        assert "mark-draft" in (await town.ask(None, "GET", address)).text
        assert await town.system.gateway.house.sessions.shown(signed_in.cookie)
        assert token in (await town.operator.get("/tokens")).text
        assert (await town.done(None, "GET", f"/plans/{PLAN}"))["id"] == PLAN


@pytest.mark.slow
async def test_what_nobody_noted_is_noted_from_the_record(tmp_path: Path) -> None:
    """P-72: a withdrawal that came while nobody listened is noted at the next start, once."""
    folder = DataFolder(tmp_path / "data")
    async with a_town(folder.path) as town:
        await load_balchik(town)
        reply = await town.done(None, "PUT", f"/surveys/{SURVEY}/responses/{client_id(1)}", a_vote(1))
        await town.done(None, "POST", "/withdrawals", {"receipt": reply["receipt"]})
        await town.settle()
        for _ in range(2):
            async with noting(town.system, folder, None):
                pass

    assert 1 == places(folder, None)[0].read_bytes().count(b'"erased"')
