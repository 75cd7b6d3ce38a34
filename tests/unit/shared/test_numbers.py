"""Numbers are read as they were meant, or refused; none changes on its way."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.numbers import canonical, figure_of, json_number, number_cell, read_number


@pytest.mark.parametrize(
    ("written", "figure"),
    [
        ("12,5", "12.5"),
        ("12.5", "12.5"),
        ("1 234,5", "1234.5"),
        ("1\u00a0234\u202f567,89", "1234567.89"),
        ("1.234", "1.234"),
        ("0,125", "0.125"),
        (" 007 ", "7"),
        ("\u22125", "-5"),
        ("-0,0", "0"),
        ("1e-05", "0.00001"),
        ("1.50", "1.5"),
    ],
)
def test_numbers_are_read_as_people_write_them(written: str, figure: str) -> None:
    """Decimal comma or point, spaces between thousands, a real minus, leading and trailing zeros."""
    assert figure == read_number(written)


@pytest.mark.parametrize(
    "written",
    [
        "1,234",
        "12,345",
        "1_000",
        "١٢",
        "nan",
        "inf",
        "1e400",
        "1e16",
        "",
        "-",
        "5 %",
        "12 34",
        "1.2.3",
        "0.1234567890123",
        "1234567890123456",
        "+5",
        "12,5лв",
        "0x10",
        "1,234,567",
    ],
)
def test_what_can_be_read_two_ways_or_is_no_number_is_refused(written: str) -> None:
    """Better no number than another one."""
    assert read_number(written) is None


@pytest.mark.parametrize(("number", "figure"), [(0.1, "0.1"), (12.0, "12"), (-0.0, "0"), (1e-7, "0.0000001"), (7, "7")])
def test_json_numbers_are_their_shortest_decimal(number: float, figure: str) -> None:
    """A float's noise never becomes digits."""
    assert figure == figure_of(number)


@pytest.mark.parametrize("other", [True, "5", None, float("nan"), float("inf"), 10**15, 0.1 + 0.2, [1]])
def test_what_is_no_number_of_ours_has_no_figure(other: object) -> None:
    """Booleans, texts, infinities and numbers with too many digits are refused, never rounded."""
    assert figure_of(other) is None


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_canonical_text_is_the_same_number_once(number: Decimal) -> None:
    """Writing changes no number, and writing it again changes no text."""
    figure = canonical(number)

    assert figure is not None
    assert Decimal(figure) == number
    assert figure == canonical(Decimal(figure)) == read_number(figure)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9))
def test_figures_survive_json_and_spreadsheets(number: Decimal) -> None:
    """What leaves as a number comes back as the same figure."""
    figure = canonical(number) or ""

    assert figure == figure_of(json_number(figure))
    assert figure == figure_of(number_cell(figure))


def test_a_cell_is_text_where_a_number_would_change_it() -> None:
    """A spreadsheet's numbers have fewer digits than ours may."""
    assert "123456789012345.123456789012" == number_cell("123456789012345.123456789012")
    assert number_cell(None) is None
