"""What a response adds to the tallies: worked out once, when it is counted, and again when it is taken back."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.surveys.domain.asked import asked
from services.surveys.domain.countable import Counts, countable
from services.surveys.domain.counted import Counted
from services.surveys.domain.questionnaire import Question, Questionnaire
from services.surveys.domain.responses import Response
from services.surveys.domain.surveys import Survey
from services.surveys.domain.tallies import cell_of, tally_id

MOST_CUTS = 3
"""The public may cut by so many weighting questions, the first ones."""


@dataclass(frozen=True)
class Contribution:
    """The cell that a response belongs to, what it counts there, and the rows of public cuts that it is in."""

    tally_id: str
    cell: Mapping[str, str]
    counts: Counts
    rows: tuple["RowKey", ...]


@dataclass(frozen=True)
class RowKey:
    """A row of a public cut: those who chose `code` of the weighting question."""

    survey_id: str
    question_id: str
    code: str

    @property
    def id(self) -> str:
        return f"{self.survey_id}/{self.question_id}/{self.code}"


def cut_questions(questionnaire: Questionnaire) -> tuple[str, ...]:
    """The questions by which the public may cut."""
    return questionnaire.weight_to[:MOST_CUTS]


def contribution_of(survey: Survey, response: Response) -> Contribution | None:
    """Work out what a response adds; None for one that was emptied, which is counted nowhere any more."""
    if response.state == "emptied":
        return None
    questionnaire, answers = survey.questionnaire, response.answers
    cell = cell_of(answers, questionnaire.weight_to)
    return Contribution(
        tally_id=tally_id(survey.id, cell),
        cell=cell,
        counts=countable(answers, frozenset(asked(questionnaire, answers)), counted_questions(questionnaire)),
        rows=tuple(RowKey(survey.id, name, cell[name]) for name in cut_questions(questionnaire) if cell[name]),
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
