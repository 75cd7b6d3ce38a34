"""HTTP in: plans and values as files."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from services.monitoring.domain.faults import is_id
from services.monitoring.domain.import_jobs import job_id
from services.monitoring.domain.plan import NoSuchPlan
from services.monitoring.files import read_plan_file, read_value_rows, sent_file
from services.monitoring.shapes import JsonObject
from services.monitoring.tables.template import template, values_csv
from services.monitoring.usecases import plan_files, plans
from services.monitoring.usecases.desk import Desk
from services.monitoring.usecases.imports import Brought, import_values
from shared.http import EVERYBODY, Access, Reader, Role

_EXPERT: frozenset[Role] = frozenset({"expert"})

FILES_ACCESS: Access = {
    ("POST", "/plans/{plan}/import"): _EXPERT,
    ("GET", "/plans/{plan}/template.xlsx"): _EXPERT,
    ("GET", "/plans/{plan}/values.csv"): EVERYBODY,
    ("POST", "/values/import"): frozenset({"officer", "expert"}),
}


class WorkbookFile(Response):
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class CsvFile(Response):
    media_type = "text/csv"


class Counted(BaseModel):
    """How many rows a file had, how many of them changed something, how many said what was known."""

    rows: int
    recorded: int
    unchanged: int
    dry_run: bool


class PlanTold(BaseModel):
    id: str
    version: int
    changed: bool


class CountedWithPlan(Counted):
    plan: PlanTold


_TAKES_FILE: JsonObject = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}

DryRun = Annotated[bool, Query(description="only check, write nothing")]
Name = Annotated[str, Query(description="what the file is called", max_length=200)]


def files_router(desk: Desk) -> APIRouter:
    """Make the endpoints that take and give files."""
    router = APIRouter(tags=["files"])
    _add_imports(router, desk)
    _add_exports(router, desk)
    return router


def _add_imports(router: APIRouter, desk: Desk) -> None:
    @router.post("/plans/{plan}/import", openapi_extra=_TAKES_FILE)
    async def import_plan(
        plan: str, request: Request, reader: Reader, name: Name = "plan", *, dry_run: DryRun = False
    ) -> CountedWithPlan:
        """Adopt or amend a plan from XLSX, CSV or JSON: all or nothing, row by row what is wrong."""
        sent, person = await sent_file(request, name), desk.person(reader)
        brought = Brought(job_id(sent.data, person.subject), person, dry_run)
        async with desk.files.turn():
            earlier = await desk.kept.plans.get(plan)
            file = await read_plan_file(desk.files, sent, earlier.content if earlier else None)
            done = await plan_files.import_plan(desk, plan, file, brought)
        told = PlanTold(id=done.plan.id, version=done.plan.plan_version, changed=done.changed)
        return CountedWithPlan(**vars(done.imported), plan=told, dry_run=dry_run)

    @router.post("/values/import", openapi_extra=_TAKES_FILE)
    async def import_value_rows(
        request: Request, reader: Reader, name: Name = "values", *, dry_run: DryRun = False
    ) -> Counted:
        """Record values from XLSX, CSV or JSON: all or nothing, row by row what is wrong."""
        sent, person = await sent_file(request, name), desk.person(reader)
        brought = Brought(job_id(sent.data, person.subject), person, dry_run)
        async with desk.files.turn():
            imported = await import_values(desk, await read_value_rows(desk.files, sent), brought)
        return Counted(**vars(imported), dry_run=dry_run)


def _add_exports(router: APIRouter, desk: Desk) -> None:
    @router.get("/plans/{plan}/template.xlsx", response_class=WorkbookFile)
    async def plan_template(plan: str) -> Response:
        """Take the template of a plan, filled with what there is."""
        if not is_id(plan):
            raise NoSuchPlan(plan)
        found = await desk.kept.plans.get(plan)
        values = await desk.kept.values_of_plan(plan) if found else []
        workbook = await desk.files.run(partial(template, found.content if found else None, values))
        return WorkbookFile(workbook, headers=_named(f"{plan}.xlsx"))

    @router.get("/plans/{plan}/values.csv", response_class=CsvFile)
    async def plan_values(plan: str) -> Response:
        """Take all values of a plan as CSV."""
        found = await plans.read_plan(desk, plan)
        written = values_csv(await desk.kept.values_of_plan(found.id))
        return CsvFile(written, headers=_named(f"{plan}-values.csv"))


def _named(name: str) -> dict[str, str]:
    safe = "".join(letter for letter in name if letter.isascii() and (letter.isalnum() or letter in "._-"))
    return {"Content-Disposition": f'attachment; filename="{safe}"'}
