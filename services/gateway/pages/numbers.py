"""Numbers as people type them: read, written back, and told what is wrong with one."""

from decimal import Decimal, InvalidOperation
from typing import Any

from services.gateway.pages.words import Words

GREATEST = 10**15
LONGEST = 64
SIGNS = str.maketrans({"\u00a0": "", "\u202f": "", " ": "", ",": ".", "\u2212": "-"})


def _decimal(written: str) -> Decimal | None:
    plain = written.translate(SIGNS)
    if not plain.isascii() or "_" in plain or len(plain) > LONGEST:
        return None
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _is_small(number: Decimal) -> bool:
    return -GREATEST <= number <= GREATEST


def number_in(written: str) -> int | float | None:
    """Read a number with a comma or a point; None for what is none, or is larger than 10 to the 15th."""
    number = _decimal(written)
    if number is None or not _is_small(number):
        return None
    return int(number) if number == int(number) else float(number)


def as_written(number: float) -> str:
    """Write a number with a comma, as it would be typed."""
    return format(Decimal(repr(number)), "f").replace(".", ",")


def fault_of(answer: Any, words: Words) -> str | None:  # noqa: ANN401 - an answer of a form
    """Tell what is wrong with what was typed where a number is asked for; None for a number or nothing."""
    if not isinstance(answer, str) or not answer:
        return None
    number = _decimal(answer)
    is_long = answer.translate(SIGNS).lstrip("-").isdigit()
    if is_long or (number is not None and not _is_small(number)):
        return words.say("Числото е твърде голямо. Проверете колко цифри има.")
    return words.say("Това не е число. Напишете го с цифри, например 12 или 3,5.")
