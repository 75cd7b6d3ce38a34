"""Endpoints of responses: give, take back, import, export."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse

from services.surveys.api.reading import TAKES_FILE, file_of, takes
from services.surveys.bodies import ImportReport, Receipt, SubmitBody, WithdrawalBody, Withdrawn
from services.surveys.usecases.desk import Desk
from services.surveys.usecases.exports import csv_of, xlsx_of
from services.surveys.usecases.imports import import_responses
from services.surveys.usecases.responses import Submission, submit_response, withdraw_response
from services.surveys.usecases.surveys import found_survey
from shared.http import ReaderLanguage, json_response, read_body
from shared.lean import lean

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def add_to(router: APIRouter, desk: Desk) -> None:
    @router.put(
        "/surveys/{survey}/responses/{response}",
        status_code=201,
        openapi_extra=takes(SubmitBody),
        responses={201: {"model": Receipt}, 200: {"model": Receipt, "description": "It was stored before."}},
    )
    @lean
    async def submit(survey: str, response: str, request: Request) -> Response:
        """Give a response under an id of the client's making; sending it again changes nothing."""
        body = await read_body(request, SubmitBody)
        given = await submit_response(desk, survey, response, Submission(body.answers, body.channel, body.language))
        told = {"response": given.response, "receipt": given.receipt}
        return json_response(told, 201 if given.is_new else 200, {"Cache-Control": "no-store"})

    @router.post("/withdrawals")
    async def withdraw(body: WithdrawalBody) -> Withdrawn:
        """Take back the response that a receipt was given for."""
        await withdraw_response(desk, body.receipt)
        return Withdrawn()

    _add_files(router, desk)


def _add_files(router: APIRouter, desk: Desk) -> None:
    @router.post("/surveys/{survey}/responses/import", openapi_extra=TAKES_FILE)
    async def take(
        survey: str,
        request: Request,
        name: Annotated[str, Query(max_length=200, description="the file's name, for messages")] = "responses",
        *,
        dry_run: bool = False,
    ) -> ImportReport:
        """Take responses from a CSV or XLSX: all rows or none; `dry_run` only checks them."""
        report = await import_responses(desk, survey, (name, await file_of(request)), dry_run=dry_run)
        return ImportReport(accepted=report.accepted, repeated=report.repeated, rows=report.rows, dry_run=dry_run)

    @router.get("/surveys/{survey}/responses.csv", response_class=StreamingResponse)
    async def as_csv(survey: str, language: ReaderLanguage) -> StreamingResponse:
        """All responses as CSV, one row each: codes, and labels in the reader's language."""
        found = await found_survey(desk, survey)
        return StreamingResponse(
            csv_of(desk, found, language), media_type="text/csv; charset=utf-8", headers=_attached(f"{survey}.csv")
        )

    @router.get("/surveys/{survey}/responses.xlsx", response_class=StreamingResponse)
    async def as_xlsx(survey: str, language: ReaderLanguage) -> StreamingResponse:
        """The same as a workbook."""
        found = await found_survey(desk, survey)
        return StreamingResponse(xlsx_of(desk, found, language), media_type=XLSX, headers=_attached(f"{survey}.xlsx"))


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
