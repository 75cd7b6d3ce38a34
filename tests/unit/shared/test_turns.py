"""Work that goes on a few at a time."""

import asyncio
import threading

import pytest

from shared.errors import Unavailable
from shared.turns import Turns


async def test_a_few_go_on_some_wait_and_the_rest_is_told() -> None:
    """P-36: of four at once two go on, one waits and goes on later, the fourth is told to come again."""
    turns, going, most = Turns("test", at_once=2, waiting=1), 0, 0

    async def work() -> None:
        nonlocal going, most
        async with turns.turn():
            going += 1
            most = max(most, going)
            await asyncio.sleep(0.01)
            going -= 1

    done = await asyncio.gather(*(work() for _ in range(4)), return_exceptions=True)

    assert [None, None, None, Unavailable] == [type(each) if each else None for each in done]
    assert 2 == most


async def test_it_runs_in_threads_of_its_own() -> None:
    """What is run returns, and raises, from a thread that nobody else uses."""
    turns = Turns("own", at_once=1, waiting=0)

    name = await turns.run(lambda: threading.current_thread().name)
    with pytest.raises(ZeroDivisionError):
        await turns.run(lambda: 1 // 0)

    assert name.startswith("own")
