"""JSON as RFC 8259 and nothing beside: what other readers take silently is refused here with its place."""

import json
from typing import Any, NoReturn

from shared.errors import FieldError, Invalid
from shared.language import Text

MAX_DEPTH = 32
MAX_DIGITS = 400
MAX_INTEGER = 2**63
"""Whole numbers from here on are refused: other readers would round them or fail."""

Json = Any  # whatever JSON holds: object, list, text, number, true, false, null


class _Refused(ValueError):
    def __init__(self, text: Text) -> None:
        super().__init__(text.bg)
        self.text = text


def read_json(body: bytes) -> Json:
    """Read strict JSON. Raises Invalid: not UTF-8, not JSON, doubled keys, NaN, depth, lone surrogates, NUL."""
    try:
        text = body.decode("utf-8")
        value = _READER.decode(text)
        if _may_hold_more(body):
            _check(value, "", 0)
    except _Refused as refused:
        raise Invalid(refused.text) from None
    except UnicodeDecodeError:
        raise Invalid(Text(bg="Изпратете JSON в UTF-8.", en="Send JSON in UTF-8.")) from None
    except (ValueError, RecursionError):
        raise Invalid(Text(bg="Изпратеното не е правилен JSON.", en="What was sent is not valid JSON.")) from None
    return value


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise _Refused(Text(bg="Едно и също поле е дадено два пъти.", en="The same field is given twice."))
    return result


def _constant(_name: str) -> NoReturn:
    raise _Refused(Text(bg="NaN и Infinity не са числа в JSON.", en="NaN and Infinity are no numbers in JSON."))


def _integer(digits: str) -> int:
    value = int(digits) if len(digits) <= MAX_DIGITS else MAX_INTEGER
    if abs(value) >= MAX_INTEGER:
        raise _Refused(Text(bg="Числото е твърде голямо.", en="The number is too large."))
    return value


def _real(digits: str) -> float:
    value = float(digits) if len(digits) <= MAX_DIGITS else float("inf")
    if value in (float("inf"), float("-inf")):
        raise _Refused(Text(bg="Числото е твърде голямо.", en="The number is too large."))
    return value


_READER = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_real
)


def _may_hold_more(body: bytes) -> bool:
    """Whether a body could be nested too deeply or hold a character that JSON can only write as an escape."""
    return b"\\u" in body or body.count(b"{") + body.count(b"[") > MAX_DEPTH


def _check(value: Json, pointer: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise _Refused(Text(bg="JSON е вложен твърде дълбоко.", en="The JSON is nested too deeply."))
    if isinstance(value, str):
        _check_text(value, pointer)
    elif isinstance(value, dict):
        for name, item in value.items():
            _check_text(name, pointer)
            _check(item, f"{pointer}/{escaped(name)}", depth + 1)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            _check(item, f"{pointer}/{number}", depth + 1)


def escaped(name: str) -> str:
    """Write a name as a step of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def _check_text(value: str, pointer: str) -> None:
    if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        fault = Text(bg="Текстът съдържа непозволен знак.", en="The text holds a character that is not allowed.")
        raise Invalid(fault, [FieldError(pointer, fault)])
