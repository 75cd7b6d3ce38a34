"""Responses as a table: which column holds what. The export writes these columns, the import reads them.

`response`, `channel`, `language`; an exported `response` is the id under which it is stored, and an import into the
same survey knows it by that. Each question's id, with several codes joined by «|»; `question[row]` for a matrix,
`question[other]` for own words. The import also reads `question[code]` (yes or no) for several answers and
`question[1]` for places of a rank, as LimeSurvey writes them, with «/» instead of brackets as KoboToolbox does.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from services.surveys.domain.questionnaire import OTHER, WITH_CHOICES, Question, Questionnaire
from services.surveys.domain.responses import Response
from shared.language import Language
from shared.tables import Cell

JOINT = "|"
LABEL = ":label"
RESPONSE, CHANNEL, LANGUAGE = "response", "channel", "language"

Holds = Literal["response", "channel", "language", "nothing", "answer", "own", "row", "option", "place"]

_ADDRESSED = re.compile(r"(?P<question>[a-z][a-z0-9_]{0,39})(?:\[(?P<part>[^\[\]]+)\]|/(?P<slashed>.+))?")
_PASSED = frozenset(
    {
        *("submitted_at", "id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp", "ipaddr"),
        *("refurl", "token", "start", "end", "today", "deviceid", "username", "formhub/uuid", "meta/instanceid"),
    }
)
"""What platforms write of their own: passed over."""


@dataclass(frozen=True)
class Column:
    """What a column holds: of which question, and which part of its answer."""

    holds: Holds
    question: Question | None = None
    part: str = ""


_ABOUT: Mapping[str, Column] = {
    RESPONSE: Column("response"),
    CHANNEL: Column("channel"),
    LANGUAGE: Column("language"),
}


def column_of(questionnaire: Questionnaire, name: str) -> Column | None:
    """Tell what a column holds by its name; None for an unknown one."""
    if name in _ABOUT and questionnaire.question(name) is None:
        return _ABOUT[name]
    addressed = _ADDRESSED.fullmatch(name)
    question = questionnaire.question(addressed["question"]) if addressed else None
    if addressed is not None and question is not None:
        return _part_of(question, addressed["part"] or addressed["slashed"])
    is_passed = name.lower() in _PASSED or name.startswith("_")
    return Column("nothing") if is_passed or _is_label(questionnaire, name) else None


def _is_label(questionnaire: Questionnaire, name: str) -> bool:
    return name.endswith(LABEL) and questionnaire.question(name.removesuffix(LABEL)) is not None


def _part_of(question: Question, part: str | None) -> Column | None:
    if part is None:
        return None if question.kind == "matrix" else Column("answer", question)
    if part == OTHER and question.other:
        return Column("own", question)
    if question.kind == "matrix" and part in {row.code for row in question.rows}:
        return Column("row", question, part)
    if question.kind == "multiple" and part in question.codes:
        return Column("option", question, part)
    if question.kind == "rank" and part.isascii() and part.isdigit() and 1 <= int(part[:4]) <= len(question.codes):
        return Column("place", question, part)
    return None


def header(questionnaire: Questionnaire) -> list[str]:
    """The columns of an export, in order."""
    names = [RESPONSE, CHANNEL, LANGUAGE, "submitted_at"]
    for question in questionnaire.questions():
        names.extend(name for name, _ in _exported(question))
    return names


def cells(questionnaire: Questionnaire, response: Response, language: Language) -> list[Cell]:
    """A response's cells under `header`; labels in the reader's language."""
    found: list[Cell] = [response.id, response.channel, response.language, response.submitted_at]
    for question in questionnaire.questions():
        answer = response.answers.get(question.id)
        labels = {choice.code: choice.text.in_(language) for choice in question.choices}
        found.extend(_cell(holds, part, answer, labels) for _, (holds, part) in _exported(question))
    return found


def _exported(question: Question) -> Iterator[tuple[str, tuple[str, str]]]:
    if question.kind == "matrix":
        for row in question.rows:
            yield f"{question.id}[{row.code}]", ("row", row.code)
        return
    yield question.id, ("codes" if question.kind in WITH_CHOICES else "answer", "")
    if question.other:
        yield f"{question.id}[{OTHER}]", ("own", "")
    if question.kind in WITH_CHOICES:
        yield f"{question.id}{LABEL}", ("labels", "")


def _cell(holds: str, part: str, answer: Any, labels: Mapping[str, str]) -> Cell:  # noqa: ANN401 - by the question's kind
    if answer is None:
        return None
    if holds in {"answer", "row"}:
        value: Cell = answer.get(part) if holds == "row" else answer
        return value
    chosen = answer if isinstance(answer, list) else [answer]
    if holds == "own":
        return next((str(item["text"]) for item in chosen if isinstance(item, dict)), None)
    codes = [str(item["code"]) if isinstance(item, dict) else str(item) for item in chosen]
    return JOINT.join(codes) if holds == "codes" else f" {JOINT} ".join(labels.get(code, code) for code in codes)
