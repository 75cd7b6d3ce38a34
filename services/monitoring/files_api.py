"""HTTP in: plans and values as files."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.monitoring.domain.import_jobs import job_id
from services.monitoring.files import read_plan_file, read_value_rows, sent_file
from services.monitoring.shapes import JsonObject
from services.monitoring.tables.template import template, values_csv
from services.monitoring.usecases import plan_files, plans
from services.monitoring.usecases.desk import Desk
from services.monitoring.usecases.imports import Brought, Imported, import_values
from shared.http import EVERYBODY, Access, Reader, Role

_EXPERT: frozenset[Role] = frozenset({"expert"})

FILES_ACCESS: Access = {
    ("POST", "/plans/{plan}/import"): _EXPERT,
    ("GET", "/plans/{plan}/template.xlsx"): _EXPERT,
    ("GET", "/plans/{plan}/values.csv"): EVERYBODY,
    ("POST", "/values/import"): frozenset({"officer", "expert"}),
}

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DryRun = Annotated[bool, Query(description="only check, write nothing")]
Name = Annotated[str, Query(description="what the file is called", max_length=200)]


def files_router(desk: Desk) -> APIRouter:
    """Make the endpoints that take and give files."""
    router = APIRouter(tags=["files"])
    _add_imports(router, desk)
    _add_exports(router, desk)
    return router


def _add_imports(router: APIRouter, desk: Desk) -> None:
    @router.post("/plans/{plan}/import")
    async def import_plan(
        plan: str, request: Request, reader: Reader, name: Name = "plan", *, dry_run: DryRun = False
    ) -> JsonObject:
        """Adopt or amend a plan from XLSX, CSV or JSON: all or nothing, row by row what is wrong."""
        sent = await sent_file(request, name)
        earlier = await desk.kept.plans.get(plan)
        file = await read_plan_file(sent, earlier.content if earlier else None)
        brought = Brought(job_id(sent.data, reader.subject), desk.person(reader), dry_run)
        done = await plan_files.import_plan(desk, plan, file, brought)
        told = {"id": done.plan.id, "version": done.plan.plan_version, "changed": done.changed}
        return {**_counted(done.imported), "plan": told, "dry_run": dry_run}

    @router.post("/values/import")
    async def import_value_rows(
        request: Request, reader: Reader, name: Name = "values", *, dry_run: DryRun = False
    ) -> JsonObject:
        """Record values from XLSX, CSV or JSON: all or nothing, row by row what is wrong."""
        sent = await sent_file(request, name)
        read = await read_value_rows(sent)
        brought = Brought(job_id(sent.data, reader.subject), desk.person(reader), dry_run)
        return {**_counted(await import_values(desk, read, brought)), "dry_run": dry_run}


def _counted(imported: Imported) -> JsonObject:
    return {"rows": imported.rows, "recorded": imported.recorded, "unchanged": imported.unchanged}


def _add_exports(router: APIRouter, desk: Desk) -> None:
    @router.get("/plans/{plan}/template.xlsx")
    async def plan_template(plan: str) -> Response:
        """Take the template of a plan, filled with what there is."""
        found = await desk.kept.plans.get(plan)
        values = await desk.kept.values_of_plan(plan) if found else []
        workbook = await asyncio.to_thread(template, found.content if found else None, values)
        return _file(workbook, XLSX, f"{plan}.xlsx")

    @router.get("/plans/{plan}/values.csv")
    async def plan_values(plan: str) -> Response:
        """Take all values of a plan as CSV."""
        found = await plans.read_plan(desk, plan)
        written = values_csv(await desk.kept.values_of_plan(found.id))
        return _file(written.encode(), "text/csv; charset=utf-8", f"{plan}-values.csv")


def _file(content: bytes, media_type: str, name: str) -> Response:
    safe = "".join(letter for letter in name if letter.isascii() and (letter.isalnum() or letter in "._-"))
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{safe}"'})
