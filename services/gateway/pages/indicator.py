"""One indicator: its path against what was expected, its values with their history, and what it means."""

from itertools import pairwise
from urllib.parse import quote

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.pages.backend import Json
from services.gateway.pages.figures import NBSP
from services.gateway.pages.site import Site
from services.gateway.pages.trajectory import Point, Trajectory, specification, year_of
from services.gateway.pages.tree import nodes
from services.gateway.pages.words import Words, later

WIDE_PX, TALL_PX = 520, 340
ROMAN = {"1": "I", "2": "II", "3": "III", "4": "IV"}
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


def unit_of(indicator: Json, words: Words) -> str:
    text = indicator.get("unit_text")
    return words.plain(text) if text else str(indicator["unit"])


def measured(value: float, indicator: Json, words: Words) -> str:
    """Write a value with its unit: 28,5 %, 1 284 души."""
    unit = unit_of(indicator, words)
    written = words.number(value, indicator.get("decimals"))
    if unit == "%":
        return written + (f"{NBSP}%" if words.language == "bg" else "%")
    return f"{written}{NBSP}{unit}"


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


def message(indicator: Json, words: Words) -> str:
    """Say in a sentence where the indicator stands and where it should arrive."""
    values = sorted(indicator["values"], key=lambda value: year_of(value["period"]))
    if not values:
        return words.say("Още няма стойности.")
    now = words.say(
        "{value} през {period}",
        value=measured(float(values[-1]["value"]), indicator, words),
        period=period_words(values[-1]["period"], words),
    )
    target = indicator.get("target")
    if not target or indicator.get("band"):
        return now
    goal = measured(float(target["value"]), indicator, words)
    return words.say(
        "{now}, целта е {goal} до {period}", now=now, goal=goal, period=period_words(target["period"], words)
    )


def period_words(period: str, words: Words) -> str:
    """Write a period: 2019 г., III тримесечие на 2019 г., 07.2019."""
    year, _, part = period.partition("-")
    if not part:
        return words.say("{year} г.", year=year).replace(" ", NBSP)
    if part.startswith("Q"):
        return words.say("{n} тримесечие на {year} г.", n=ROMAN[part[1:]], year=year)
    return f"{part}.{year}"


async def _plots(site: Site, path: Trajectory | None, words: Words, label: str) -> tuple[Markup, Markup] | None:
    if path is None:
        return None
    wide = await site.drawings.draw(specification(path, WIDE_PX), words.language, label)
    tall = await site.drawings.draw(specification(path, TALL_PX), words.language, label)
    return wide, tall


def _feeding(indicator: Json) -> str | None:
    feed = indicator.get("feed")
    return f"/surveys/{quote(feed['survey'], safe='')}/results" if feed else None


async def indicator(site: Site, request: Request) -> Response:
    """Show one indicator; the page moves with the plan's evaluation."""
    name = quote(request.path_params["indicator"], safe="")
    found = await site.found(request, f"/indicators/{name}")
    words = site.words(request)
    plan_id = quote(str(found["plan"]), safe="")
    evaluation = await site.backend.get(request, f"/evaluation/{plan_id}")
    leaf = next((n for n in nodes(evaluation["tree"]) if n["id"] == found["id"]), None) if evaluation else None
    said = message(found, words)
    values = sorted(found["values"], key=lambda value: -year_of(value["period"]))
    return site.page(
        request,
        "indicator.html",
        indicator=found,
        leaf=leaf,
        message=said,
        plots=await _plots(site, trajectory(found, words), words, f"{words.plain(found['title'])}: {said}."),
        values=values,
        changes={new["period"]: float(new["value"]) - float(old["value"]) for new, old in pairwise(values)},
        measured=lambda value: measured(float(value), found, words),
        period=lambda period: period_words(period, words),
        states=STATES,
        names={"direction": DIRECTIONS, "level": LEVELS, "frequency": FREQUENCIES},
        feeding=_feeding(found),
        evaluation=evaluation,
        live=f"/api/v1/live?plan={plan_id}",
    )
