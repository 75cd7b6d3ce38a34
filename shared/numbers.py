"""Numbers as people and programs write them, read to decimal text without a float's noise, or not at all."""

import re
from decimal import Decimal

INTEGER_DIGITS = 15
DECIMALS = 12
"""What `shared.events.base.Figure` holds; a number that needs more is refused, never rounded."""

_PLAIN = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,3})?")
_COMMA = re.compile(r"-?[0-9]{1,40},[0-9]{1,40}")
_GROUPED = re.compile(r"-?[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]{1,40})?")
_LIKE_THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2},[0-9]{3}")
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2212": "-"})


def read_number(text: str) -> str | None:
    """Read a number from a file or a field: «12,5», «12.5», «1 234,5», «1.2e-05»; None for anything else.

    «1,234» is none: it is 1.234 in Bulgarian and 1234 in English, and nobody can tell which was meant. Only ASCII
    digits are digits; signs of a currency or a percentage do not belong to the number.
    """
    bare = text.strip().translate(_SPACES)
    if _LIKE_THOUSANDS.fullmatch(bare):
        return None
    if _GROUPED.fullmatch(bare) or _COMMA.fullmatch(bare):
        bare = bare.replace(" ", "").replace(",", ".")
    return canonical(Decimal(bare)) if _PLAIN.fullmatch(bare) else None


def figure_of(number: object) -> str | None:
    """Write a number of a JSON body or of Python as decimal text; None for a boolean, a text, nan and what is too long.

    A float is read as the shortest decimal that stands for it: 0.1 is «0.1».
    """
    if isinstance(number, bool) or not isinstance(number, int | float | Decimal):
        return None
    exact = number if isinstance(number, Decimal) else Decimal(repr(number))
    return canonical(exact)


def canonical(number: Decimal) -> str | None:
    """Write a decimal in its one form: no exponent, no trailing zeros, no minus before 0; None if it is too long."""
    if number.is_zero():
        return "0"
    if not number.is_finite() or abs(number.adjusted()) > INTEGER_DIGITS + DECIMALS:
        return None
    whole, _, decimals = f"{abs(number):f}".partition(".")
    whole, decimals = whole.lstrip("0"), decimals.rstrip("0")
    if len(whole) > INTEGER_DIGITS or len(decimals) > DECIMALS:
        return None
    return ("-" if number < 0 else "") + (whole or "0") + ("." + decimals if decimals else "")


def json_number(figure: str) -> int | float:
    """Turn decimal text into the JSON number that is written with the same digits (up to 15 of them)."""
    return float(figure) if "." in figure else int(figure)


def number_cell(figure: str | None) -> int | float | str | None:
    """Turn decimal text into a number for a spreadsheet, or leave it as text where a number would change it."""
    if figure is None:
        return None
    number = json_number(figure)
    return number if figure_of(float(number)) == figure else figure
