"""However the log is folded, in one batch or in many, what is counted and shown is the same to the byte."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import folding
from tests.unit.surveys.square import Square, a_square
from tests.unit.surveys.test_counting import PROJECTIONS
from tests.unit.surveys.test_counting_rows import with_rows


async def in_batches(square: Square, sizes: list[int]) -> list[list[bytes]]:
    """Deliver in batches of these sizes, and read the projections before what was withdrawn is emptied."""
    reactions, square.service.projector.reactions = square.service.projector.reactions, {}
    await square.deliver(sizes)
    square.service.projector.reactions = reactions
    return [await square.kept(of) for of in PROJECTIONS]


async def folded_in(square: Square, size: int) -> list[list[bytes]]:
    """Fold the same log again, so many entries at a time."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(folding, "REBUILT_AT_ONCE", size)
        await square.service.projector.rebuild("counting")
    return [await square.kept(of) for of in PROJECTIONS]


@settings(max_examples=10, deadline=None)
@given(
    st.lists(st.integers(1, 12), max_size=12),
    st.lists(st.tuples(st.integers(0, 59), st.integers(20, 60)), max_size=6, unique_by=lambda pair: pair[0]),
)
async def test_however_the_log_is_cut_the_figures_are_the_same(
    sizes: list[int], withdrawals: list[tuple[int, int]]
) -> None:
    """Giving and withdrawing, folded in any batches, ends in the same steps and tallies as one by one."""
    square = a_square()
    await square.opened()
    receipts: dict[int, str] = {}
    for number in range(60):
        receipts[number] = (await square.give(number)).json()["receipt"]
        for taken, at in withdrawals:
            if at == number and taken in receipts:
                await square.ask("POST", "/withdrawals", {"receipt": receipts[taken]})

    assert await in_batches(square, sizes) == await folded_in(square, 1) == await folded_in(square, 7)


@settings(max_examples=8, deadline=None)
@given(
    st.lists(st.integers(1, 12), max_size=12),
    st.lists(st.integers(0, 59), max_size=6, unique=True),
)
async def test_however_the_log_is_cut_the_rows_are_the_same(sizes: list[int], withdrawals: list[int]) -> None:
    """Rows and questions of few, too, are to the byte the same in any batches, withdrawals among them."""
    square = await with_rows(60)
    for taken in withdrawals:
        receipt = (await square.give(taken)).json()["receipt"]
        await square.ask("POST", "/withdrawals", {"receipt": receipt})
    for number in range(60, 70):
        await square.give(number, sex="ab"[number % 2], roads=3)

    assert await in_batches(square, sizes) == await folded_in(square, 1) == await folded_in(square, 7)
