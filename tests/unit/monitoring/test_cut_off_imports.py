"""An import that a crash cut off is finished or dropped, and undoes nobody's later word."""

from datetime import timedelta

from services.monitoring.domain.import_jobs import job_id
from services.monitoring.domain.values import Entry
from services.monitoring.store import IMPORT_JOBS, IMPORT_PARTS, PLANS, collections
from services.monitoring.tables.value_rows import ValueRow
from services.monitoring.usecases import imports
from services.monitoring.usecases.desk import Desk
from services.monitoring.usecases.imports import Brought
from tests.unit.monitoring.builders import OFFICER, SECRET, House, a_house, a_plan

SWEEP = "cut off imports"


async def prepared(house: House, content: str, *, plan: tuple[str | None, int] = (None, 0)) -> None:
    """Leave an import as a crash leaves it: checked and kept, not written."""
    desk = Desk(collections(house.store), house.clock, SECRET)
    rows = [
        ValueRow("row", indicator, period, Entry(value, "Отчет"), is_correction=False)
        for indicator, period, value in (line.split(",") for line in content.split())
    ]
    watched = await desk.kept.indicators.get_many(sorted({row.indicator for row in rows}))
    kept = await imports.check_rows(desk, (rows, []), watched, desk.person(OFFICER))
    await imports.begin(desk, kept, Brought(job_id(content.encode(), "olga"), desk.person(OFFICER)), plan)


async def left_of_imports(house: House) -> int:
    return len(house.store.collection(IMPORT_PARTS)._kept) + len(house.store.collection(IMPORT_JOBS)._kept)


async def test_an_import_that_was_cut_off_is_finished() -> None:
    """Every row, once, as it was brought; then nothing of the job is left."""
    async with a_house(a_plan()) as house:
        await prepared(house, "lit,2018,58 lit,2019,60")
        await house.give("2018", 58)
        await house.sweep(SWEEP)
        assert 1 == len(await house.values())
        house.clock.now += timedelta(seconds=61)
        await house.sweep(SWEEP)

        assert [(58, 1), (60, 1)] == [(value["value"], value["version"]) for value in await house.values()]
        assert 0 == await left_of_imports(house)


async def test_a_finished_import_undoes_nobodys_later_word() -> None:
    """A value that was corrected after the crash stays as corrected."""
    async with a_house(a_plan()) as house:
        await prepared(house, "lit,2018,58 lit,2019,60")
        await house.give("2018", 99)
        house.clock.now += timedelta(seconds=61)
        await house.sweep(SWEEP)

        assert [99, 60] == [value["value"] for value in await house.values()]


async def test_values_beside_a_plan_that_never_came_are_dropped() -> None:
    """All or nothing."""
    async with a_house(a_plan()) as house:
        await prepared(house, "lit,2018,58", plan=("plan", 2))
        await prepared(house, "lit,2019,60", plan=("plan", 1))
        house.clock.now += timedelta(seconds=61)
        await house.sweep(SWEEP)

        assert ["2019"] == [value["period"] for value in await house.values()]
        assert 0 == await left_of_imports(house)
        assert 1 == len(house.store.collection(PLANS)._kept)
