"""A questionnaire: pages of questions, as interface.md gives it and as an expert imports it."""

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.surveys.domain.conditions import parse
from services.surveys.domain.relevance import names
from shared.events.surveys import Publish
from shared.language import Language, Text

Kind = Literal["single", "multiple", "scale", "number", "date", "text", "matrix", "rank"]

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""The id of a page, a question or a matrix row."""

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,40}$")]
"""The code of an answer to choose from."""

SurveyId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
MarginsId = SurveyId
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]

OTHER = "other"
"""The code of an own text, where a question takes one."""

WITH_CHOICES: frozenset[Kind] = frozenset({"single", "multiple", "rank"})
WITH_BOUNDS: frozenset[Kind] = frozenset({"scale", "matrix", "number"})
WITH_ENDS: frozenset[Kind] = frozenset({"scale", "matrix"})
WITH_OTHER: frozenset[Kind] = frozenset({"single", "multiple"})
WITH_LENGTH: frozenset[Kind] = frozenset({"multiple", "rank"})


class Piece(BaseModel):
    """A part of a questionnaire: only what is known here is taken, nothing is converted."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Choice(Piece):
    """An answer to choose from."""

    code: Code
    text: Text


class Row(Piece):
    """A row of a matrix, answered on the question's scale."""

    code: Name
    text: Text


class Question(Piece):
    """One question. `low` and `high` bound a scale, a matrix and a number; `minimum` and `maximum` how many are chosen.

    `low_text` and `high_text` say what the ends of a scale mean. `relevant` is an expression over earlier answers;
    where it is false the question is not asked.
    """

    id: Name
    kind: Kind
    text: Text
    hint: Text | None = None
    required: bool = False
    low: int | float | None = None
    high: int | float | None = None
    low_text: Text | None = None
    high_text: Text | None = None
    relevant: str | None = None
    choices: tuple[Choice, ...] = ()
    other: bool = False
    rows: tuple[Row, ...] = ()
    minimum: Annotated[int, Field(ge=0)] | None = None
    maximum: Annotated[int, Field(ge=1)] | None = None

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The codes that an answer may hold: of the choices and, where one may write, `other`."""
        return tuple(choice.code for choice in self.choices) + ((OTHER,) if self.other else ())


class PageOfQuestions(Piece):
    """Questions that are shown together."""

    id: Name
    title: Text | None = None
    relevant: str | None = None
    questions: tuple[Question, ...]


class Questionnaire(Piece):
    """What a survey asks, when, and how its results are published.

    `opens` and `closes` are days of the municipality, `closes` the last one on which answers are taken. `step` is by
    how many responses public figures move (absent: the installation's); `margins` names the known margins of the
    questions in `weight_to`; `note` is shown with the results. `example` says that the responses are made up for
    demonstration.
    """

    id: SurveyId
    title: Text
    languages: Annotated[tuple[Language, ...], Field(max_length=2)] = ("bg", "en")
    opens: Day | None = None
    closes: Day | None = None
    publish: Publish = "closed"
    step: int | None = None
    weight_to: Annotated[tuple[Name, ...], Field(max_length=20)] = ()
    margins: MarginsId | None = None
    note: Text | None = None
    example: bool = False
    pages: Annotated[tuple[PageOfQuestions, ...], Field(max_length=200)]

    def questions(self) -> Iterator[Question]:
        """All questions in the order in which they are asked."""
        for page in self.pages:
            yield from page.questions

    def question(self, question_id: str) -> Question | None:
        return next((question for question in self.questions() if question.id == question_id), None)

    @cached_property
    def deciding(self) -> frozenset[str]:
        """The questions whose answers decide whether others are asked."""
        conditions = [page.relevant for page in self.pages] + [question.relevant for question in self.questions()]
        return frozenset(name.question for condition in conditions if condition for name in names(parse(condition)))

    def page(self, page_id: str) -> PageOfQuestions | None:
        return next((page for page in self.pages if page.id == page_id), None)

    def cells(self) -> int:
        """How many weighting cells there can be: each weighting question's codes, or no answer."""
        product = 1
        for question in self.questions():
            if question.id in self.weight_to:
                product *= len(question.codes) + 1
        return product
