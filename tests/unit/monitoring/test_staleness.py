"""A last value that is too old is told once, on its day; what lies behind a later one is silent."""

from datetime import UTC, datetime

from shared.events.base import Event
from shared.events.monitoring import ValueWentStale
from tests.unit.monitoring.builders import PLANNER, House, a_house, a_plan, an_indicator

SWEEP = "stale values"


def stale(period: str, day: str) -> ValueWentStale:
    return ValueWentStale(plan_id="plan", indicator_id="lit", period=period, day=day)


async def sweep_on(house: House, year: int, month: int = 1, day: int = 1) -> list[Event]:
    await house.events()
    house.clock.now = datetime(year, month, day, 12, tzinfo=UTC)
    await house.sweep(SWEEP)
    return await house.events()


async def verified(house: House, *periods: str) -> None:
    for period in periods:
        await house.give(period, 60)
        await house.verify(period)


async def test_a_last_value_goes_stale_on_its_day() -> None:
    """Not the day before, and only once."""
    async with a_house(a_plan()) as house:
        house.clock.now = datetime(2016, 1, 1, tzinfo=UTC)
        await verified(house, "2015")

        assert [] == await sweep_on(house, 2017, 12, 31)
        assert [stale("2015", "2018-01-01")] == await sweep_on(house, 2018)
        assert [] == await sweep_on(house, 2019)


async def test_a_value_behind_a_later_one_is_silent() -> None:
    """Only the last that counts can go stale."""
    async with a_house(a_plan()) as house:
        await verified(house, "2014", "2015", "2016")

        assert [stale("2016", "2019-01-01")] == await sweep_on(house, 2026)


async def test_a_later_value_that_does_not_count_hides_nothing() -> None:
    """Given but not verified, it is not the last that counts."""
    async with a_house(a_plan()) as house:
        await verified(house, "2015")
        await house.give("2016", 61)

        assert [stale("2015", "2018-01-01")] == await sweep_on(house, 2018)


async def test_an_earlier_value_speaks_when_the_later_lost_its_verification() -> None:
    """It is looked at again on the day that the later would have gone stale."""
    async with a_house(a_plan()) as house:
        house.clock.now = datetime(2017, 6, 1, tzinfo=UTC)
        await verified(house, "2015", "2016")
        assert [] == await sweep_on(house, 2018)
        await house.give("2016", 62)

        assert [stale("2015", "2019-01-01")] == await sweep_on(house, 2019)


async def test_nothing_goes_stale_after_the_plans_end() -> None:
    """A day after it is judged as the end."""
    async with a_house(a_plan()) as house:
        await verified(house, "2018")

        assert [] == await sweep_on(house, 2030)


async def test_a_finished_output_never_goes_stale() -> None:
    """`stale_after` null means never."""
    async with a_house(a_plan(an_indicator(stale_after=None))) as house:
        await verified(house, "2014")

        assert [] == await sweep_on(house, 2026)


async def test_an_amended_rule_holds_for_values_that_are_there() -> None:
    """Their days are reckoned anew."""
    async with a_house(a_plan(an_indicator(stale_after=None))) as house:
        await verified(house, "2014")
        await house.ask(PLANNER, "PUT", "/plans/plan", json=a_plan(an_indicator(stale_after=1)))

        assert [stale("2014", "2016-01-01")] == await sweep_on(house, 2026)
