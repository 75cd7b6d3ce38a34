"""Surveys in a whole installation: from a citizen's answer to what the public reads, on the engines that are used."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from time import monotonic

from tests.system.conftest import Json, Town, load_balchik, load_responses

SURVEY = "/surveys/vision-2020"
ANSWERS = {"settlement": "02508", "age": "30_44", "sex": "female", "roads": 4, "influence": 3}
WITHIN_S = 60
"""Generous, since a busy machine is slow; the promise of a second is measured by the benchmarks."""


async def soon(reached: Callable[[], Awaitable[bool]]) -> bool:
    """Tell whether something comes true within a few seconds."""
    until = monotonic() + WITHIN_S
    while monotonic() < until:
        if await reached():
            return True
        await asyncio.sleep(0.02)
    return False


async def given(town: Town, number: int) -> Json:
    path = f"{SURVEY}/responses/{'citizen-of-balchik'}{number:08d}"
    return await town.done(None, "PUT", path, {"answers": ANSWERS, "channel": "web", "language": "bg"})


async def test_a_response_is_in_what_staff_see(town: Town) -> None:
    """An answer that was accepted is counted for experts by itself."""
    await load_balchik(town)
    await given(town, 1)

    async def seen() -> bool:
        results = await town.done("expert", "GET", f"{SURVEY}/results")
        return bool(results["responses"] == 1 and results["questions"][3]["n"] == 1)

    assert await soon(seen)


async def test_the_demo_is_imported_whole_and_once(town: Town) -> None:
    """1,200 responses are counted; the same file again changes nothing and says so."""
    await load_balchik(town)
    first = await load_responses(town)
    again = await load_responses(town)
    results = await town.done(None, "GET", f"{SURVEY}/results")

    assert [(1200, 0), (0, 1200)] == [(told["accepted"], told["repeated"]) for told in (first, again)]
    assert results["responses"] == 1200
    assert 1200 - 80 - 5 < results["published"] <= 1195  # steps of five, or of a crowd that came at once


async def test_the_response_that_completes_a_step_is_followed_by_the_public_figures(town: Town) -> None:
    """Five more responses, and the public sees five more of those before."""
    await load_balchik(town)
    await load_responses(town)
    for number in range(5):
        await given(town, number)

    async def moved() -> bool:
        return bool((await town.done(None, "GET", f"{SURVEY}/results"))["published"] == 1200)

    assert await soon(moved)


async def test_a_closing_makes_the_figures_final(town: Town) -> None:
    """Ten seconds after the closing all is announced that may be, and the record is whole."""
    await load_balchik(town)
    await load_responses(town)
    await town.done("expert", "POST", f"{SURVEY}/close")
    town.ahead = timedelta(seconds=11)

    async def final() -> bool:
        return bool((await town.done(None, "GET", f"{SURVEY}/results"))["final"])

    assert await soon(final)
    assert [] == (await town.done("administrator", "POST", "/operations/surveys/verify"))["faults"]


async def test_a_rebuild_shows_the_same(town: Town) -> None:
    """The projections made anew from the log say what they said."""
    await load_balchik(town)
    await load_responses(town)
    paths = [f"{SURVEY}/results", f"{SURVEY}/results?by=age", f"{SURVEY}/results?weighted=false"]
    before = [await town.done(None, "GET", path) for path in paths]
    await town.done("administrator", "POST", "/operations/surveys/rebuild/counting")

    assert before == [await town.done(None, "GET", path) for path in paths]


async def test_a_withdrawal_leaves_nothing_that_was_said(town: Town) -> None:
    """Taken back by its receipt, a response is out of the figures and out of the export."""
    await load_balchik(town)
    path = f"{SURVEY}/responses/{'citizen-of-balchik'}{7:08d}"
    body = {"answers": ANSWERS | {"idea": "тайната ми мисъл"}, "channel": "web"}
    receipt = (await town.done(None, "PUT", path, body))["receipt"]
    await town.done(None, "POST", "/withdrawals", {"receipt": receipt})
    await town.settle()
    results = await town.done("expert", "GET", f"{SURVEY}/results")
    export = await town.ask("expert", "GET", f"{SURVEY}/responses.csv")

    assert (0, False) == (results["responses"], "тайната" in export.text)
