"""Giving a response, and taking it back."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from pydantic import JsonValue

from services.surveys.domain.answers import Canonical, validated
from services.surveys.domain.responses import (
    NoSuchReceipt,
    Response,
    check_client_id,
    sealed_content,
    submitted,
)
from services.surveys.domain.surveys import Survey
from services.surveys.store import Collections
from services.surveys.usecases.desk import Desk
from services.surveys.usecases.drafts import drop_draft
from shared.errors import Conflict, Exists, Invalid, Stale
from shared.events.base import rfc3339
from shared.events.surveys import Channel
from shared.language import Language, Text


@dataclass(frozen=True)
class Submission:
    """What a participant sends."""

    answers: Mapping[str, JsonValue]
    channel: Channel = "web"
    language: Language | None = None


@dataclass(frozen=True)
class Given:
    """A response that is stored: its client's id, its receipt, and whether this very call has stored it."""

    response: str
    receipt: str
    is_new: bool


async def submit_response(desk: Desk, survey_id: str, client_id: str, submission: Submission) -> Given:
    """Store a response with its event. What was stored before, even if it reads differently now, is answered the same.

    Raises NoSuchSurvey, Invalid (the id), AnswersDoNotFit, SurveyIsNotOpen, SurveyIsClosed.
    """
    check_client_id(client_id)
    survey = await desk.known.get(survey_id)
    try:
        survey.check_takes_responses(desk.clock())
        content = validated(survey.questionnaire, submission.answers)
    except (Conflict, Invalid):
        if await desk.documents.responses.get(desk.keys.response_id(survey_id, client_id)):
            return Given(client_id, desk.keys.receipt(survey_id, client_id), is_new=False)
        raise
    given = await store_response(desk, survey, client_id, submission, content)
    await drop_draft(desk, survey_id, client_id)
    return given


async def store_response(
    desk: Desk, survey: Survey, client_id: str, submission: Submission, content: Mapping[str, Canonical]
) -> Given:
    """Store answers that fit, unless they were stored before."""
    salt, receipt = desk.salt(), desk.keys.receipt(survey.id, client_id)
    response = Response(
        id=desk.keys.response_id(survey.id, client_id),
        survey_id=survey.id,
        questionnaire_version=survey.questionnaire_version,
        answers=content,
        channel=submission.channel,
        language=submission.language,
        submitted_at=rfc3339(desk.clock()),
        salt=salt,
        seal=sealed_content(salt, content),
        receipt_hash=desk.keys.receipt_hash(receipt),
    )
    with suppress(Exists):  # Sent twice, perhaps at once: the first one counts.
        await desk.documents.responses.insert(response, events=[submitted(response)])
        return Given(client_id, receipt, is_new=True)
    return Given(client_id, receipt, is_new=False)


async def withdraw_response(desk: Desk, receipt: str) -> None:
    """Take a response back. Raises NoSuchReceipt, for an unknown receipt as for one that was used already."""
    response = await desk.documents.response_of(desk.keys.receipt_hash(receipt))
    if response is None or response.state != "given":
        raise NoSuchReceipt(_USED)
    withdrawn, event = response.withdrawn()
    try:
        await desk.documents.responses.replace(withdrawn, events=[event])
    except Stale:
        raise NoSuchReceipt(_USED) from None  # somebody who holds the receipt too was a moment faster


_USED = Text(
    bg="Няма отговор с този код. Проверете кода; изтеглен отговор вече няма код.",
    en="No response has this receipt. Check it; a response that was withdrawn has none any more.",
)


async def empty_response(documents: Collections, response_id: str) -> None:
    """Forget what was said in a withdrawn response; a second time changes nothing."""
    response = await documents.responses.get(response_id)
    if response is not None and response.state == "withdrawn":
        await documents.responses.replace(response.emptied())
