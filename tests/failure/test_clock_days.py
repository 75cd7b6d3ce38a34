"""What was shown on a day is what is answered for that day ever after."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.failure.clock_town import PLAN, Machine, load_plan, town_at
from tests.system.conftest import Town

DAYS = 5
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
INDICATORS = ("population", "population_change", "natural_increase")


async def work(town: Town, day: int) -> None:
    """Correct a value, have another one verified, and let both come into the evaluation."""
    for number, indicator in enumerate(INDICATORS[: 1 + day % 3]):
        path = f"/indicators/{indicator}/values/2018"
        await town.done("expert", "PUT", path, {"value": 19_000 + day if not number else -day, "source": "НСИ"})
        if day % 2:
            await town.done("expert", "POST", f"{path}/verify", subject="another")
    await town.settle()


async def shown(town: Town, **asked: str) -> list[Any]:
    """The evaluation, its history and one node's evidence: as they are, or as they were asked for."""
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    paths = (PLAN, f"{PLAN}/history", f"{PLAN}/evidence/o2.p4.m1")
    answers = [await town.done(None, "GET", f"/evaluation/{path}?{query}") for path in paths]
    return [{name: value for name, value in answer.items() if name != "known"} for answer in answers]


@pytest.mark.parametrize("jump", [-DAY, timedelta(0), DAY], ids=["back", "none", "ahead"])
async def test_a_day_that_is_asked_for_later_is_what_was_shown(tmp_path: Path, jump: timedelta) -> None:
    """P-24, P-20: day D asked for later is what was shown at its end, also if the clock has jumped since."""
    machine, kept = Machine(), dict[str, list[Any]]()
    async with town_at(tmp_path / "data", machine.clock()) as town:
        await load_plan(town)
        for day in range(DAYS):
            await work(town, day)
            kept[machine.says.date().isoformat()] = await shown(town)
            machine.run(DAY)
        machine.says += jump
        for day in range(DAYS, DAYS + 3):
            await work(town, day)
            machine.run(HOUR)
        asked = {day: await shown(town, as_of=day, known=day) for day in kept}
    async with town_at(tmp_path / "data", machine.clock()) as town:
        after_a_start = {day: await shown(town, as_of=day, known=day) for day in kept}

    assert kept == asked
    assert kept == after_a_start
    assert len({str(answer[0]["tree"]) for answer in kept.values()}) > 1
