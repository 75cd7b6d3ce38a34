"""One indicator: its path against what was expected, its values with their history, and what it means."""

from itertools import pairwise
from urllib.parse import quote

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.pages.asked import asked_by
from services.gateway.pages.backend import Json
from services.gateway.pages.indicator_words import measured, message, notes, period_words, unit_of
from services.gateway.pages.origins import Origins, surveys_named
from services.gateway.pages.site import Site
from services.gateway.pages.trajectory import Point, Trajectory, specification, year_of
from services.gateway.pages.tree import nodes
from services.gateway.pages.words import Words, later

WIDE_PX, TALL_PX = 520, 340
DIRECTIONS = {
    "up": later("нагоре"),
    "down": later("надолу"),
    "hold": later("запазване в граници"),
}
LEVELS = {
    "input": later("вложени средства"),
    "output": later("продукт"),
    "result": later("резултат"),
    "impact": later("въздействие"),
}
FREQUENCIES = {
    "year": later("всяка година"),
    "quarter": later("всяко тримесечие"),
    "month": later("всеки месец"),
}
STATES = {
    "given": later("непотвърдена"),
    "verified": later("потвърдена"),
    "provisional": later("предварителна, анкетата е отворена"),
}


def _point(point: Json) -> Point:
    return Point(year_of(point["period"]), float(point["value"]))


def trajectory(indicator: Json, words: Words) -> Trajectory | None:
    """Lay out an indicator's path; None where there is nothing to draw."""
    known = [indicator.get("baseline"), *(indicator.get("milestones") or ()), indicator.get("target")]
    expected = tuple(_point(point) for point in known if point)
    values = sorted(indicator["values"], key=lambda value: year_of(value["period"]))
    given = tuple(Point(year_of(v["period"]), float(v["value"]), v["state"] == "verified") for v in values)
    if not given and not expected:
        return None
    target, band = indicator.get("target"), indicator.get("band")
    goal = (
        words.say("цел {value}", value=words.number(float(target["value"]), indicator.get("decimals")))
        if target
        else ""
    )
    last = words.number(float(values[-1]["value"]), indicator.get("decimals")) if values else ""
    return Trajectory(
        expected=expected if not band else (),
        measured=given,
        target=_point(target) if target and not band else None,
        band=(_limit(band, "low"), _limit(band, "high")) if band else None,
        stepped=indicator.get("shape") == "step",
        unit=unit_of(indicator, words),
        words=(goal, last),
    )


def _limit(band: Json, end: str) -> float | None:
    return None if band.get(end) is None else float(band[end])


async def _plots(site: Site, path: Trajectory | None, words: Words, label: str) -> tuple[Markup, Markup] | None:
    if path is None:
        return None
    wide = await site.drawings.draw(specification(path, WIDE_PX), words.language, label)
    tall = await site.drawings.draw(specification(path, TALL_PX), words.language, label)
    return wide, tall


def _surveys_of(indicator: Json) -> set[str]:
    """The surveys that its figures come from."""
    fed = {indicator["feed"]["survey"]} if indicator.get("feed") else set()
    return fed | {value["survey"] for value in indicator["values"] if value.get("survey")}


async def indicator(site: Site, request: Request) -> Response:
    """Show one indicator; the page moves with the plan's evaluation, unless that of another day is asked for."""
    name, asked, words = quote(request.path_params["indicator"], safe=""), asked_by(request), site.words(request)
    found = await site.found(request, f"/indicators/{name}")
    plan_id = quote(str(found["plan"]), safe="")
    evaluation = await site.backend.get(request, asked.on(f"/evaluation/{plan_id}"))
    leaf = next((n for n in nodes(evaluation["tree"]) if n["id"] == found["id"]), None) if evaluation else None
    said = message(found, leaf, words)
    origins = Origins({"indicators": [found]}, await surveys_named(site, request, _surveys_of(found)))
    values = sorted(found["values"], key=lambda value: -year_of(value["period"]))
    return site.page(
        request,
        "indicator.html",
        indicator=found,
        leaf=leaf,
        message=said,
        notes=notes(found, leaf, evaluation, words),
        is_example=bool(leaf and origins.examples([leaf])),
        surveys=origins.surveys,
        origin=origins.of(found["id"]),
        plots=await _plots(site, trajectory(found, words), words, f"{words.plain(found['title'])}: {said}"),
        values=values,
        changes={new["period"]: float(new["value"]) - float(old["value"]) for new, old in pairwise(values)},
        measured=lambda value: measured(float(value), found, words),
        period=lambda period: period_words(period, words),
        states=STATES,
        names={"direction": DIRECTIONS, "level": LEVELS, "frequency": FREQUENCIES},
        feeding=f"/surveys/{quote(found['feed']['survey'], safe='')}/results" if found.get("feed") else None,
        evaluation=evaluation,
        asked=asked,
        live=None if asked else f"/api/v1/live?plan={plan_id}",
    )
