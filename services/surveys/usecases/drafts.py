"""Answers so far: saved page by page, read again within seven days."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from services.surveys.domain.answers import validated_page
from services.surveys.domain.asked import asked
from services.surveys.domain.drafts import AnswersWereSent, Draft, NoSuchDraft, expiry
from services.surveys.domain.responses import check_client_id
from services.surveys.usecases.desk import Desk, invalid
from shared.events.base import rfc3339
from shared.language import Language
from shared.store import Query
from shared.terms import Terms


@dataclass(frozen=True)
class Saved:
    """A draft with the questions that are asked after its answers."""

    draft: Draft
    asked: list[str]


async def save_draft(
    desk: Desk, address: tuple[str, str], answers: Mapping[str, JsonValue], page: str | None, language: Language | None
) -> Saved:
    """Save answers so far under (survey, client's id); `page` is the one that must be complete, if any.

    Raises NoSuchSurvey, SurveyIsNotOpen, SurveyIsClosed, AnswersDoNotFit, AnswersWereSent.
    """
    survey_id, client_id = address
    check_client_id(client_id)
    survey = await desk.known.get(survey_id)
    survey.check_takes_responses(desk.clock())
    if page is not None and survey.questionnaire.page(page) is None:
        raise invalid("/page", "Няма такава страница.", "There is no such page.")
    content = validated_page(survey.questionnaire, answers, page)
    now = desk.clock()
    draft = Draft(
        id=desk.keys.draft_id(survey_id, client_id),
        survey_id=survey_id,
        answers=content,
        language=language,
        page=page,
        saved_at=rfc3339(now),
        expires_at=expiry(now),
    )
    saved = await desk.documents.drafts.put(draft)
    # Looked up after the writing: a response that comes later drops the draft itself, an earlier one is seen here.
    if await desk.documents.responses.get(desk.keys.response_id(survey_id, client_id)):
        await desk.documents.drafts.delete(draft.id)
        raise AnswersWereSent
    return Saved(saved, asked(survey.questionnaire, content))


async def get_draft(desk: Desk, survey_id: str, client_id: str) -> Saved:
    """Raises NoSuchDraft, also when the seven days are over."""
    draft = await desk.documents.drafts.get(desk.keys.draft_id(survey_id, client_id))
    if draft is None or draft.expires_at <= rfc3339(desk.clock()):
        raise NoSuchDraft
    survey = await desk.known.get(survey_id)
    return Saved(draft, asked(survey.questionnaire, draft.answers))


async def drop_draft(desk: Desk, survey_id: str, client_id: str) -> None:
    """Forget answers so far, once they were given for good."""
    draft_id = desk.keys.draft_id(survey_id, client_id)
    if await desk.documents.drafts.get(draft_id):  # Most responses have none, and reading is cheaper than deleting.
        await desk.documents.drafts.delete(draft_id)


async def sweep_drafts(desk: Desk, terms: Terms) -> None:
    """Forget the drafts whose days are over."""
    if over_by := terms.over_by():
        await desk.documents.drafts.delete_range(Query("expires", below=rfc3339(over_by)))
