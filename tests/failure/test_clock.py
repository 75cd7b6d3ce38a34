"""The machine's clock jumps: the record keeps its order, and what is to expire or fall due does so in time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex

import pytest

from shared.clock import never_late
from tests.failure.clock_town import MONDAY, SURVEY, Machine, open_survey, town_at
from tests.system.conftest import Town, a_town, load_balchik
from tests.system.test_the_loop import an_answer

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DRAFT, RESPONSE = f"/surveys/{SURVEY}/drafts/{1:022d}", f"/surveys/{SURVEY}/responses"


def test_a_clock_that_is_set_back_is_not_believed() -> None:
    """P-20: set back a day, time goes on at its own pace; set ahead it is followed, and set right again too."""
    machine = Machine()
    clock = machine.clock()
    told = []
    for jump in (timedelta(0), -DAY, DAY, DAY, -DAY):
        machine.run(HOUR)
        machine.says += jump
        told.append(clock() - MONDAY)

    assert [HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR + DAY, 5 * HOUR] == told


def test_a_clock_that_never_jumps_is_told_as_it_is() -> None:
    """P-20: without a jump the time is the machine's."""
    now = datetime(2026, 1, 1, tzinfo=UTC)

    assert now == never_late(lambda: now, lambda: 0.0)()


async def begin_what_expires(town: Town) -> dict[str, str]:
    """A token for a day, a session, a draft, and a survey that closes at the end of Tuesday; return their secrets."""
    await open_survey(town, closes="2019-06-04")
    user = {"user": "ivan", "display_name": "Иван", "roles": ["expert"], "password": "дълга парола за проба 19"}
    await town.operator.post("/users", json=user)
    signed = await town.public.post(
        "/session", json={"user": "ivan", "password": user["password"]}, headers={"Origin": "http://127.0.0.1:8080"}
    )
    made = await town.operator.post("/tokens", json={"purpose": "test", "roles": ["expert"], "days": 1})
    await town.done(None, "PUT", DRAFT, {"answers": an_answer(1)["answers"]})
    town.public.cookies.clear()
    return {"token": made.json()["token"], "cookie": "; ".join(f"{k}={v}" for k, v in signed.cookies.items())}


async def what_holds(town: Town, secrets: dict[str, str]) -> set[str]:
    """Which of them still hold, and whether the survey takes responses, or says that it is open."""
    by_token = await town.public.get("/me", headers={"Authorization": f"Bearer {secrets['token']}"})
    by_cookie = await town.public.get("/me", headers={"Cookie": secrets["cookie"]})
    draft = await town.public.get(DRAFT)
    response = await town.ask(None, "PUT", f"{RESPONSE}/{token_hex(11)}", an_answer(1))
    for sweep in town.system.services["surveys"].sweeps:
        await sweep.run()
    survey = await town.done(None, "GET", f"/surveys/{SURVEY}")
    holds = {
        "token": by_token.json().get("roles") == ["expert"],
        "session": by_cookie.json().get("roles") == ["expert"],
        "draft": draft.status_code == 200,
        "responses": response.is_success,
        "survey": survey["state"] == "open",
    }
    return {what for what, still in holds.items() if still}


@pytest.mark.parametrize("jump", [-DAY, timedelta(0), DAY], ids=["back", "none", "ahead"])
async def test_nothing_expires_late(tmp_path: Path, jump: timedelta) -> None:
    """P-20: a token, a session, a draft and a survey end when their time has run, whatever the clock was set to."""
    machine = Machine()
    async with town_at(tmp_path / "data", machine.clock()) as town:
        secrets = await begin_what_expires(town)
        before = await what_holds(town, secrets)
        machine.says += jump
        machine.run(13 * HOUR)
        half_a_day = await what_holds(town, secrets)
        machine.run(25 * HOUR)
        next_day = await what_holds(town, secrets)
        machine.run(6 * DAY)
        next_week = await what_holds(town, secrets)

    ahead = jump > timedelta(0)
    assert {"token", "session", "draft", "responses", "survey"} == before
    assert ({"draft"} if ahead else {"token", "draft", "responses", "survey"}) == half_a_day
    assert [{"draft"}, set()] == [next_day, next_week]


async def test_log_time_never_goes_back(tmp_path: Path) -> None:
    """P-20: entries of a record are in the order of their times though the clock went a day ahead, and two back."""
    for turn, ahead in enumerate((0, 1, -1, 0)):
        async with a_town(tmp_path / "data") as town:
            if not turn:
                await load_balchik(town)
            town.ahead = ahead * DAY
            for number in range(3):
                town.ahead -= number * HOUR
                await town.done(None, "PUT", f"{RESPONSE}/{turn * 10 + number:022d}", an_answer(number))
                await town.settle()
            log = town.system.services["surveys"].projector.log
            (shard,) = await log.heads(town.system.services["surveys"].projector.shards)
            times = [entry.recorded_at for entry in await log.entries(shard, after=0)]

    assert (12, sorted(times)) == (len(times), times)
