"""Trees that are moved on say what trees made anew say."""

import random
from datetime import UTC, datetime

import pytest

from shared.events.base import Event
from shared.store.memory import MemoryStore
from tests.unit.reporting.builders import (
    NODES_OF_TWO,
    Town,
    a_plan,
    a_value,
    a_verification,
    adopting,
    an_indicator,
    went_stale,
)

ASKED = (
    "/evaluation/balchik",
    "/evaluation/balchik?as_of=2017-06-30",
    "/evaluation/balchik?known=2018-06-01",
    "/evaluation/balchik/history",
    "/evaluation/balchik/history?node=m1",
    "/evaluation/balchik/evidence/p1",
)


def something(chance: random.Random) -> Event:
    """Tell something of a value, or of the whole plan."""
    indicator, period = chance.choice(("i1", "i2")), chance.choice(("2014", "2015", "2016", "2017"))
    figure = str(chance.randint(-5, 80))
    match chance.randint(0, 5):
        case 0:
            return a_verification(indicator, period, figure)
        case 1:
            return went_stale(indicator, period, "2018-05-01")
        case 2:
            return a_value("unheard", period, figure)
        case _:
            return a_value(indicator, period, figure, state=chance.choice(("given", "provisional", "verified")))


@pytest.mark.seeds(3, 300)
async def test_a_tree_that_is_moved_on_is_the_one_made_anew(seed: int) -> None:
    """Whatever is told, in whatever batches, between two readings: the answers are the same, byte for byte."""
    chance = random.Random(seed)  # noqa: S311 - what is told is to be repeatable
    store = MemoryStore("reporting", lambda: datetime(2018, 6, 1, tzinfo=UTC))
    town = Town(store)
    await town.tell(*a_plan())
    for number in range(8):
        if number == 5:
            await town.tell(*adopting(NODES_OF_TWO, [an_indicator("i1", "m2"), an_indicator("i2", "m1")], version=2))
        await town.tell(*(something(chance) for _ in range(chance.randint(1, 4))))
        moved_on = [(await town.ask(path)).content for path in ASKED]
        anew = [(await Town(store).ask(path)).content for path in ASKED]

        assert anew == moved_on
