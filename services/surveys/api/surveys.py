"""Endpoints of surveys: list, read, import, change, open, close."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response

from services.surveys.api.reading import OR_NEW, json_of, takes
from services.surveys.bodies import SurveyItem, SurveyList
from services.surveys.domain.checks import read_questionnaire
from services.surveys.domain.questionnaire import Questionnaire
from services.surveys.domain.surveys import Survey
from services.surveys.usecases.desk import Desk, invalid
from services.surveys.usecases.surveys import (
    close_survey,
    found_survey,
    given,
    import_survey,
    list_surveys,
    open_survey,
    own_surveys,
    put_survey,
)
from shared.http import Identity, Reader, json_response

Limit = Annotated[int, Query(ge=1, le=500)]
IfMatch = Annotated[str | None, Header(description="the version that was read, to refuse overwriting somebody else's")]


def add_to(router: APIRouter, desk: Desk) -> None:
    @router.get("/surveys")
    async def surveys(reader: Reader, limit: Limit = 100, cursor: str | None = None) -> SurveyList:
        """List what is open or was; experts and evaluators see drafts too."""
        found = await list_surveys(desk, limit, cursor, drafts=sees_drafts(reader))
        return SurveyList(items=[_item(survey, responses) for survey, responses in found.items], next=found.next)

    @router.get("/surveys/~mine")
    async def own(reader: Reader) -> dict[str, Any]:
        """List which surveys whoever asks has opened or closed: the own data in this service."""
        return {"surveys": await own_surveys(desk, reader.subject)}

    @router.get("/surveys/{survey}")
    async def survey(survey: str, reader: Reader) -> Response:
        """Read a survey with its questionnaire."""
        found = await found_survey(desk, survey, drafts=sees_drafts(reader))
        steps = await desk.documents.steps.get(survey)
        return json_response(shown(found) | {"responses": given(steps)}, headers=_tag(found))

    @router.put("/surveys/{survey}", openapi_extra=takes(Questionnaire), responses=OR_NEW)
    async def put(survey: str, request: Request, if_match: IfMatch = None) -> Response:
        """Store the questionnaire of a draft: 201 if it is new."""
        stored, is_new = await put_survey(desk, survey, await json_of(request), if_match)
        return json_response(shown(stored), 201 if is_new else 200, _tag(stored))

    _add_steps(router, desk)


def _add_steps(router: APIRouter, desk: Desk) -> None:
    @router.post(
        "/surveys/import",
        openapi_extra=takes(Questionnaire),
        status_code=201,
        responses={200: {"description": "It was only checked."}},
    )
    async def take(
        request: Request, format_: Annotated[str, Query(alias="format")] = "json", *, dry_run: bool = False
    ) -> Response:
        """Import a questionnaire as a draft; `dry_run` only checks it."""
        if format_ != "json":
            raise invalid("/format", "Приема се format=json.", "format=json is taken.")
        raw = await json_of(request)
        if dry_run:
            checked = read_questionnaire(raw, desk.settings.step)
            return json_response({"id": checked.id, "questions": len(list(checked.questions())), "dry_run": True})
        survey = await import_survey(desk, raw)
        return json_response(shown(survey), 201, _tag(survey) | {"Location": f"/surveys/{survey.id}"})

    @router.post("/surveys/{survey}/open")
    async def open_(survey: str, reader: Reader) -> Response:
        """Open a draft now, or let it open on the day that it names."""
        opened = await open_survey(desk, survey, reader.subject)
        return json_response(shown(opened), headers=_tag(opened))

    @router.post("/surveys/{survey}/close")
    async def close(survey: str, reader: Reader) -> Response:
        """Close an open survey; its last figures follow within half a minute."""
        closed = await close_survey(desk, survey, reader.subject)
        return json_response(shown(closed), headers=_tag(closed))


def sees_drafts(reader: Identity) -> bool:
    return reader.holds("expert", "evaluator")


def shown(survey: Survey) -> dict[str, Any]:  # Any: JSON
    """A survey in the shape of interface.md: its questionnaire, its state and version."""
    return {
        **survey.questionnaire.model_dump(mode="json"),
        "state": survey.state,
        "version": survey.version,
        "scheduled": survey.scheduled,
        "opened_at": survey.opened_at,
        "closed_at": survey.closed_at,
    }


def _tag(survey: Survey) -> dict[str, str]:
    return {"ETag": f'"{survey.version}"', "Cache-Control": "no-cache"}


def _item(survey: Survey, responses: int) -> SurveyItem:
    asked = survey.questionnaire
    return SurveyItem(
        id=survey.id,
        title=asked.title,
        state=survey.state,
        opens=asked.opens,
        closes=asked.closes,
        publish=asked.publish,
        questions=sum(len(page.questions) for page in asked.pages),
        responses=responses,
        note=asked.note,
        example=asked.example,
    )
