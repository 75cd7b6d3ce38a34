"""Who is handled, who waits, who is told to come later."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from services.gateway.admission import Admission
from shared.errors import Unavailable


@asynccontextmanager
async def place(admission: Admission, client: str | None) -> AsyncIterator[None]:
    await admission.enter(client)
    try:
        yield
    finally:
        admission.leave(client)


async def entering(admission: Admission, client: str | None, order: list[str | None]) -> asyncio.Task[None]:
    """Ask for a place and give it back at once; `order` notes who had one."""

    async def go() -> None:
        async with place(admission, client):
            order.append(client)

    task = asyncio.create_task(go())
    await asyncio.sleep(0)
    return task


async def test_who_waits_gets_a_turn_client_by_client() -> None:
    """P-30: four of a crowd wait already; somebody else who comes after them is second and not fifth."""
    admission, order = Admission(1, 10, 10, 60), list[str | None]()
    async with place(admission, "crowd"):
        waiting = [await entering(admission, client, order) for client in ("crowd",) * 4 + ("other",)]
    await asyncio.gather(*waiting)

    assert ["crowd", "other", "crowd", "crowd", "crowd"] == order
    assert (0, 0) == (admission.working, admission.waiting)


async def test_when_all_places_are_taken_the_next_is_told_to_come_later() -> None:
    """P-29: one is handled, one waits; the third is refused at once, with a time to come again."""
    admission, order = Admission(1, 1, 10, 60), list[str | None]()
    async with place(admission, "a"):
        waiting = await entering(admission, "b", order)
        with pytest.raises(Unavailable) as refused:
            await (await entering(admission, "c", order))
    await waiting

    assert (["b"], 2) == (order, refused.value.retry_after_s)


async def test_one_client_has_its_share_and_this_machine_none() -> None:
    """Two of three for a client, waiting or handled; this machine itself may have all."""
    admission, order = Admission(1, 10, 2, 60), list[str | None]()
    async with place(admission, "a"):
        second = await entering(admission, "a", order)
        with pytest.raises(Unavailable):
            await (await entering(admission, "a", order))
        own = [await entering(admission, None, order) for _ in range(4)]
    await asyncio.gather(second, *own)

    assert {"a": 1, None: 4} == {client: order.count(client) for client in order}


async def test_who_waits_too_long_is_told_to_come_later() -> None:
    """P-29: and its place in the queue is nobody's."""
    admission, order = Admission(1, 10, 10, 0.01), list[str | None]()
    async with place(admission, "a"):
        waiting = await entering(admission, "b", order)
        with pytest.raises(Unavailable):
            await waiting

    assert ([], 0, 0) == (order, admission.working, admission.waiting)


async def test_who_goes_away_as_the_turn_comes_passes_it_on() -> None:
    """A turn that was given to somebody who left is the next one's."""
    admission, order = Admission(1, 10, 10, 60), list[str | None]()
    async with AsyncExitStack() as held:
        await held.enter_async_context(place(admission, "a"))
        left, stays = await entering(admission, "b", order), await entering(admission, "c", order)
        await held.aclose()
        left.cancel()  # its turn has come, and it does not know yet
    await asyncio.gather(left, stays, return_exceptions=True)

    assert (["c"], 0, 0) == (order, admission.working, admission.waiting)
