"""Numbers as people type them."""

import pytest

from services.gateway.pages.numbers import as_written, fault_of, number_in
from tests.unit.gateway.test_pages_sitting import the_words


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("12", 12),
        ("3,50", 3.5),
        ("-0,5", -0.5),
        ("1\u202f234,5", 1234.5),
        ("1e3", 1000),
        ("1000000000000000", 10**15),
        ("1000000000000001", None),
        ("9" * 5000, None),
        ("1e999999999", None),
        ("1e-999999999", 0),
        ("Infinity", None),
        ("sNaN", None),
        ("٣", None),
        ("", None),
    ],
)
def test_a_number_is_read_as_it_is_typed(written: str, number: float | None) -> None:
    """A comma or a point, spaces between thousands; what is none, or too large, is not guessed."""
    assert number == number_in(written)


@pytest.mark.parametrize(
    ("number", "written"), [(12, "12"), (3.5, "3,5"), (1e15, "1000000000000000"), (1e-7, "0,0000001")]
)
def test_a_number_is_written_as_it_would_be_typed(number: float, written: str) -> None:
    """No powers of ten."""
    assert written == as_written(number).removesuffix(",0")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("9" * 36, "Числото е твърде голямо. Проверете колко цифри има."),
        ("9" * 5000, "Числото е твърде голямо. Проверете колко цифри има."),
        ("1e400", "Числото е твърде голямо. Проверете колко цифри има."),
        ("nan", "Това не е число. Напишете го с цифри, например 12 или 3,5."),
        ("два", "Това не е число. Напишете го с цифри, например 12 или 3,5."),
        (12, None),
        (None, None),
    ],
)
def test_what_is_wrong_with_a_number_is_told(typed: object, said: str | None) -> None:
    """Too large and no number at all are two things."""
    assert said == fault_of(typed, the_words())
