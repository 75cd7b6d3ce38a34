"""A full disk: everybody who waits is told the truth, what can be read is read, and space cures it."""

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.failure.full_disk import Room, a_disk_that_fills
from tests.system.conftest import Town, a_town, load_balchik
from tests.system.test_the_loop import an_answer

TOGETHER = 20
SURVEY = "/surveys/vision-2020"


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    with a_disk_that_fills() as opened:
        yield opened


@pytest.fixture
async def town(room: Room, tmp_path: Path) -> AsyncIterator[Town]:
    """An installation with an open survey, on a disk with room."""
    assert room.left is None
    async with a_town(tmp_path / "data") as opened:
        await load_balchik(opened)
        yield opened
        room.left = None


async def give(town: Town, name: str) -> httpx.Response:
    return await town.ask(None, "PUT", f"{SURVEY}/responses/{name:0>22}", an_answer(len(name)))


async def give_together(town: Town, of: str) -> list[httpx.Response]:
    """Many at once, so that their writes share commits."""
    return list(await asyncio.gather(*(give(town, f"{of}{number}") for number in range(TOGETHER))))


async def counted(town: Town) -> int:
    return int((await town.done("expert", "GET", f"{SURVEY}/results"))["responses"])


async def test_everybody_is_told_that_the_disk_is_full(town: Town, room: Room) -> None:
    """P-17: on a full disk every write of a shared commit is answered 507, in words, and none of them is there."""
    room.left = 0
    full = await give_together(town, "a")
    room.left = None
    again = await give_together(town, "a")
    await town.settle()

    assert room.refused > 0
    assert {(507, "Insufficient Storage")} == {(reply.status_code, reply.reason_phrase) for reply in full}
    assert {"Мястото на диска свърши и нищо не беше записано. Освободете място и опитайте отново."} == {
        reply.json()["detail"] for reply in full
    }
    assert ({201}, TOGETHER) == ({reply.status_code for reply in again}, await counted(town))


async def test_reading_goes_on_while_the_disk_is_full(town: Town, room: Room) -> None:
    """P-17: on a full disk results, evaluation, exports and pages are read as before, and it is alive."""
    await give_together(town, "a")
    await town.settle()
    await town.token("expert")
    room.left = 0
    await give(town, "b")
    replies = [
        await town.ask("expert", "GET", f"{SURVEY}/results"),
        await town.ask("expert", "GET", f"{SURVEY}/responses.csv"),
        await town.ask(None, "GET", "/evaluation/balchik-2014-2020"),
        await town.public.get("http://127.0.0.1:8080/surveys/vision-2020/results"),
        await town.public.get("http://127.0.0.1:8080/health/live"),
    ]

    assert [200] * 5 == [reply.status_code for reply in replies]


@pytest.mark.seeds(3, 300)
async def test_what_was_told_is_true_wherever_the_disk_fills(town: Town, room: Room, seed: int) -> None:
    """P-17: wherever in the work the disk fills, who heard 201 is kept, who heard 507 is not, and space cures it."""
    chance = random.Random(seed)  # noqa: S311 - moments are to be repeatable
    room.left = chance.randrange(20_000, 400_000)
    told = {f"{turn}x{number}": 0 for turn in range(6) for number in range(TOGETHER)}
    for turn in range(6):
        replies = await give_together(town, f"{turn}x")
        told |= {f"{turn}x{number}": reply.status_code for number, reply in enumerate(replies)}
        await asyncio.sleep(chance.uniform(0, 0.1))
    room.left = None
    again = {name: (await give(town, name)).status_code for name in told}
    await town.settle()
    verified = await town.done("administrator", "POST", "/operations/surveys/verify")
    letters = await town.done("administrator", "GET", "/operations/surveys/dead-letters")

    assert {(201, 200), (507, 201)} >= {(first, again[name]) for name, first in told.items()}
    assert (len(told), [], []) == (await counted(town), verified["faults"], letters["items"])


async def test_it_stops_in_order_on_a_full_disk(room: Room, tmp_path: Path) -> None:
    """P-17: an installation that is stopped while the disk is full ends without an error, and comes back whole."""
    async with a_town(tmp_path / "data") as town:
        await load_balchik(town)
        await give_together(town, "a")
        await town.settle()
        room.left = 0
        await give(town, "b")
    room.left = None

    async with a_town(tmp_path / "data") as town:
        assert (TOGETHER, 201) == (await counted(town), (await give(town, "b")).status_code)
