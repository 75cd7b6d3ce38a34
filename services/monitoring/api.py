"""HTTP in: plans, indicators and their values."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from services.monitoring.bodies import PlanBody, ValueBody, VerificationsBody, VersionBody
from services.monitoring.domain.plan import Plan, PlanHasMoved
from services.monitoring.domain.values import Entry
from services.monitoring.files_api import FILES_ACCESS, DryRun
from services.monitoring.shapes import (
    JsonObject,
    plan_line,
    plan_shape,
    unit_shape,
    value_shape,
    watched_shape,
)
from services.monitoring.store import Wanted
from services.monitoring.usecases import plans, values
from services.monitoring.usecases.desk import Desk
from services.monitoring.usecases.own_work import own_work
from services.monitoring.usecases.plans import Asked
from services.monitoring.usecases.values import Looked, Refused
from shared.errors import Invalid
from shared.events.monitoring import ValueState
from shared.http import EVERYBODY, STAFF, Access, Reader, ReaderLanguage, Role, json_response
from shared.language import Language, Text

_EXPERT: frozenset[Role] = frozenset({"expert"})
_SIGNED_IN: frozenset[Role] = STAFF | {"citizen"}
_GIVERS: frozenset[Role] = frozenset({"officer", "expert"})

ACCESS: Access = {
    ("GET", "/plans"): EVERYBODY,
    ("GET", "/plans/{plan}"): EVERYBODY,
    ("PUT", "/plans/{plan}"): _EXPERT,
    ("GET", "/units"): EVERYBODY,
    ("GET", "/indicators/{indicator}"): EVERYBODY,
    ("PUT", "/indicators/{indicator}/values/{period}"): _GIVERS,
    ("POST", "/indicators/{indicator}/values/{period}/verify"): _EXPERT,
    ("GET", "/values"): STAFF,
    ("POST", "/values/verify"): _EXPERT,
    ("GET", "/values/~mine"): _SIGNED_IN,
    **FILES_ACCESS,
}

_OR_NEW: dict[int | str, JsonObject] = {201: {"description": "It is new."}}

IfMatch = Annotated[str | None, Header(description="the ETag of the version that is changed")]
Cursor = Annotated[str | None, Query(description="the `next` of an earlier page", max_length=2000)]
Limit = Annotated[int, Query(ge=1, le=1000)]


def monitoring_router(desk: Desk) -> APIRouter:
    """Make the endpoints of plans, indicators and values; those of files are apart."""
    router = APIRouter(tags=["monitoring"])
    _add_plans(router, desk)
    _add_values(router, desk)
    _add_lists(router, desk)
    return router


def _add_plans(router: APIRouter, desk: Desk) -> None:
    @router.get("/plans")
    async def list_plans() -> JsonObject:
        """List the plans."""
        return {"items": [plan_line(plan) for plan in await desk.kept.every_plan()], "next": None}

    @router.get("/plans/{plan}")
    async def read_plan(plan: str) -> Response:
        """Read a plan as it is in force: the tree with its measures and indicators."""
        return _shown(await plans.read_plan(desk, plan))

    @router.put("/plans/{plan}", responses=_OR_NEW)
    async def put_plan(
        plan: str, body: PlanBody, reader: Reader, if_match: IfMatch = None, *, dry_run: DryRun = False
    ) -> Response:
        """Adopt a plan, or amend it. The same again changes nothing."""
        if body.id not in (None, plan):
            raise Invalid(Text(bg="Кодът в плана не е този в адреса.", en="The plan's id is not that of the address."))
        asked = Asked(desk.person(reader).subject, _version_of(if_match, body.version), dry_run)
        adoption = await plans.put_plan(desk, plan, body.content(), asked)
        is_new = adoption.changed and adoption.plan.plan_version == 1
        return _shown(adoption.plan, 201 if is_new and not dry_run else 200)

    @router.get("/units")
    async def list_units(plan: str | None = None) -> JsonObject:
        """List the units that answer for indicators, of one plan or of all."""
        return {"items": [unit_shape(unit) for unit in await plans.units(desk, plan)], "next": None}


def _shown(plan: Plan, status: int = 200) -> Response:
    return json_response(plan_shape(plan), status, {"ETag": f'"{plan.plan_version}"', "Cache-Control": "no-cache"})


def _version_of(if_match: str | None, said: int | None) -> int | None:
    """Which version a change is meant for. Raises PlanHasMoved for a tag that is none of ours."""
    if if_match is None or if_match.strip() == "*":
        return said
    tag = if_match.strip().removeprefix("W/").strip('"')
    if not (tag.isascii() and tag.isdigit()) or len(tag) > len("999999999"):
        raise PlanHasMoved(0)
    return int(tag)


def _add_values(router: APIRouter, desk: Desk) -> None:
    @router.get("/indicators/{indicator}")
    async def read_indicator(indicator: str, reader: Reader) -> JsonObject:
        """Read an indicator: definition, trajectory, values with their history."""
        watched = await values.read_indicator(desk, indicator)
        return watched_shape(watched, await desk.kept.values_of(watched.id), for_staff=reader.holds(*STAFF))

    @router.put("/indicators/{indicator}/values/{period}", responses=_OR_NEW)
    async def give_value(indicator: str, period: str, body: ValueBody, reader: Reader) -> Response:
        """Give or correct a value. The same again changes nothing; a correction keeps what was before."""
        entry = Entry(body.value, body.source, body.note, body.evidence, body.disaggregation)
        change = await values.give_value(desk, desk.person(reader), (indicator, period), entry)
        return json_response(value_shape(change.value), 201 if change.events else 200)

    @router.post("/indicators/{indicator}/values/{period}/verify")
    async def verify_value(indicator: str, period: str, reader: Reader, body: VersionBody | None = None) -> JsonObject:
        """Confirm a value that somebody else gave."""
        looked = Looked(indicator, period, body.version if body else None)
        return value_shape(await values.verify_value(desk, desk.person(reader), looked))


def _add_lists(router: APIRouter, desk: Desk) -> None:
    @router.get("/values")
    async def list_values(
        reader: Reader,
        unit: str | None = None,
        state: ValueState | None = None,
        period: str | None = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> JsonObject:
        """List values by unit, state and period; an officer sees those of the own unit."""
        page = await values.list_values(desk, desk.person(reader), Wanted(unit, state, period), (cursor, limit))
        return {"items": [value_shape(value) for value in page.items], "next": page.next}

    @router.get("/values/~mine")
    async def list_own(reader: Reader) -> JsonObject:
        """List what whoever asks has given, verified or adopted: the own data in this service."""
        return await own_work(desk, desk.person(reader).subject)

    @router.post("/values/verify")
    async def verify_values(body: VerificationsBody, reader: Reader, language: ReaderLanguage) -> JsonObject:
        """Confirm many values; those that can't be are named with the reason."""
        looked = [Looked(item.indicator, item.period, item.version) for item in body.items]
        done = await values.verify_values(desk, desk.person(reader), looked)
        refused = [_refusal(each, language) for each in done.refused]
        return {"verified": done.verified, "unchanged": done.unchanged, "refused": refused}


def _refusal(refused: Refused, language: Language) -> JsonObject:
    return {
        "indicator": refused.item.indicator,
        "period": refused.item.period,
        "status": refused.error.status,
        "message": refused.error.text.in_(language),
    }
