"""What a response adds to the tallies: worked out once, when it is counted, and again when it is taken back."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.surveys.domain.advancing import Said
from services.surveys.domain.asked import asked
from services.surveys.domain.countable import ANSWERED, Counts, countable, is_answered
from services.surveys.domain.counted import Counted
from services.surveys.domain.merging import part_of_row
from services.surveys.domain.questionnaire import Question, Questionnaire
from services.surveys.domain.responses import Response
from services.surveys.domain.surveys import Survey
from services.surveys.domain.tallies import cell_of, tally_id

MOST_CUTS = 3
"""The public may cut by so many weighting questions, the first ones."""


@dataclass(frozen=True)
class Contribution:
    """The cell that a response belongs to, what it counts there, and what of it moves public figures."""

    tally_id: str
    cell: Mapping[str, str]
    counts: Counts
    said: Said


@dataclass(frozen=True)
class RowKey:
    """A row of a public cut: those who chose `code` of the weighting question."""

    survey_id: str
    question_id: str
    code: str

    @property
    def id(self) -> str:
        return f"{self.survey_id}/{self.name}"

    @property
    def name(self) -> str:
        """How the steps of its survey call the row."""
        return f"{self.question_id}/{self.code}"


def row_named(survey_id: str, name: str) -> RowKey:
    question_id, _, code = name.partition("/")
    return RowKey(survey_id, question_id, code)


def cut_questions(questionnaire: Questionnaire) -> tuple[str, ...]:
    """The questions by which the public may cut."""
    return questionnaire.weight_to[:MOST_CUTS]


class Contributions:
    """Works out what the responses of one survey add."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        self._questions = counted_questions(survey.questionnaire)
        self._cuts = cut_questions(survey.questionnaire) if survey.questionnaire.publish == "live" else ()

    def of(self, response: Response) -> Contribution | None:
        """What a response adds; None for one that was emptied, which is counted nowhere any more."""
        if response.state == "emptied":
            return None
        questionnaire, answers = self.survey.questionnaire, response.answers
        cell = cell_of(answers, questionnaire.weight_to)
        counts = countable(answers, frozenset(asked(questionnaire, answers)), self._questions)
        rows = tuple(RowKey(self.survey.id, name, cell[name]).name if cell[name] else "" for name in self._cuts)
        said = Said(tuple(self._answered(answers, counts)), rows)
        return Contribution(tally_id(self.survey.id, cell), cell, counts, said)

    def _answered(self, answers: Mapping[str, Any], counts: Counts) -> Iterator[str]:
        for question in self._questions:
            if (question.question_id, ANSWERED) in counts:
                yield question.question_id
                for row in question.rows:
                    if is_answered(answers[question.question_id].get(row)):
                        yield part_of_row(question.question_id, row)


def parts_of(questions: Iterable[Counted]) -> tuple[str, ...]:
    """What of a survey moves by steps of its own: its questions and the rows of its matrices, in order."""
    return tuple(
        part
        for question in questions
        for part in (question.question_id, *(part_of_row(question.question_id, row) for row in question.rows))
    )


def counted_questions(questionnaire: Questionnaire) -> tuple[Counted, ...]:
    """The questions as the statistics see them."""
    return tuple(_counted(question) for question in questionnaire.questions())


def _counted(question: Question) -> Counted:
    has_marks = question.kind in {"scale", "matrix"}
    return Counted(
        question_id=question.id,
        kind=question.kind,
        choices=question.codes,
        rows=tuple(row.code for row in question.rows),
        low=int(question.low) if has_marks and question.low is not None else None,
        high=int(question.high) if has_marks and question.high is not None else None,
    )
