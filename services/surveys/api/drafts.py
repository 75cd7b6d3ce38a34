"""Endpoints of drafts: answers so far."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.surveys.api.reading import takes
from services.surveys.bodies import DraftBody, DraftSaved
from services.surveys.usecases.desk import Desk
from services.surveys.usecases.drafts import Saved, get_draft, save_draft
from shared.http import json_response, read_body

Page = Annotated[str | None, Query(max_length=40, description="the page whose required questions must be answered")]

_PRIVATE = {"Cache-Control": "no-store"}


def add_to(router: APIRouter, desk: Desk) -> None:
    @router.put(
        "/surveys/{survey}/drafts/{response}", openapi_extra=takes(DraftBody), responses={200: {"model": DraftSaved}}
    )
    async def save(
        survey: str,
        response: str,
        request: Request,
        page: Page = None,
    ) -> Response:
        """Save answers so far for seven days; they are never counted."""
        body = await read_body(request, DraftBody)
        saved = await save_draft(desk, (survey, response), body.answers, page, body.language)
        return json_response(_shown(saved), headers=_PRIVATE)

    @router.get("/surveys/{survey}/drafts/{response}", responses={200: {"model": DraftSaved}})
    async def read(survey: str, response: str) -> Response:
        """Read answers so far, and which questions are asked after them."""
        return json_response(_shown(await get_draft(desk, survey, response)), headers=_PRIVATE)


def _shown(saved: Saved) -> dict[str, object]:
    draft = saved.draft
    return {
        "answers": draft.answers,
        "asked": saved.asked,
        "page": draft.page,
        "language": draft.language,
        "saved_at": draft.saved_at,
        "expires_at": draft.expires_at,
    }
