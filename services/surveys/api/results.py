"""The endpoint of results."""

from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response

from services.surveys.usecases.desk import Desk
from services.surveys.usecases.results import Wish, results
from shared.http import Reader, json_response


def add_to(router: APIRouter, desk: Desk) -> None:
    @router.get("/surveys/{survey}/results", responses={304: {"description": "It is what the ETag was told with."}})
    async def read(
        survey: str,
        reader: Reader,
        by: Annotated[str | None, Query(max_length=40, description="a weighting question to cut by")] = None,
        if_none_match: Annotated[str | None, Header()] = None,
        *,
        weighted: bool = True,
    ) -> Response:
        """Read what a survey says: as announced; all of it, unrounded, for experts and evaluators."""
        everything = reader.holds("expert", "evaluator")
        found = await results(desk, survey, Wish(weighted=weighted, by=by, everything=everything))
        headers = {"ETag": found.etag, "Cache-Control": "private, no-cache" if everything else "no-cache"}
        if if_none_match == found.etag:
            return Response(status_code=304, headers=headers)
        return json_response(found.content, headers=headers)
