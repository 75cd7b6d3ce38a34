"""Builders of tallies and estimates for the tests of the statistics."""

from collections.abc import Iterable, Mapping, Sequence

from services.surveys.domain.countable import countable
from services.surveys.domain.counted import Counted
from services.surveys.domain.estimates import estimate
from services.surveys.domain.figures import QuestionFigures
from services.surveys.domain.tallies import Tally, add, cell_of, empty_tally

Response = Mapping[str, object]


def tallied(responses: Iterable[Response], questions: Sequence[Counted], weight_to: Sequence[str] = ()) -> list[Tally]:
    """The tallies of responses to questions that all were asked."""
    tallies: dict[str, Tally] = {}
    for answers in responses:
        empty = empty_tally("vision", cell_of(answers, weight_to))
        counted = countable(answers, {question.question_id for question in questions}, questions)
        tallies[empty.id] = add(tallies.get(empty.id, empty), counted)
    return list(tallies.values())


def said(question: Counted, answers: Iterable[object]) -> QuestionFigures:
    """What answers to one question say, unweighted."""
    responses: list[Response] = [{question.question_id: answer} for answer in answers]
    return estimate(tallied(responses, [question]), [question], {}).questions[0]
