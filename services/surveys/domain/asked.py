"""Which questions a participant is asked, given the answers so far."""

from collections.abc import Iterator, Mapping

from services.surveys.domain.conditions import parse
from services.surveys.domain.questionnaire import Question, Questionnaire
from services.surveys.domain.relevance import Value, Values, holds

Answers = Mapping[str, object]
"""Question id -> answer in the form of interface.md; not answered: left out."""


def asked(questionnaire: Questionnaire, answers: Answers) -> list[str]:
    """The ids of the questions that are asked, in order; an answer to a question that is not asked decides nothing."""
    return [question.id for question, _ in walk(questionnaire, answers)]


def walk(questionnaire: Questionnaire, answers: Answers) -> Iterator[tuple[Question, str]]:
    """Each question that is asked, with the id of its page."""
    values: dict[str, Value] = {}
    deciding = questionnaire.deciding
    for page in questionnaire.pages:
        if not _is_relevant(page.relevant, values):
            continue
        for question in page.questions:
            if _is_relevant(question.relevant, values):
                if question.id in deciding:
                    values[question.id] = value_of(question, answers.get(question.id))
                yield question, page.id


def _is_relevant(relevant: str | None, values: Values) -> bool:
    return relevant is None or holds(parse(relevant), values)


def value_of(question: Question, answer: object) -> Value:
    """What a condition sees of an answer; an empty one, or one of no known form, counts as none."""
    if isinstance(answer, bool) or answer in (None, "", [], {}):
        return None
    if isinstance(answer, str | int | float):
        return answer
    if isinstance(answer, list):
        return tuple(str(_code(item)) for item in answer)
    if isinstance(answer, Mapping):
        return {str(row): mark for row, mark in answer.items()} if question.kind == "matrix" else str(_code(answer))
    return None


def _code(item: object) -> object:
    return item.get("code") if isinstance(item, Mapping) else item
