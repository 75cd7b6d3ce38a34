"""What the HTTP interface of surveys takes and answers."""

from typing import Annotated, Any

from pydantic import Field

from services.surveys.domain.surveys import SurveyState
from shared.events.surveys import Channel, Publish
from shared.http import Body
from shared.language import Language, Text

Answers = dict[str, Any]  # what strict JSON held; whether it fits is told question by question


class SubmitBody(Body):
    """A response: answers by question id, as interface.md shapes them."""

    answers: Answers
    channel: Channel = "web"
    language: Language | None = None
    token: Annotated[str, Field(max_length=200)] | None = None


class Receipt(Body):
    """The response's id and the code with which its giver can take it back."""

    response: str
    receipt: str


class WithdrawalBody(Body):
    receipt: Annotated[str, Field(min_length=1, max_length=100)]


class Withdrawn(Body):
    withdrawn: bool = True


class DraftBody(Body):
    """Answers so far."""

    answers: Answers
    language: Language | None = None


class DraftSaved(Body):
    """Answers so far, the questions that are asked after them, the page that was last completed, and until when."""

    answers: Answers
    asked: list[str]
    page: str | None
    language: Language | None
    saved_at: str
    expires_at: str


class SurveyItem(Body):
    """A survey in a list."""

    id: str
    title: Text
    state: SurveyState
    opens: str | None
    closes: str | None
    publish: Publish
    questions: int
    responses: int
    note: Text | None
    example: bool


class SurveyList(Body):
    items: list[SurveyItem]
    next: str | None


class ImportReport(Body):
    """How many responses a file held, how many were stored now and how many had been stored before."""

    accepted: int
    repeated: int
    rows: int
    dry_run: bool
