"""The power goes while a whole installation takes responses: each 201 is there, counted, with the same reply."""

import asyncio
import random
import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.failure.unsynced import Disk, unsynced_writes_can_be_lost
from tests.system.conftest import Town, a_town, load_balchik
from tests.system.test_the_loop import an_answer

GIVERS, RESPONSES = 8, 12
CUTS = 3
LATEST_CUT = 250
"""Writes and syncs of the engine, from when the survey is open, by which the last cut has come."""

SURVEY = "/surveys/vision-2020"


@dataclass(frozen=True)
class Cut:
    """What the disk held when the power went, and the receipts that had been given by then."""

    data: Path
    receipts: dict[str, str]


async def cut_off(folder: Path, seed: int) -> list[Cut]:
    """Let participants answer, and keep what would be left of the installation at several moments."""
    chance, cuts, told = random.Random(seed), [], dict[str, str]()  # noqa: S311 - moments are to be repeatable

    def cut(disk: Disk, number: int) -> None:
        left = Cut(folder / f"cut{number}", dict(told))
        left.data.mkdir()
        shutil.copy(folder / "whole" / "key", left.data)
        disk.after_a_cut(left.data, chance)
        cuts.append(left)

    async def give(town: Town, giver: int) -> None:
        for number in range(RESPONSES):
            name = f"{giver:02d}{number:020d}"
            answer = await town.done(None, "PUT", f"{SURVEY}/responses/{name}", an_answer(number + giver))
            told[name] = answer["receipt"]

    with unsynced_writes_can_be_lost() as disk:
        async with a_town(folder / "whole") as town:
            await load_balchik(town)
            for number, moment in enumerate(chance.sample(range(1, LATEST_CUT), CUTS)):
                disk.at(moment, partial(cut, disk, number))
            await asyncio.gather(*(give(town, giver) for giver in range(GIVERS)))
            await town.settle()
    return cuts


@pytest.mark.slow
@pytest.mark.seeds(2, 100)
async def test_each_201_outlives_a_power_cut(tmp_path: Path, seed: int) -> None:
    """P-02, P-03: after a power cut each response that was answered counts once, and its repeat gets the same reply."""
    cuts = await cut_off(tmp_path, seed)

    assert len(cuts) == CUTS
    for left in cuts:
        async with a_town(left.data) as town:
            await town.settle()
            results = await town.done("expert", "GET", f"{SURVEY}/results")
            exported = await town.ask("expert", "GET", f"{SURVEY}/responses.csv")
            faults = [await verified(town, name) for name in ("surveys", "monitoring", "reporting")]
            replies = [
                await town.ask(None, "PUT", f"{SURVEY}/responses/{name}", an_answer(1)) for name in left.receipts
            ]

        assert results["responses"] == len(exported.text.strip().splitlines()) - 1
        assert [] == [fault for found in faults for fault in found]
        assert [(200, receipt) for receipt in left.receipts.values()] == [
            (reply.status_code, reply.json()["receipt"]) for reply in replies
        ]


async def verified(town: Town, service: str) -> list[object]:
    return list((await town.done("administrator", "POST", f"/operations/{service}/verify"))["faults"])
