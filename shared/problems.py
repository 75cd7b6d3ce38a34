"""Errors as RFC 9457 problem details, in the reader's language; what was sent is never echoed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

import orjson
from starlette.responses import Response

from shared.errors import FieldError, Invalid, MegdanError
from shared.language import Language, Text
from shared.logging import current_correlation
from shared.strict_json import escaped

MEDIA_TYPE = "application/problem+json"
MAX_ERRORS = 1000

_WORDS: Mapping[str, Text] = {
    "missing": Text(bg="Това поле е задължително.", en="This field is required."),
    "extra_forbidden": Text(bg="Няма такова поле.", en="There is no such field."),
    "string_type": Text(bg="Тук се очаква текст.", en="A text is expected here."),
    "int_type": Text(bg="Тук се очаква цяло число.", en="A whole number is expected here."),
    "float_type": Text(bg="Тук се очаква число.", en="A number is expected here."),
    "int_parsing": Text(bg="Тук се очаква цяло число.", en="A whole number is expected here."),
    "float_parsing": Text(bg="Тук се очаква число.", en="A number is expected here."),
    "bool_type": Text(bg="Тук се очаква true или false.", en="True or false is expected here."),
    "bool_parsing": Text(bg="Тук се очаква true или false.", en="True or false is expected here."),
    "list_type": Text(bg="Тук се очаква списък.", en="A list is expected here."),
    "tuple_type": Text(bg="Тук се очаква списък.", en="A list is expected here."),
    "dict_type": Text(bg="Тук се очакват полета и стойности.", en="Fields with values are expected here."),
    "model_type": Text(bg="Тук се очакват полета и стойности.", en="Fields with values are expected here."),
    "string_too_long": Text(bg="Текстът е твърде дълъг.", en="The text is too long."),
    "string_too_short": Text(bg="Текстът е твърде къс.", en="The text is too short."),
    "string_pattern_mismatch": Text(bg="Текстът не е в очаквания вид.", en="The text does not have the expected form."),
    "finite_number": Text(bg="Тук се очаква крайно число.", en="A finite number is expected here."),
    "too_long": Text(bg="Списъкът е твърде дълъг.", en="The list is too long."),
    "too_short": Text(bg="Списъкът е твърде къс.", en="The list is too short."),
}
_OTHER = Text(bg="Тази стойност не подхожда тук. Поправете я.", en="This value does not fit here. Correct it.")
_FIX = Text(bg="Поправете посочените полета и изпратете отново.", en="Mend the fields named here and send again.")


def problem(error: MegdanError, language: Language) -> Response:
    """Shape an error for its reader."""
    kind = re.sub(r"(?<!^)(?=[A-Z])", "-", type(error).__name__).lower()
    body: dict[str, Any] = {  # JSON: texts, a number and a list
        "type": f"urn:megdan:problem:{kind}",
        "title": error.title.in_(language),
        "status": error.status,
        "detail": error.text.in_(language),
        "instance": f"urn:megdan:request:{current_correlation()}",
    }
    if error.errors:
        body["errors"] = [
            {"pointer": fault.pointer, "message": fault.message.in_(language)} for fault in error.errors[:MAX_ERRORS]
        ]
    headers = {"Content-Language": language, "Cache-Control": "no-store"}
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(error.retry_after_s)
    return Response(orjson.dumps(body), error.status, headers, media_type=MEDIA_TYPE)


def unfit(faults: Iterable[Mapping[str, Any]], *, prefix: Sequence[str] = ()) -> Invalid:
    """Turn a validator's findings (pydantic's shape) into an error that names each place and says what to do."""
    errors = [
        FieldError("".join(f"/{escaped(str(part))}" for part in (*prefix, *_place(fault["loc"]))), _said(fault))
        for fault in islice(faults, MAX_ERRORS)
    ]
    return Invalid(_FIX, errors)


def _place(loc: Sequence[str | int]) -> list[str | int]:
    # Names in brackets tell which member of a union was tried; a reader of the request has no such field.
    return [part for part in loc if not (isinstance(part, str) and re.search(r"[\[(]", part))]


def _said(fault: Mapping[str, Any]) -> Text:
    context = fault.get("ctx") or {}
    limits = {name: context[name] for name in ("ge", "gt", "le", "lt") if name in context}
    if limits:
        bounds = ", ".join(f"{_SIGNS[name]} {_plain(limit)}" for name, limit in limits.items())
        return Text(bg=f"Числото трябва да е {bounds}.", en=f"The number must be {bounds}.")
    if "expected" in context:
        expected = str(context["expected"]).replace("'", "")
        return Text(bg=f"Очаква се {expected.replace(' or ', ' или ')}.", en=f"Expected {expected}.")
    error = context.get("error")
    if isinstance(error, MegdanError):
        return error.text
    return _WORDS.get(str(fault["type"]), _OTHER)


def _plain(limit: object) -> str:
    return f"{limit:g}" if isinstance(limit, float) and abs(limit) < 1e6 else str(limit)  # noqa: PLR2004 - from there %g writes 1e+06


_SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
