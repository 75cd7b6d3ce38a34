"""Everything that is few is held: whoever waits is told in time, health answers, and responses are accepted."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import httpx
import pytest

from tests.failure.bombs import many_cells
from tests.failure.flood import Answer, Flood, a_request
from tests.failure.flooded import Flooded, a_submission, flooded
from tests.failure.test_load_survey import a_file
from tests.running import ROOT, settle
from tests.system.test_the_loop import SURVEY

HELD = 80
"""Files at once: two are read, 64 wait, the rest is told to come later."""

SIGN_INS, WAITING = 80, 16
"""Sign-ins at once; four are looked at, and so many wait."""

AT_ONCE = 50
ROWS = 40
GIVEN = 40


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flooded]:
    monkeypatch.chdir(ROOT)
    with flooded(tmp_path / "data", MEGDAN_GATEWAY_PASSWORDS_WAITING=str(WAITING)) as process:
        yield process


def sign_in(number: int) -> bytes:
    """Somebody nobody knows, with a password that takes as long to look at as a right one."""
    return a_request("POST", "/session", {"user": f"nobody-{number}", "password": "четири думи една до друга"})


async def given(process: Flooded, whose: str) -> list[Answer]:
    """Give responses at a calm pace."""
    flood = Flood(process.port, most=8)
    answers = await flood.send([a_submission(number, whose) for number in range(GIVEN)], 20)
    flood.close()
    return answers


async def signing_in(process: Flooded, address: str, numbers: range) -> list[Answer]:
    flood = Flood(process.port, address=address)
    answers = await flood.send([sign_in(number) for number in numbers], 1e6)
    flood.close()
    return answers


def owner_of(process: Flooded) -> httpx.AsyncClient:
    """The owner, who may ask many things at once."""
    transport = httpx.AsyncHTTPTransport(uds=str(process.data / "megdan.sock"), limits=httpx.Limits())
    return httpx.AsyncClient(transport=transport, base_url="http://megdan/api/v1", timeout=600)


async def health(process: Flooded) -> list[int]:
    async with httpx.AsyncClient(base_url=process.url, timeout=60) as client:
        return [(await client.get(f"/health/{which}")).status_code for which in ("live", "ready")]


async def first_refused(files: list[asyncio.Task[httpx.Response]]) -> list[httpx.Response]:
    """Wait until somebody is told to come later."""
    async with asyncio.timeout(60):
        while not (done := [task.result() for task in files if task.done()]):
            await asyncio.sleep(0.1)
    return done


@pytest.mark.slow
def test_when_all_readers_of_files_are_held_the_rest_is_told(running: Flooded) -> None:
    """P-36: with every reader of files held, waits are bounded, the rest is 503, health answers, responses go on."""

    async def hold() -> tuple[list[httpx.Response], list[int], list[Answer]]:
        bomb = many_cells()
        async with owner_of(running) as owner:
            path = "/values/import?name=values.xlsx"
            files = [asyncio.create_task(owner.post(path, content=bomb)) for _ in range(HELD)]
            refused = await first_refused(files)
            found, answers = await health(running), await given(running, "held")
            for task in files:
                task.cancel()
            await asyncio.gather(*files, return_exceptions=True)
        return refused, found, answers

    refused, found, answers = asyncio.run(hold())
    running.kill()  # it would go on reading for minutes

    assert {(503, True)} == {(reply.status_code, "retry-after" in reply.headers) for reply in refused}
    assert [200, 200] == found
    assert {201} == {answer.status for answer in answers}


@pytest.mark.slow
def test_many_who_sign_in_at_once_wait_their_turn_and_hold_up_nobody(running: Flooded) -> None:
    """P-36, P-37: of 80 sign-ins at once some wait and the rest is 503; responses are accepted as quickly."""

    async def crowd() -> tuple[list[Answer], list[Answer], list[Answer], list[int]]:
        alone = await given(running, "lone")
        share = SIGN_INS // 4
        crowds = [
            asyncio.create_task(signing_in(running, f"127.0.0.{2 + at}", range(at * share, (at + 1) * share)))
            for at in range(4)
        ]
        beside, found = await given(running, "many"), await health(running)
        return alone, beside, [answer for answers in crowds for answer in await answers], found

    alone, beside, signed_in, found = asyncio.run(crowd())

    told = Counter(answer.status for answer in signed_in)
    assert {401, 503} == set(told)
    assert told[401] >= 4 + WAITING
    assert [] == [answer for answer in signed_in if answer.status == 503 and not answer.retry_after]
    assert [200, 200] == found
    assert {201} == {answer.status for answer in (*alone, *beside)}
    assert median(answer.took_s for answer in beside) < 5 * median(answer.took_s for answer in alone) + 0.5


@pytest.mark.slow
def test_fifty_imports_at_once_hold_up_nobody(running: Flooded) -> None:
    """P-37: while 50 files of responses are imported, each response is accepted as quickly, and no row is lost."""

    async def crowd() -> tuple[list[Answer], list[Answer], list[httpx.Response]]:
        alone = await given(running, "lone")
        path = f"/surveys/{SURVEY}/responses/import?name=responses.csv"
        contents = [a_file(ROWS).replace(b"many", b"f%03d" % number) for number in range(AT_ONCE)]
        async with owner_of(running) as owner:
            files = [asyncio.create_task(owner.post(path, content=content)) for content in contents]
            return alone, await given(running, "many"), await asyncio.gather(*files)

    alone, beside, imported = asyncio.run(crowd())
    with running.owner() as owner:
        settle(owner)

    assert [ROWS] * AT_ONCE == [reply.raise_for_status().json()["accepted"] for reply in imported]
    assert {201} == {answer.status for answer in (*alone, *beside)}
    assert median(answer.took_s for answer in beside) < 5 * median(answer.took_s for answer in alone) + 0.5
    assert AT_ONCE * ROWS + 2 * GIVEN == running.responses()
