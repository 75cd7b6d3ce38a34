"""What the surveys service announces. Answers are never in an event: what people say stays at home."""

from typing import ClassVar, Literal

from shared.events.base import Event, Part, Seal
from shared.language import Text

SURVEYS = "megdan.surveys"
RESPONSES = "megdan.responses"

Channel = Literal["web", "paper", "kiosk", "api"]
Publish = Literal["live", "closed", "never"]


class AboutSurvey(Event):
    """An event of one survey; all of a survey's events keep one order."""

    TOPIC: ClassVar[str] = SURVEYS

    survey_id: str

    @property
    def key(self) -> str:
        return self.survey_id


class SurveyOpened(AboutSurvey):
    """A survey takes responses from now on."""

    TYPE: ClassVar[str] = "bg.megdan.surveys.survey.opened.v1"

    title: Text
    publish: Publish
    closes: str | None = None


class SurveyChanged(AboutSurvey):
    """A survey's questionnaire or dates were changed."""

    TYPE: ClassVar[str] = "bg.megdan.surveys.survey.changed.v1"

    title: Text
    questionnaire_version: int


class SurveyClosed(AboutSurvey):
    """A survey takes no more responses. `closed_by` is a pseudonym, or `schedule`."""

    TYPE: ClassVar[str] = "bg.megdan.surveys.survey.closed.v1"

    opened_by: str | None = None
    closed_by: str | None = None


class ResponseSubmitted(AboutSurvey):
    """A participant finished a survey. The answers stay in the response; the seal shows that they are still the same.

    `response_id` is a keyed hash of the id that the client chose, never that id.
    """

    TYPE: ClassVar[str] = "bg.megdan.surveys.response.submitted.v1"
    TOPIC: ClassVar[str] = RESPONSES

    response_id: str
    channel: Channel
    seal: Seal

    @property
    def subject(self) -> str:
        return self.response_id


class ResponseWithdrawn(AboutSurvey):
    """The giver took a response back."""

    TYPE: ClassVar[str] = "bg.megdan.surveys.response.withdrawn.v1"
    TOPIC: ClassVar[str] = RESPONSES

    response_id: str

    @property
    def subject(self) -> str:
        return self.response_id


class ResponsesCompleted(AboutSurvey):
    """A survey is closed and all its responses are in the log before this entry: the last figures may be announced."""

    TYPE: ClassVar[str] = "bg.megdan.surveys.responses.completed.v1"
    TOPIC: ClassVar[str] = RESPONSES


class ChoiceShare(Part):
    """An option's part of the answers to a question; null where it is hidden or there is no base."""

    code: str
    count: int | None = None
    share: float | None = None
    low: float | None = None
    high: float | None = None


class QuestionEstimate(Part):
    """What a question says as announced: shares of `n` with 95 % intervals, and a mean where the kind has one."""

    id: str
    kind: str
    n: int
    suppressed: bool = False
    choices: tuple[ChoiceShare, ...] = ()
    mean: float | None = None
    mean_low: float | None = None
    mean_high: float | None = None


class EstimateChanged(AboutSurvey):
    """The public figures of a survey moved by a step, or are final.

    `number` counts the announcements of a survey; `published` says how many responses the figures cover, `responses`
    how many were given and not withdrawn by then.
    """

    TYPE: ClassVar[str] = "bg.megdan.surveys.estimate.changed.v1"

    number: int
    final: bool
    responses: int
    published: int
    questions: tuple[QuestionEstimate, ...]
    opened_by: str | None = None
    closed_by: str | None = None
