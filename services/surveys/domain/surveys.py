"""A survey: its questionnaire, and its way from draft over open to closed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from services.surveys.domain.questionnaire import Questionnaire
from shared.errors import Conflict, Exists, NotFound
from shared.events.base import rfc3339
from shared.events.surveys import ResponsesCompleted, SurveyChanged, SurveyClosed, SurveyOpened
from shared.language import Text
from shared.store import Document

SurveyState = Literal["draft", "open", "closed"]

SCHEDULE = "schedule"
"""Who opens or closes what falls due."""

COMPLETE_AFTER_S = 10
"""Seconds after closing in which responses that were accepted elsewhere still arrive."""


class NoSuchSurvey(NotFound):
    """There is no survey of this id, or it is not public yet."""

    def __init__(self) -> None:
        super().__init__(Text(bg="Няма такава анкета.", en="There is no such survey."))


class SurveyExists(Exists):
    """Another survey has this id."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            Text(
                bg="Вече има анкета с този код (id). Променете „id“ или редактирайте черновата ѝ.",
                en="There is a survey of this id already. Change “id”, or edit its draft.",
            )
        )


class SurveyIsNotOpen(Conflict):
    """The survey takes no responses yet."""

    def __init__(self) -> None:
        super().__init__(Text(bg="Анкетата още не е отворена.", en="The survey is not open yet."))


class SurveyIsClosed(Conflict):
    """The survey takes no more responses."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                bg="Анкетата приключи и не приема отговори. Вижте резултатите ѝ.",
                en="The survey is closed and takes no more responses. See its results.",
            )
        )


class SurveyIsNoDraft(Conflict):
    """Only a draft may be changed or opened: who answers must all be asked the same."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                bg="Анкетата вече не е чернова. Въпросите ѝ не се променят; направете нова анкета.",
                en="The survey is no draft any more. Its questions stay as they are; make a new survey.",
            )
        )


@dataclass(frozen=True)
class Opening:
    """What is fixed when a survey opens, so that its figures can always be computed again.

    Attributes:
        by: pseudonym of who opens it.
        step: by how many responses public figures move, if the questionnaire does not say.
        margins: the known margins of the weighting questions.
        zone: where the municipality's days begin.
    """

    by: str
    step: int
    margins: Mapping[str, Mapping[str, int | float]]
    zone: ZoneInfo


class Survey(Document):
    """A survey. `due` is when something is next to happen by itself; `scheduled` a draft that opens on its day.

    `completed_at` tells when all responses of a closed survey were in the log.
    """

    questionnaire: Questionnaire
    questionnaire_version: int = 1
    state: SurveyState = "draft"
    scheduled: bool = False
    step: int = 0
    margins: Mapping[str, Mapping[str, int | float]] = {}
    created_at: str
    opened_at: str | None = None
    opened_by: str | None = None
    closes_at: str | None = None
    closed_at: str | None = None
    closed_by: str | None = None
    completed_at: str | None = None
    due: str | None = None

    def changed(self, questionnaire: Questionnaire) -> tuple["Survey", SurveyChanged]:
        """Give a draft another questionnaire; what was to open by itself no longer does. Raises SurveyIsNoDraft."""
        if self.state != "draft":
            raise SurveyIsNoDraft
        number = self.questionnaire_version + 1
        update = {"questionnaire": questionnaire, "questionnaire_version": number, "scheduled": False, "due": None}
        event = SurveyChanged(survey_id=self.id, title=questionnaire.title, questionnaire_version=number)
        return self.model_copy(update=update), event

    def opened(self, opening: Opening, now: datetime) -> tuple["Survey", list[SurveyOpened]]:
        """Open a draft, at once or on the day that its questionnaire names. Raises SurveyIsNoDraft, SurveyIsClosed."""
        if self.state != "draft":
            raise SurveyIsNoDraft
        opens, closes = self.questionnaire.opens, self.questionnaire.closes
        closes_at = rfc3339(_midnight(closes, opening.zone) + timedelta(days=1)) if closes else None
        if closes_at is not None and closes_at <= rfc3339(now):
            raise SurveyIsClosed
        update = {
            "opened_by": opening.by,
            "step": max(self.questionnaire.step or 0, opening.step),
            "margins": {name: dict(opening.margins[name]) for name in self.questionnaire.weight_to if opening.margins},
            "closes_at": closes_at,
            "scheduled": True,
            "due": rfc3339(_midnight(opens, opening.zone)) if opens else rfc3339(now),
        }
        return self.model_copy(update=update).begun(now)

    def begun(self, now: datetime) -> tuple["Survey", list[SurveyOpened]]:
        """Begin to take responses, if the survey is scheduled and its time has come."""
        if not self.scheduled or self.due is None or self.due > rfc3339(now):
            return self, []
        title, publish, closes = self.questionnaire.title, self.questionnaire.publish, self.questionnaire.closes
        update = {"state": "open", "scheduled": False, "opened_at": rfc3339(now), "due": self.closes_at}
        return self.model_copy(update=update), [
            SurveyOpened(survey_id=self.id, title=title, publish=publish, closes=closes)
        ]

    def closed(self, by: str, now: datetime) -> tuple["Survey", list[SurveyClosed]]:
        """Take no more responses; closing what is closed changes nothing. Raises SurveyIsNotOpen."""
        if self.state == "draft":
            raise SurveyIsNotOpen
        if self.state == "closed":
            return self, []
        due = rfc3339(now + timedelta(seconds=COMPLETE_AFTER_S))
        update = {"state": "closed", "closed_at": rfc3339(now), "closed_by": by, "due": due}
        return self.model_copy(update=update), [SurveyClosed(survey_id=self.id, opened_by=self.opened_by, closed_by=by)]

    def completed(self, now: datetime) -> tuple["Survey", ResponsesCompleted]:
        """Say that all responses of a closed survey are in the log."""
        update = {"completed_at": rfc3339(now), "due": None}
        return self.model_copy(update=update), ResponsesCompleted(survey_id=self.id)

    def check_takes_responses(self, now: datetime) -> None:
        """Raise SurveyIsNotOpen or SurveyIsClosed unless a response may be given at this moment."""
        if self.state == "draft":
            raise SurveyIsNotOpen
        if self.state == "closed" or (self.closes_at is not None and self.closes_at <= rfc3339(now)):
            raise SurveyIsClosed


def _midnight(day: str, zone: ZoneInfo) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(), zone)
