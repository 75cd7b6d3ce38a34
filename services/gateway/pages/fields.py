"""Questions as form fields: what a form sent becomes an answer, and an answer becomes a field again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.gateway.pages.backend import Json
from services.gateway.pages.numbers import as_written, number_in

Form = Mapping[str, Sequence[str]]
Answer = Any  # Any: a string, number, list or object, by the question's kind

OTHER = "other"
LONGEST_MARK = 9
OTHER_TEXT: Json = {"bg": "друго", "en": "other"}


@dataclass(frozen=True)
class Option:
    """A choice, or a row of a matrix with the value given to it."""

    code: str
    text: Json
    chosen: bool = False
    value: str = ""


@dataclass(frozen=True)
class Field:
    """A question as it is drawn, with the answer so far and what is wrong with it."""

    id: str
    kind: str
    text: Json
    hint: Json | None
    required: bool
    low: int
    high: int
    low_text: Json | None
    high_text: Json | None
    maximum: int | None
    options: tuple[Option, ...]
    places: tuple[str, ...]
    other: bool
    other_text: str
    value: str
    answered: bool
    fault: str | None

    @property
    def described(self) -> str:
        """The ids of what explains the control, for aria-describedby."""
        hinted = self.hint is not None or (self.kind == "multiple" and self.maximum is not None)
        ends = self.low_text or self.high_text
        notes = (("hint", hinted), ("ends", ends), ("error", self.fault))
        return " ".join(f"{self.id}-{what}" for what, there in notes if there)


def _first(form: Form, name: str) -> str:
    return next(iter(form.get(name, ())), "").strip()


def _choice(question: Json, form: Form, code: str) -> Answer:
    if code == OTHER and question.get("other"):
        return {"code": OTHER, "text": _first(form, f"{question['id']}.other")}
    return code


def _single(question: Json, form: Form) -> Answer:
    return _choice(question, form, _first(form, question["id"])) or None


def _multiple(question: Json, form: Form) -> Answer:
    return [_choice(question, form, code) for code in form.get(question["id"], ()) if code] or None


def _number(question: Json, form: Form) -> Answer:
    written = _first(form, question["id"])
    number = number_in(written)
    return (written or None) if number is None else number


def _whole(written: str) -> Answer:
    is_mark = written.isascii() and written.isdigit() and len(written) <= LONGEST_MARK
    return int(written) if is_mark else written or None


def _scale(question: Json, form: Form) -> Answer:
    return _whole(_first(form, question["id"]))


def _matrix(question: Json, form: Form) -> Answer:
    given = {row["code"]: _whole(_first(form, f"{question['id']}.{row['code']}")) for row in question["rows"]}
    return {row: value for row, value in given.items() if value is not None} or None


def _rank(question: Json, form: Form) -> Answer:
    chosen = [_first(form, f"{question['id']}.{place}") for place in range(1, places(question) + 1)]
    return [code for code in chosen if code] or None


def _written(question: Json, form: Form) -> Answer:
    return _first(form, question["id"]) or None


READERS = {
    "single": _single,
    "multiple": _multiple,
    "scale": _scale,
    "number": _number,
    "date": _written,
    "text": _written,
    "matrix": _matrix,
    "rank": _rank,
}


def places(question: Json) -> int:
    """How many things a rank question may order."""
    return int(question.get("maximum") or len(question.get("choices", ())))


def answers_of(questions: Sequence[Json], form: Form) -> dict[str, Answer]:
    """Read the answers to these questions; a question left alone is left out."""
    read = {question["id"]: READERS[question["kind"]](question, form) for question in questions}
    return {name: answer for name, answer in read.items() if answer is not None}


def _own_text(answer: Answer) -> str:
    given = answer if isinstance(answer, list) else [answer]
    return next((str(part.get("text", "")) for part in given if isinstance(part, Mapping)), "")


def _chosen(answer: Answer) -> set[str]:
    given = answer if isinstance(answer, list) else [answer]
    return {str(part.get("code")) if isinstance(part, Mapping) else str(part) for part in given}


def _options(question: Json, answer: Answer) -> tuple[Option, ...]:
    if question["kind"] == "matrix":
        given = answer or {}
        return tuple(Option(r["code"], r["text"], value=str(given.get(r["code"], ""))) for r in question["rows"])
    chosen = _chosen(answer)
    listed = [*question.get("choices", ()), *([{"code": OTHER, "text": OTHER_TEXT}] if question.get("other") else [])]
    return tuple(Option(choice["code"], choice["text"], choice["code"] in chosen) for choice in listed)


def field(question: Json, answer: Answer, fault: str | None = None) -> Field:
    """Draw up a question as a field that shows its answer so far."""
    kind = question["kind"]
    ranked = (
        [*answer, *[""] * places(question)][: places(question)] if isinstance(answer, list) else [""] * places(question)
    )
    plain = answer if isinstance(answer, str | int | float) else ""
    return Field(
        id=question["id"],
        kind=kind,
        text=question["text"],
        hint=question.get("hint"),
        required=bool(question.get("required")),
        low=int(question.get("low") or 1),
        high=int(question.get("high") or 5),
        low_text=question.get("low_text"),
        high_text=question.get("high_text"),
        maximum=question.get("maximum") if kind in ("multiple", "rank") else None,
        options=_options(question, answer),
        places=tuple(ranked) if kind == "rank" else (),
        other=bool(question.get("other")),
        other_text=_own_text(answer) if question.get("other") else "",
        value=as_written(plain) if kind == "number" and not isinstance(plain, str) else str(plain),
        answered=answer is not None,
        fault=fault,
    )


def faults_of(problem: Json) -> dict[str, str]:
    """Read a refusal: the message for each question, by its id; "" holds what concerns none of them."""
    faults: dict[str, str] = {}
    for error in problem.get("errors", ()):
        _, _, pointed = str(error.get("pointer", "")).partition("/answers/")
        name = pointed.split("/")[0].replace("~1", "/").replace("~0", "~")
        faults.setdefault(name, str(error["message"]))
    return faults
