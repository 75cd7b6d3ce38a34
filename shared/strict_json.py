"""JSON as RFC 8259 and nothing beside: what other readers take silently is refused here with its place."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any, NoReturn

import orjson

from shared.errors import FieldError, Invalid
from shared.language import Text

MAX_DEPTH = 32
MAX_DIGITS = 400
MAX_INTEGER = 2**63
"""Whole numbers from here on are refused: other readers would round them or fail."""

FLOAT_DIGITS = 17
"""A number that is written shorter is read back as it was written; a longer one is refused if it would change."""

LONGEST_STEP = 64
"""So many characters of a name are told in a pointer."""

MOST_FAULTS = 1_000

Json = Any  # whatever JSON holds: object, list, text, number, true, false, null


class _Refused(ValueError):
    def __init__(self, text: Text) -> None:
        super().__init__(text.bg)
        self.text = text


def read_json(body: bytes) -> Json:
    """Read strict JSON. Raises Invalid with the place of each fault, a JSON pointer.

    Faults: not UTF-8, not JSON, doubled keys, NaN, numbers that others would round, depth, lone surrogates, NUL.
    """
    if (plain := _plain(body)) is not None:
        return plain
    try:
        text = body.decode("utf-8").removeprefix("\ufeff")
        value = _READER.decode(text)
        if _may_hold_more(body):
            _check(value, "", 0)
    except _Refused:
        raise Invalid(_MEND, _faults(text)) from None
    except UnicodeDecodeError:
        raise _unreadable(Text(bg="Изпратете JSON в UTF-8.", en="Send JSON in UTF-8.")) from None
    except json.JSONDecodeError as fault:
        raise _unreadable(_not_json_at(fault)) from None
    except (ValueError, RecursionError):
        raise _unreadable(_TOO_DEEP) from None
    return value


def _plain(body: bytes) -> Json | None:
    """Read what is written as we would write it: then nothing in it is doubled, rounded or out of bounds."""
    if _may_hold_more(body):
        return None
    try:
        value = orjson.loads(body)
        return value if orjson.dumps(value, option=orjson.OPT_STRICT_INTEGER) == body else None
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return None


_MEND = Text(
    bg="В изпратения JSON има какво да се поправи. Поправете посоченото и изпратете отново.",
    en="The JSON has things to be mended. Mend what is named here and send it again.",
)
_TOO_DEEP = Text(
    bg=f"JSON е вложен твърде дълбоко. Приемат се до {MAX_DEPTH} нива.",
    en=f"The JSON is nested too deeply. Up to {MAX_DEPTH} levels are taken.",
)
_TWICE = Text(bg="Това поле е дадено два пъти. Оставете едно.", en="This field is given twice. Keep one.")
_NO_NUMBER = Text(bg="NaN и Infinity не са числа в JSON.", en="NaN and Infinity are no numbers in JSON.")
_TOO_LARGE = Text(bg="Числото е твърде голямо.", en="The number is too large.")
_TOO_FINE = Text(
    bg="Числото има повече цифри, отколкото се пазят. Закръглете го.",
    en="The number has more digits than are kept. Round it.",
)
_NOT_ALLOWED = Text(bg="Текстът съдържа непозволен знак.", en="The text holds a character that is not allowed.")


def _unreadable(text: Text) -> Invalid:
    """A fault of the whole: its pointer is that of the document, which is empty."""
    return Invalid(text, [FieldError("", text)])


def _not_json_at(fault: json.JSONDecodeError) -> Text:
    if not fault.doc.strip():
        return Text(bg="Тук се очаква JSON, а не е изпратено нищо.", en="JSON is expected here, and nothing was sent.")
    line, column = fault.lineno, fault.colno
    return Text(
        bg=f"Изпратеното не е правилен JSON: вижте ред {line}, знак {column}.",
        en=f"What was sent is not valid JSON: see line {line}, character {column}.",
    )


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise _Refused(_TWICE)
    return result


def _constant(_name: str) -> NoReturn:
    raise _Refused(_NO_NUMBER)


def _integer(digits: str) -> int:
    value = int(digits) if len(digits) <= MAX_DIGITS else MAX_INTEGER
    if abs(value) >= MAX_INTEGER:
        raise _Refused(_TOO_LARGE)
    return value


def _real(digits: str) -> float:
    value = float(digits) if len(digits) <= MAX_DIGITS else float("inf")
    if value in (float("inf"), float("-inf")):
        raise _Refused(_TOO_LARGE)
    if len(digits) > FLOAT_DIGITS and Decimal(digits) != Decimal(repr(value)):
        raise _Refused(_TOO_FINE)
    return value


_READER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_real)


def _may_hold_more(body: bytes) -> bool:
    """Whether a body could be nested too deeply or hold a character that JSON can only write as an escape."""
    return b"\\u" in body or body.count(b"{") + body.count(b"[") > MAX_DEPTH


def _check(value: Json, pointer: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Invalid(_TOO_DEEP, [FieldError(pointer, _TOO_DEEP)])
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
    """Write a name as a step of a JSON pointer (RFC 6901): a long one is cut, what can't be sent is replaced."""
    return name[:LONGEST_STEP].encode(errors="replace").decode().replace("~", "~0").replace("/", "~1")


def _check_text(value: str, pointer: str) -> None:
    if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Invalid(_NOT_ALLOWED, [FieldError(pointer, _NOT_ALLOWED)])


@dataclass(frozen=True)
class _Marked:
    """Stands where something was refused."""

    text: Text


def _faults(text: str) -> list[FieldError]:
    """Read a refused text once more, to name where it was refused."""
    marking = json.JSONDecoder(
        object_pairs_hook=_marked_object,
        parse_constant=lambda _name: _Marked(_NO_NUMBER),
        parse_int=_marking(_integer),
        parse_float=_marking(_real),
    )
    try:
        return list(islice(_marks(marking.decode(text), "", 0), MOST_FAULTS))
    except (ValueError, RecursionError):  # Further on it is no JSON at all.
        return [FieldError("", _MEND)]


def _marking(read: Callable[[str], Json]) -> Callable[[str], Json]:
    def reading(digits: str) -> Json:
        try:
            return read(digits)
        except _Refused as refused:
            return _Marked(refused.text)

    return reading


def _marked_object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for name, value in pairs:
        found[name] = _Marked(_TWICE) if name in found else value
    return found


def _marks(value: Json, pointer: str, depth: int) -> Iterator[FieldError]:
    if isinstance(value, _Marked):
        yield FieldError(pointer, value.text)
    elif depth > MAX_DEPTH:
        yield FieldError(pointer, _TOO_DEEP)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _marks(item, f"{pointer}/{escaped(name)}", depth + 1)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _marks(item, f"{pointer}/{number}", depth + 1)
