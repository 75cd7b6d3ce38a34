"""Endpoints of known margins."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.surveys.api.reading import OR_NEW, json_of, takes
from services.surveys.api.surveys import IfMatch
from services.surveys.domain.margin_sets import KeptMargins, MarginSet
from services.surveys.usecases.desk import Desk
from services.surveys.usecases.margins import get_margins, put_margins
from shared.http import json_response


def add_to(router: APIRouter, desk: Desk) -> None:
    @router.put("/margins/{margins}", openapi_extra=takes(MarginSet), responses=OR_NEW)
    async def put(margins: str, request: Request, if_match: IfMatch = None) -> Response:
        """Store how many people stand behind each code of weighting questions: 201 if the set is new."""
        kept, is_new = await put_margins(desk, margins, await json_of(request), if_match)
        return _answer(kept, 201 if is_new else 200)

    @router.get("/margins/{margins}")
    async def read(margins: str) -> Response:
        """Read a set of margins."""
        return _answer(await get_margins(desk, margins), 200)


def _answer(kept: KeptMargins, status: int) -> Response:
    shown = kept.given.model_dump(mode="json") | {"version": kept.version, "changed_at": kept.changed_at}
    return json_response(shown, status, {"ETag": f'"{kept.version}"', "Cache-Control": "no-store"})
