"""The plainest honest check of a response: its shape by pydantic, its answers against the questions of the survey."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, JsonValue

Question = Mapping[str, Any]  # a question as the questionnaire's JSON holds it


class Body(BaseModel):
    """What a client sends."""

    model_config = ConfigDict(extra="forbid", strict=True)

    answers: dict[str, JsonValue]
    channel: Literal["web", "paper", "kiosk", "api"] = "web"
    language: Literal["bg", "en"] | None = None


class Misfit(Exception):
    """An answer that the question does not allow."""


def questions_of(questionnaire: Mapping[str, Any]) -> list[Question]:
    """The questions in order, with their codes as sets and their one condition taken apart."""
    return [_prepared(question) for page in questionnaire["pages"] for question in page["questions"]]


def _prepared(question: Mapping[str, Any]) -> Question:
    codes = {kind: {each["code"] for each in question.get(kind) or ()} for kind in ("choices", "rows")}
    name, _, bound = (question.get("relevant") or "").partition(" <= ")
    return {**question, **codes, "relevant": (name, int(bound)) if bound else None}


def checked(questions: list[Question], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers in the order of the questions. Raises Misfit."""
    content: dict[str, Any] = {}
    left = len(answers)
    for question in questions:
        name = question["id"]
        answer = answers.get(name)
        if answer is None or not _is_asked(question, content):
            if question.get("required"):
                raise Misfit(name)
            continue
        if not _FITS[question["kind"]](question, answer):
            raise Misfit(name)
        content[name] = answer
        left -= 1
    if left:
        raise Misfit("an answer to what is not asked")
    return content


def _is_asked(question: Question, content: Mapping[str, Any]) -> bool:
    if question["relevant"] is None:
        return True
    name, bound = question["relevant"]
    return bool(content.get(name, bound + 1) <= bound)


def _single(question: Question, answer: object) -> bool:
    return isinstance(answer, str) and answer in question["choices"]


def _several(question: Question, answer: object) -> bool:
    if not isinstance(answer, list) or not all(isinstance(code, str) for code in answer):
        return False
    most = question.get("maximum") or len(question["choices"])
    return len(answer) == len(set(answer)) <= most and question["choices"].issuperset(answer)


def _scale(question: Question, answer: object) -> bool:
    return type(answer) is int and question["low"] <= answer <= question["high"]


def _matrix(question: Question, answer: object) -> bool:
    if not isinstance(answer, dict) or not question["rows"].issuperset(answer):
        return False
    return all(_scale(question, mark) for mark in answer.values())


def _text(_: Question, answer: object) -> bool:
    return isinstance(answer, str) and len(answer) <= 4000


_FITS: Mapping[str, Callable[[Question, object], bool]] = {
    "single": _single,
    "multiple": _several,
    "rank": _several,
    "scale": _scale,
    "matrix": _matrix,
    "text": _text,
}
