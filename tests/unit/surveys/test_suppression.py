"""Which cells of a table are kept back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.surveys.domain.suppression import bridges, hidden_beside, hidden_parts, suppressed, with_totals
from tests.domain_cases import Case, cases


@pytest.mark.parametrize("case", cases("suppression"), ids=lambda case: case.name)
def test_small_cells_are_covered(case: Case) -> None:
    """Cells under the threshold are hidden, with the cheapest cover that keeps them from being worked out."""
    hidden = suppressed(case.inputs["table"], case.inputs["threshold"])

    expected = case.expected["primary"] + case.expected["complementary"]
    assert {(row, column) for row, column in expected} == hidden


_TABLES = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(st.integers(0, 30), min_size=width, max_size=width), min_size=2, max_size=5)
)


@given(_TABLES)
def test_no_small_cell_can_be_worked_out(table: list[list[int]]) -> None:
    """In any table with a cover left to take, no cell under the threshold is a bridge."""
    hidden = suppressed(table, 5)

    counts = with_totals(table)
    worked_out = {(r, c) for r, c in bridges(hidden, len(counts)) if counts[r][c] < 5}
    shown = {(r, c) for r, row in enumerate(counts) for c, n in enumerate(row) if n} - hidden
    assert not worked_out or all(_gives_no_cover(cell, hidden, shown, counts) for cell in worked_out)


def _gives_no_cover(
    cell: tuple[int, int], hidden: frozenset[tuple[int, int]], shown: set[tuple[int, int]], counts: list[list[int]]
) -> bool:
    """Even with all cells hidden but the whole total, this one could be worked out."""
    everything = (hidden | shown) - {(len(counts) - 1, len(counts[0]) - 1)}
    return cell in bridges(everything | {cell}, len(counts))


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ([40, 30, 20], set()),
        ([40, 30, 3], {1, 2}),
        ([40, 3, 2, 0], {1, 2}),
        ([40, 3, 1, 0], {0, 1, 2}),
        ([3, 0], {0}),
        ([0, 0], set()),
    ],
)
def test_parts_of_a_whole_are_hidden_together(counts: list[int], hidden: set[int]) -> None:
    """What subtraction leaves are two parts at least, of k people at least, where there are so many."""
    assert hidden == hidden_parts(counts, 5)


@pytest.mark.parametrize(
    ("counts", "rest", "hidden"),
    [
        ([40, 30, 20], [40, 30, 20], set()),
        ([40, 30, 20], [40, 30, 2], {1, 2}),
        ([40, 30, 0], [40, 30, 2], {1, 2}),
        ([40, 3, 2], [40, 9, 9], {1, 2}),
        ([40, 3, 1], [40, 9, 9], {0, 1, 2}),
        ([40, 3, 20], [0, 0, 0], {1, 2}),
        ([3, 0], [9, 0], {0}),
    ],
)
def test_parts_are_hidden_here_and_there(counts: list[int], rest: list[int], hidden: set[int]) -> None:
    """What is small in a part of the whole or in its rest is hidden, with k people or more in both."""
    assert hidden == hidden_beside(counts, rest, 5)
