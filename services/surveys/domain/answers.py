"""Whether answers fit a questionnaire: one friendly error a question, and one canonical form for what fits."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress

from services.surveys.domain.asked import Answers, walk
from services.surveys.domain.checks import is_day
from services.surveys.domain.questionnaire import OTHER, Kind, Question, Questionnaire
from services.surveys.domain.reading import MAX_ERRORS, pointer
from shared.errors import FieldError, Invalid
from shared.language import Text

MAX_TEXT = 4_000
MAX_OWN_TEXT = 500
_FIRST_DAY, _LAST_DAY = "1900-01-01", "2100-12-31"
_GREATEST = 1e15
_UNWANTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\ud800-\udfff\ufffe\uffff]")

Canonical = str | int | float | list[object] | dict[str, object]


class AnswersDoNotFit(Invalid):
    """Some answers don't fit the questionnaire; nothing was counted."""


class _Misfit(Exception):
    def __init__(self, bg: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(bg=bg, en=en)


def validated(questionnaire: Questionnaire, answers: Answers) -> dict[str, Canonical]:
    """Return the answers in canonical form. Raises AnswersDoNotFit with one error a question."""
    content, errors = examined(questionnaire, answers)
    if errors:
        raise _refusal(errors)
    return content


def validated_page(questionnaire: Questionnaire, answers: Answers, page: str | None) -> dict[str, Canonical]:
    """Like `validated` for answers so far: required ones may be missing, except on the page named.

    Answers to what is not asked any more are kept where they fit: who changes an earlier answer back finds them again.
    """
    known = {question.id: question for question in questionnaire.questions()}
    met = {question.id for question, _ in walk(questionnaire, answers)}
    aside = {name: answer for name, answer in answers.items() if name in known and name not in met}
    asked_ones = {name: answer for name, answer in answers.items() if name not in aside}
    content, errors = examined(questionnaire, asked_ones, required_on=page, whole=False)
    if errors:
        raise _refusal(errors)
    for name, answer in aside.items():
        with suppress(_Misfit):
            content |= _entry(known[name], answer, is_needed=False)
    return content


def examined(
    questionnaire: Questionnaire, answers: Answers, *, required_on: str | None = None, whole: bool = True
) -> tuple[dict[str, Canonical], list[FieldError]]:
    """Return what fits, in the order of the questionnaire, and one error for each question that does not."""
    content: dict[str, Canonical] = {}
    errors: list[FieldError] = []
    met: set[str] = set()
    for question, page in walk(questionnaire, answers):
        met.add(question.id)
        try:
            is_needed = question.required and (whole or page == required_on)
            content.update(_entry(question, answers.get(question.id), is_needed=is_needed))
        except _Misfit as misfit:
            errors.append(FieldError(pointer("answers", question.id), misfit.text))
    errors.extend(_unexpected(questionnaire, [name for name in answers if name not in met]))
    return content, errors


def _refusal(errors: list[FieldError]) -> AnswersDoNotFit:
    return AnswersDoNotFit(
        Text(bg="Някои отговори трябва да се поправят.", en="Some answers need to be fixed."), errors[:MAX_ERRORS]
    )


def _unexpected(questionnaire: Questionnaire, unmet: Iterable[str]) -> Iterable[FieldError]:
    for name in unmet:
        known = questionnaire.question(name) is not None
        yield FieldError(
            pointer("answers", name.encode(errors="replace").decode()),
            Text(
                bg="Този въпрос не се задава при Вашите отговори. Махнете отговора.",
                en="This question is not asked after your answers. Remove the answer.",
            )
            if known
            else Text(bg="В анкетата няма такъв въпрос.", en="The survey has no such question."),
        )


def _entry(question: Question, answer: object, *, is_needed: bool) -> dict[str, Canonical]:
    """Return the question with its canonical answer; nothing where nothing was answered."""
    canonical = _FORMS[question.kind](question, answer) if answer or answer not in ("", [], {}, None) else None
    if canonical is not None:
        return {question.id: canonical}
    if is_needed:
        raise _Misfit("Отговорете на този въпрос.", "Answer this question.")
    return {}


def _single(question: Question, answer: object) -> Canonical | None:
    if isinstance(answer, str) and answer in question.codes and not (question.other and answer == OTHER):
        return answer
    own = _own_text(question, answer)
    if own is None:
        raise _Misfit("Изберете един от отговорите.", "Choose one of the answers.")
    return own


def _own_text(question: Question, answer: object) -> dict[str, object] | None:
    if not (
        question.other and isinstance(answer, Mapping) and set(answer) == {"code", "text"} and answer["code"] == OTHER
    ):
        return None
    text = _plain(answer["text"], MAX_OWN_TEXT)
    if not text:
        raise _Misfit("Напишете своя отговор или изберете друг.", "Write your own answer, or choose another.")
    return {"code": OTHER, "text": text}


def _multiple(question: Question, answer: object) -> Canonical | None:
    if not isinstance(answer, list):
        raise _Misfit("Отбележете отговори от списъка.", "Mark answers of the list.")
    chosen = [_single(question, item) for item in answer]
    codes = [item["code"] if isinstance(item, dict) else item for item in chosen]
    _check_codes(question, codes)
    order = {code: place for place, code in enumerate(question.codes)}
    return [item for _, item in sorted(zip(codes, chosen, strict=True), key=lambda pair: order[str(pair[0])])]


def _rank(question: Question, answer: object) -> Canonical | None:
    if not isinstance(answer, list) or not all(isinstance(item, str) and item in question.codes for item in answer):
        raise _Misfit("Подредете отговори от списъка.", "Put answers of the list in order.")
    _check_codes(question, answer)
    return list(answer)


def _check_codes(question: Question, codes: list[object]) -> None:
    if len(set(codes)) < len(codes):
        raise _Misfit(
            "Един отговор е избран два пъти. Оставете го веднъж.", "One answer is chosen twice. Keep it once."
        )
    least, most = question.minimum or 0, question.maximum or len(question.codes)
    if len(codes) < least:
        raise _Misfit(f"Изберете поне {least}.", f"Choose at least {least}.")
    if len(codes) > most:
        raise _Misfit(f"Изберете най-много {most}.", f"Choose at most {most}.")


def _scale(question: Question, answer: object) -> Canonical | None:
    return _mark(question, answer)


def _mark(question: Question, answer: object) -> int:
    low, high = question.low or 0, question.high or 0
    if isinstance(answer, bool) or not isinstance(answer, int) or not low <= answer <= high:
        raise _Misfit(f"Изберете число от {low} до {high}.", f"Choose a number from {low} to {high}.")
    return answer


def _number(question: Question, answer: object) -> Canonical | None:
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        raise _Misfit("Напишете число.", "Write a number.")
    low, high = _limits(question)
    if not low <= answer <= high:
        raise _Misfit(
            f"Напишете число от {_shown(low)} до {_shown(high)}.", f"Write a number from {low:.15g} to {high:.15g}."
        )
    return int(answer) if isinstance(answer, float) and answer.is_integer() else answer


def _limits(question: Question) -> tuple[float, float]:
    low = -_GREATEST if question.low is None else question.low
    high = _GREATEST if question.high is None else question.high
    return low, high


def _shown(number: float) -> str:
    return f"{number:.15g}".replace(".", ",")


def _date(_: Question, answer: object) -> Canonical | None:
    if not isinstance(answer, str) or not is_day(answer) or not _FIRST_DAY <= answer <= _LAST_DAY:
        raise _Misfit("Напишете ден, напр. 2026-05-01.", "Write a day, e.g. 2026-05-01.")
    return answer


def _text(_: Question, answer: object) -> Canonical | None:
    return _plain(answer, MAX_TEXT) or None


def _plain(answer: object, most: int) -> str:
    if not isinstance(answer, str):
        raise _Misfit("Напишете текст.", "Write a text.")
    text = unicodedata.normalize("NFC", answer.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if _UNWANTED.search(text):
        raise _Misfit(
            "В текста има непозволени знаци. Напишете го наново.", "The text holds stray signs. Write it again."
        )
    if len(text) > most:
        raise _Misfit(f"Съкратете до {most} знака.", f"Shorten it to {most} characters.")
    return text


def _matrix(question: Question, answer: object) -> Canonical | None:
    rows = [row.code for row in question.rows]
    if not isinstance(answer, Mapping) or not set(answer) <= set(rows):
        raise _Misfit("Отговорете по редовете на въпроса.", "Answer the rows of the question.")
    if question.required and len(answer) < len(rows):
        raise _Misfit("Отговорете на всеки ред.", "Answer every row.")
    return {row: _mark(question, answer[row]) for row in rows if row in answer}


_FORMS: Mapping[Kind, Callable[[Question, object], Canonical | None]] = {
    "single": _single,
    "multiple": _multiple,
    "scale": _scale,
    "number": _number,
    "date": _date,
    "text": _text,
    "matrix": _matrix,
    "rank": _rank,
}
