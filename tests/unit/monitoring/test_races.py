"""Who finds somebody else at work reads anew; nothing is lost and nobody is told of it."""

import asyncio

from services.monitoring.store import INDICATORS
from services.monitoring.usecases.plans import spread
from tests.unit.monitoring.test_laws import PEOPLE, an_office


async def test_two_estimates_at_once_end_with_the_later() -> None:
    """Both find no value yet; one writes, the other takes its turn."""
    office = await an_office()
    await asyncio.gather(office.act(("hear", PEOPLE[2], 1)), office.act(("hear", PEOPLE[2], 2)))
    (value,) = await office.values()

    assert ("20", "provisional", 2) == (value.figure, value.state, value.fed and value.fed.number)


async def test_a_plan_is_spread_by_two_at_once() -> None:
    """As the request that adopts it and the reaction to its event do."""
    office = await an_office()
    indicators = office.store.collection(INDICATORS)
    await indicators.delete("happy")
    await asyncio.gather(spread(office.desk, "plan"), spread(office.desk, "plan"))

    assert await indicators.get("happy")


async def test_two_corrections_at_once_do_not_overwrite_one_another() -> None:
    """Of two that have read the same, one is recorded and the other is told that somebody was faster."""
    office = await an_office()
    await office.act(("hear", PEOPLE[2], 3))
    accepted = await asyncio.gather(*(office.act(("give", PEOPLE[0], figure)) for figure in (1, 2)))

    assert [False, True] == sorted(accepted)
    assert 1 == len(office.figures)
