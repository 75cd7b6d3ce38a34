"""Valid things of the surveys service, as JSON would give them."""

from typing import Any

from services.surveys.domain.checks import read_questionnaire
from services.surveys.domain.questionnaire import Questionnaire

LEAST_STEP = 5


def text(bg: str = "Въпрос") -> dict[str, str]:
    return {"bg": bg, "en": "Question"}


def choices(*codes: str) -> list[dict[str, Any]]:
    return [{"code": code, "text": text(code)} for code in codes]


def raw_question(question_id: str = "roads", kind: str = "scale", **more: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {"id": question_id, "kind": kind, "text": text()}
    if kind in ("scale", "matrix"):
        fields |= {"low": 1, "high": 5}
    if kind in ("single", "multiple", "rank"):
        fields["choices"] = choices("a", "b", "c")
    if kind == "matrix":
        fields["rows"] = choices("x", "y")
    return fields | more


def raw_questionnaire(*questions: dict[str, Any], **more: Any) -> dict[str, Any]:
    page = {"id": "p1", "title": text("Страница"), "questions": list(questions or [raw_question()])}
    return {"id": "vision", "title": text("Визия"), "pages": [page]} | more


EVERY_KIND: tuple[dict[str, Any], ...] = (
    raw_question("sex", "single"),
    raw_question("field", "single", other=True),
    raw_question("heard", "multiple", other=True, maximum=3),
    raw_question("roads", "scale", required=True),
    raw_question("age", "number", low=0, high=120),
    raw_question("day", "date"),
    raw_question("idea", "text"),
    raw_question("importance", "matrix"),
    raw_question("priorities", "rank", minimum=2, maximum=2),
    raw_question("why", "text", relevant="roads <= 2"),
)


def a_questionnaire(*questions: dict[str, Any], **more: Any) -> Questionnaire:
    return read_questionnaire(raw_questionnaire(*questions, **more), LEAST_STEP)
