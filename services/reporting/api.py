"""HTTP in: evaluations of plans, for everybody to read."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response

from services.reporting import usecases
from services.reporting.domain.refusals import no_such_node, not_a_day, not_a_place, not_a_time
from services.reporting.domain.shapes import Cut, JsonObject
from services.reporting.domain.tree import ROOT
from services.reporting.usecases import Asked, Desk, Judged
from shared.events.base import rfc3339
from shared.http import EVERYBODY, Access

ACCESS: Access = {
    ("GET", "/evaluation"): EVERYBODY,
    ("GET", "/evaluation/{plan}"): EVERYBODY,
    ("GET", "/evaluation/{plan}/history"): EVERYBODY,
    ("GET", "/evaluation/{plan}/evidence/{node}"): EVERYBODY,
}

AsOf = Annotated[str | None, Query(description="the day judged, YYYY-MM-DD; today where left out")]
KnownAt = Annotated[str | None, Query(description="only what was recorded by then: a day or an RFC 3339 time; or now")]
Depth = Annotated[int | None, Query(ge=1, le=50, description="how many levels of the tree")]
Limit = Annotated[int, Query(ge=1, le=500)]

_DAY = re.compile(r"(?:19|20|21)\d\d-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"(?:19|20|21)\d\d-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
_PLACE = re.compile(r"\d{1,18}", re.ASCII)


def evaluation_router(desk: Desk) -> APIRouter:
    """Make the endpoints under /evaluation."""
    router = APIRouter(tags=["evaluation"])

    @router.get("/evaluation")
    async def plans() -> dict[str, Any]:
        """List the adopted plans with their live figures."""
        return {"items": await usecases.plans(desk), "next": None}

    @router.get("/evaluation/{plan}", responses={304: {"description": "It is what the ETag was told with."}})
    async def evaluation(
        plan: str,
        as_of: AsOf = None,
        known: KnownAt = None,
        under: Annotated[str | None, Query(description="only this node and what is below it")] = None,
        depth: Depth = None,
        if_none_match: Annotated[str | None, Header()] = None,
    ) -> Response:
        """Evaluate a plan: every node and indicator, each score beside its coverage."""
        judged = await usecases.evaluate(desk, read_asked(plan, as_of, known))
        tag = f'"{judged.tag}"'
        if if_none_match == tag:
            return Response(status_code=304, headers={"ETag": tag})
        at = _time(known) or rfc3339(desk.clock())
        body = await usecases.written(desk, judged, _cut(judged, under, depth), at)
        return Response(body, media_type="application/json", headers={"ETag": tag, "Cache-Control": "no-cache"})

    _add_details(router, desk)
    return router


def _add_details(router: APIRouter, desk: Desk) -> None:
    @router.get("/evaluation/{plan}/history")
    async def history(
        plan: str, node: str | None = None, as_of: AsOf = None, known: KnownAt = None
    ) -> dict[str, list[JsonObject]]:
        """Tell how a plan or one of its nodes stood at the end of each year, and stands on the day asked."""
        return {"items": await usecases.history(desk, read_asked(plan, as_of, known), node)}

    @router.get("/evaluation/{plan}/evidence/{node}")
    async def evidence(
        plan: str, node: str, as_of: AsOf = None, known: KnownAt = None, limit: Limit = 100, cursor: str | None = None
    ) -> dict[str, Any]:
        """Name the log entries behind the figures of a node, of an indicator or of the whole plan."""
        asked = read_asked(plan, as_of, known)
        items, last = await usecases.evidence(desk, asked, node, _place(cursor), limit)
        return {"items": items, "next": None if last is None else str(last)}


def read_asked(plan: str, as_of: str | None, known: str | None) -> Asked:
    """Read which evaluation is asked for. Raises NoSuchDay."""
    return Asked(plan, None if as_of is None else _day(as_of, "/as_of"), _time(known))


def _cut(judged: Judged, under: str | None, depth: int | None) -> Cut:
    if under is None or under == judged.tree.plan_id:
        return Cut(ROOT, depth)
    if not judged.tree.has(under) or under == ROOT:
        raise no_such_node(under)
    return Cut(under, depth)


def _day(written: str, pointer: str) -> date:
    if _DAY.fullmatch(written):
        try:
            return date.fromisoformat(written)
        except ValueError:
            pass
    raise not_a_day(pointer)


def _time(written: str | None) -> str | None:
    """Read a time; a day stands for its end, in UTC."""
    if written is None:
        return None
    try:
        if _DAY.fullmatch(written):
            return f"{date.fromisoformat(written)}T23:59:59.999Z"
        if _TIME.fullmatch(written):
            return rfc3339(datetime.fromisoformat(written.upper()).astimezone(UTC))
    except ValueError:
        pass
    raise not_a_time("/known")


def _place(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not _PLACE.fullmatch(cursor):
        raise not_a_place("/cursor")
    return int(cursor)
