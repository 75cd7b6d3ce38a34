"""Answers so far: kept for seven days so that somebody can go on, never counted."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from shared.errors import Conflict, NotFound
from shared.events.base import rfc3339
from shared.language import Language, Text
from shared.store import Document

KEPT_DAYS = 7


class NoSuchDraft(NotFound):
    """Nothing was saved under this id, or its seven days are over."""

    def __init__(self) -> None:
        super().__init__(
            Text(bg="Няма запазени отговори. Започнете отначало.", en="No answers are saved. Start from the beginning.")
        )


class AnswersWereSent(Conflict):
    """These answers were given for good: no copy of them is kept beside the response, which may be withdrawn."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                bg="Тези отговори вече са изпратени и не се променят. За нови отговори започнете анкетата отначало.",
                en="These answers were sent already and stay as they are. Start the survey again for new ones.",
            )
        )


class Draft(Document):
    """Answers so far. The id is a keyed hash of the one that the client chose; it is gone after `expires_at`."""

    survey_id: str
    answers: Mapping[str, Any]  # canonical answers, checked when they were given
    language: Language | None
    page: str | None
    saved_at: str
    expires_at: str


def expiry(now: datetime) -> str:
    return rfc3339(now + timedelta(days=KEPT_DAYS))
