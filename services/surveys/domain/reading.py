"""Reads a questionnaire or margins from JSON, and says where it does not fit and what to do, in both languages."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from shared.errors import FieldError, Invalid
from shared.language import Text

MAX_ERRORS = 1_000
_PLACE_CHARACTERS = 60

M = TypeVar("M", bound=BaseModel)

_CURES: Mapping[str, Text] = {
    "missing": Text(bg="Липсва. Добавете го.", en="It is missing. Add it."),
    "extra_forbidden": Text(bg="Такова поле няма. Махнете го.", en="There is no such field. Remove it."),
    "string_pattern_mismatch": Text(
        bg="Така не се приема. Име: малки латински букви, цифри и „_“ (за анкета „-“), до 40 знака. Ден: 2026-05-01.",
        en="Not taken like this. A name: small Latin letters, digits, “_” (surveys: “-”), up to 40. A day: 2026-05-01",
    ),
    "string_type": Text(bg="Тук се очаква текст.", en="A text is expected here."),
    "string_too_short": Text(bg="Празно е. Напишете текст.", en="It is empty. Write a text."),
    "string_too_long": Text(bg="Твърде дълго е. Съкратете го.", en="It is too long. Shorten it."),
    "bool_type": Text(bg="Тук се очаква true или false.", en="True or false is expected here."),
    "int_type": Text(bg="Тук се очаква цяло число.", en="A whole number is expected here."),
    "float_type": Text(bg="Тук се очаква число.", en="A number is expected here."),
    "finite_number": Text(bg="Тук се очаква крайно число.", en="A finite number is expected here."),
    "tuple_type": Text(bg="Тук се очаква списък [ ].", en="A list [ ] is expected here."),
    "model_type": Text(bg="Тук се очаква обект { }.", en="An object { } is expected here."),
    "model_attributes_type": Text(bg="Тук се очаква обект { }.", en="An object { } is expected here."),
    "dict_type": Text(bg="Тук се очаква обект { }.", en="An object { } is expected here."),
    "too_short": Text(bg="Списъкът е празен. Добавете нещо.", en="The list is empty. Add something."),
    "too_long": Text(bg="Списъкът е твърде дълъг.", en="The list is too long."),
    "greater_than_equal": Text(bg="Числото е твърде малко.", en="The number is too small."),
    "greater_than": Text(bg="Числото трябва да е над нула.", en="The number must be above zero."),
}


def read_json(model: type[M], raw: object) -> M:
    """Read what came as JSON. Raises Invalid with a JSON pointer for each fault; what was sent is not repeated."""
    try:
        return model.model_validate_json(orjson.dumps(raw))
    except ValidationError as fault:
        details = fault.errors(include_url=False, include_context=True, include_input=False)
    except (TypeError, ValueError):
        details = []
    raise does_not_fit([_field_error(detail) for detail in details[:MAX_ERRORS]])


def does_not_fit(errors: Sequence[FieldError]) -> Invalid:
    return Invalid(
        Text(
            bg="Така не може да се приеме. Поправете посоченото и изпратете отново; нищо не е записано.",
            en="This can't be taken as it is. Mend what is named and send it again; nothing was stored.",
        ),
        list(errors)[:MAX_ERRORS],
    )


def pointer(*parts: str | int) -> str:
    """Write a JSON pointer (RFC 6901)."""
    return "".join("/" + str(part)[:_PLACE_CHARACTERS].replace("~", "~0").replace("/", "~1") for part in parts)


def _field_error(detail: ErrorDetails) -> FieldError:
    return FieldError(pointer(*_place(detail["loc"])), _cure(detail))


def _place(location: Sequence[str | int]) -> list[str | int]:
    """Leave out what names the branch of a union, which is not a place in the file."""
    return [part for part in location if part not in {"int", "float", "str"}]


def _cure(detail: ErrorDetails) -> Text:
    if detail["type"] in {"literal_error", "enum"}:
        context: Mapping[str, Any] = detail.get("ctx", {})  # Any: what pydantic tells depends on the type of the error
        expected = str(context.get("expected", ""))
        return Text(bg=f"Тук се очаква едно от: {expected}.", en=f"One of these is expected here: {expected}.")
    other = Text(bg="Стойността не подхожда тук.", en="The value does not fit here.")
    return _CURES.get(detail["type"], other)
