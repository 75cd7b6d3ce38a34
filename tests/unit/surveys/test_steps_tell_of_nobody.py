"""The invariant of the steps: all tables that are ever shown, subtracted in any way, tell of nobody or of k or more."""

from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from services.surveys.domain.advancing import Entry
from tests.unit.surveys.histories import CUTS, PARTS, K, histories, shown_tables, smallest_group


@settings(max_examples=150, deadline=None)
@given(histories(), st.booleans())
def test_no_tables_tell_of_fewer_than_k(history: list[Entry], closes: bool) -> None:  # noqa: FBT001 - hypothesis fills it
    """However all tables of a question are subtracted, whole and rows of all cuts, no group of 1 to k - 1 is left."""
    shown = shown_tables(history, closes=closes)

    for part in PARTS:
        assert smallest_group([each.table for each in shown if each.part == part], K - 1) is None


@given(histories())
def test_no_difference_of_two_tables_is_of_fewer_than_k(history: list[Entry]) -> None:
    """Two tables of a question differ in nobody or in k responses at least."""
    shown = shown_tables(history)

    for one, other in combinations(shown, 2):
        if one.part == other.part:
            assert len(one.table ^ other.table) not in range(1, K)


@given(histories())
def test_rows_and_the_rest_of_the_whole_are_not_small(history: list[Entry]) -> None:
    """The latest rows of a cut together leave nobody of the whole, or k at least, and the other way round."""
    shown = shown_tables(history)

    for cut, whole in product(CUTS, [each for each in shown if not each.row]):
        rows = [[each.table for each in shown if (each.part, each.row) == (whole.part, row)][-1:] for row in cut if row]
        together = frozenset[int]().union(*(table for tables in rows for table in tables))
        assert len(whole.table ^ together) not in range(1, K)


def test_a_sum_that_tells_of_one_is_found() -> None:
    """The look for small groups finds what four tables tell together, and nothing where there is nothing."""
    tables = [frozenset(range(10)), frozenset(range(5)), frozenset(range(5, 9)), frozenset(range(20))]

    assert (1, None) == (smallest_group(tables, K - 1), smallest_group(tables[:2], K - 1))
