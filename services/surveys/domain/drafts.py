"""Answers so far: kept for seven days so that somebody can go on, never counted."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import JsonValue

from shared.errors import NotFound
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


class Draft(Document):
    """Answers so far. The id is a keyed hash of the one that the client chose; it is gone after `expires_at`."""

    survey_id: str
    answers: Mapping[str, JsonValue]
    language: Language | None
    page: str | None
    saved_at: str
    expires_at: str


def expiry(now: datetime) -> str:
    return rfc3339(now + timedelta(days=KEPT_DAYS))
