"""The plan as it goes: the tree of its evaluation, today's or of any day."""

from datetime import date
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.pages.asked import Asked, asked_by
from services.gateway.pages.backend import Json
from services.gateway.pages.indicator_words import period_words
from services.gateway.pages.origins import origins_of
from services.gateway.pages.site import NOTHING_HERE, Site
from services.gateway.pages.tree import Tree, nodes, opened, waiting
from services.gateway.pages.words import Words, later
from shared.errors import NotFound
from shared.language import Text

UNKNOWN_THEN = Text(
    bg="По известното дотогава няма такъв план или той още не е бил въведен.",
    en="By what was known then there is no such plan, or it had not been entered yet.",
)
GOES = {
    "achieved": later("Планът е постигнат: изпълнени са {s} от дължимото."),
    "on_track": later("Планът върви по график: изпълнени са {s} от дължимото."),
    "behind": later("Планът изостава: изпълнени са {s} от дължимото."),
    "off_track": later("Планът е извън графика: изпълнени са {s} от дължимото."),
}


def plan_path(plan_id: str) -> str:
    return f"/plan/{quote(plan_id, safe='')}"


async def all_plans(site: Site, request: Request) -> list[Json]:
    """Every plan with its live figures, the latest first."""
    listed = await site.backend.get(request, "/evaluation") or {"items": []}
    return sorted(listed["items"], key=lambda plan: -int(plan["period"]["from"]))


async def plan_list(site: Site, request: Request) -> Response:
    return site.page(request, "plans.html", plans=await all_plans(site, request), plan_path=plan_path)


async def evaluation_of(site: Site, request: Request, plan_id: str, asked: Asked) -> Json:
    """Ask for a plan's evaluation.

    Raises:
        NotFound: there is no such plan, or there was none by what was known then.
    """
    found = await site.backend.get(request, asked.on(f"/evaluation/{quote(plan_id, safe='')}"))
    if found is None:
        raise NotFound(UNKNOWN_THEN if asked.known else NOTHING_HERE)
    return found


def ended(evaluation: Json, words: Words) -> str | None:
    """Tell the last day of a plan's period, if it is over and the evaluation is of that day; else None."""
    last = f"{evaluation['period']['to']}-12-31"
    is_over = words.now.astimezone(words.zone).date() > date.fromisoformat(last)
    return last if is_over and evaluation["as_of"] >= last else None


def summary(evaluation: Json, asked: Asked, words: Words) -> str:
    """Say in one sentence how the plan goes, how it ended, or how it stood on the day asked for."""
    if evaluation["status"] == "no_data" or evaluation["score"] is None:
        return words.say(
            "Данните са още малко: известни са {c} от тежестта на плана.", c=words.percent(evaluation["coverage"], 1)
        )
    share = words.percent(evaluation["score"], 1)
    if last := ended(evaluation, words):
        return words.say(
            "Планът приключи на {date}; към края му са изпълнени {s} от дължимото.", date=words.day(last), s=share
        )
    if asked.as_of:
        return words.say("Към {date} са изпълнени {s} от дължимото.", date=words.day(evaluation["as_of"]), s=share)
    return words.say(GOES.get(evaluation["status"], GOES["off_track"]), s=share)


def counted(evaluation: Json) -> dict[str, int]:
    """How many indicators stand how: status → number, context indicators left out."""
    counts: dict[str, int] = {}
    for node in nodes(evaluation["tree"]):
        if node["kind"] == "indicator" and node["status"] != "context":
            counts[node["status"]] = counts.get(node["status"], 0) + 1
    return counts


def rebuilt(tree: list[Json], *, indicators: bool) -> tuple[int, int]:
    """Count the reconstructed indicators, or else the reconstructed nodes, and all of them."""
    marks = [bool(node.get("reconstructed")) for node in nodes(tree) if (node["kind"] == "indicator") == indicators]
    return sum(marks), len(marks)


async def plan(site: Site, request: Request) -> Response:
    """Show the evaluation of a plan, today's unless another is asked for; today's moves by itself."""
    plan_id, asked, words = request.path_params["plan"], asked_by(request), site.words(request)
    evaluation = await evaluation_of(site, request, plan_id, asked)
    branches = opened(evaluation["tree"], request.query_params.get("open"))
    tree = Tree(plan_id, evaluation["tree"], frozenset(branches), asked)
    every = {node["id"] for node in nodes(evaluation["tree"]) if node.get("children")}
    origins = await origins_of(site, request, plan_id)
    return site.page(
        request,
        "plan.html",
        origin=origins.whole(),
        rebuilt=(rebuilt(evaluation["tree"], indicators=False), rebuilt(evaluation["tree"], indicators=True)),
        examples=origins.examples(evaluation["tree"]),
        evaluation=evaluation,
        summary=summary(evaluation, asked, words),
        ended=ended(evaluation, words),
        waiting=waiting(evaluation["tree"]),
        counts=counted(evaluation),
        rows=tree.rows(),
        period=lambda period: period_words(period, words),
        here=tree.address(branches),
        whole=tree.address(set() if branches >= every else every),
        is_whole=branches >= every,
        evidence=asked.on(f"{plan_path(plan_id)}/evidence/{quote(plan_id, safe='')}"),
        asked=asked,
        live=None if asked else f"/api/v1/live?plan={quote(plan_id, safe='')}",
    )
