"""What of a response is counted: each answer becomes one or more keys, and a key is counted by integers only."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from typing import Any

from services.surveys.domain.counted import Counted, Kind

ASKED = "#asked"
ANSWERED = "#answered"
_MARK = "#"
"""Begins the keys that are no option's; an option's code that begins so is written with one more."""

Counts = Mapping[tuple[str, str], int]
"""How often each (question, key) occurs."""


def countable(answers: Mapping[str, object], asked: AbstractSet[str], questions: Sequence[Counted]) -> Counts:
    """Count one response: that a question was asked, that it was answered, and what was answered.

    An answer to a question that was not asked is not counted. Keys: single, multiple `code`; scale `4`; number decimal
    text; date `2026-05-01`; rank `code@1`; matrix `row=4`; text none.
    """
    said: list[tuple[str, str]] = []
    for question in questions:
        name = question.question_id
        if name not in asked:
            continue
        said.append((name, ASKED))
        answer = answers.get(name)
        if is_answered(answer):
            said.append((name, ANSWERED))
            said.extend([(name, key) for key in _KEYS[question.kind](answer)])
    counts: dict[tuple[str, str], int] = {}
    for key in said:
        counts[key] = counts.get(key, 0) + 1
    return counts


def is_answered(answer: object) -> bool:
    """Tell an answer from its absence; an empty text, list or matrix says nothing, a zero does."""
    return bool(answer) or answer not in (None, "", [], (), {})


def decimal_text(number: float | Decimal) -> str:
    """Write a number so that equal numbers are equal texts: no exponent, no trailing zeros, no minus before zero."""
    text = format(Decimal(str(number)), "f")
    plain = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if plain in ("-0", "") else plain


def key_of_option(code: str) -> str:
    return _MARK + code if code.startswith(_MARK) else code


def option_of_key(key: str) -> str | None:
    """Read an option's code from its key; None for a key that is no option's."""
    if not key.startswith(_MARK):
        return key
    return key[1:] if key.startswith(_MARK * 2) else None


def ranked_of_key(key: str) -> tuple[str, int]:
    """Read which item stood at which place, the first being 1."""
    code, _, place = key.rpartition("@")
    return code, int(place)


def key_of_row(row: str) -> str:
    """The beginning of the keys of a matrix's row; no other row's keys begin so."""
    return row.replace("%", "%25").replace("=", "%3D") + "="


def code_of(answer: object) -> str:
    """The code of a chosen option, whether or not own words came with it."""
    return str(answer["code"]) if isinstance(answer, Mapping) else str(answer)


def _single(answer: object) -> Iterable[str]:
    return [key_of_option(code_of(answer))]


def _multiple(answer: Sequence[object]) -> Iterable[str]:
    return {key_of_option(code_of(option)) for option in answer}


def _scale(answer: float) -> Iterable[str]:
    return [str(int(answer))]


def _number(answer: float) -> Iterable[str]:
    return [decimal_text(answer)]


def _date(answer: str) -> Iterable[str]:
    return [answer[: len("2026-05-01")]]


def _text(_: str) -> Iterable[str]:
    return []


def _matrix(answer: Mapping[str, object]) -> Iterable[str]:
    return [key_of_row(row) + str(mark) for row, mark in answer.items() if is_answered(mark)]


def _rank(answer: Sequence[str]) -> Iterable[str]:
    return [f"{code}@{place}" for place, code in enumerate(answer, 1)]


_KEYS: Mapping[Kind, Callable[[Any], Iterable[str]]] = {  # Any: the kind decides what an answer is
    "single": _single,
    "multiple": _multiple,
    "scale": _scale,
    "number": _number,
    "date": _date,
    "text": _text,
    "matrix": _matrix,
    "rank": _rank,
}
