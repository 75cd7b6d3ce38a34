"""The plan as it goes: the tree of its evaluation on any day, and the entries behind any of its figures."""

from datetime import date
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.pages.backend import Json
from services.gateway.pages.site import Site
from services.gateway.pages.tree import Tree, nodes, opened
from services.gateway.pages.words import Words, later


def plan_path(plan_id: str) -> str:
    return f"/plan/{quote(plan_id, safe='')}"


async def all_plans(site: Site, request: Request) -> list[Json]:
    """Every plan with its live figures, the latest first."""
    listed = await site.backend.get(request, "/evaluation") or {"items": []}
    return sorted(listed["items"], key=lambda plan: -int(plan["period"]["from"]))


async def plan_list(site: Site, request: Request) -> Response:
    return site.page(request, "plans.html", plans=await all_plans(site, request), plan_path=plan_path)


async def origin_of(site: Site, request: Request, evaluation: Json) -> Json | None:
    """Where a reconstructed plan's texts and figures come from, as its authors say it."""
    if not evaluation["reconstructed"]:
        return None
    defined = await site.backend.get(request, f"/plans/{quote(evaluation['plan'], safe='')}")
    return defined.get("origin") if defined else None


def day_asked(request: Request) -> str:
    """The day of ?as_of=, or nothing where none or no day was given."""
    try:
        return date.fromisoformat(request.query_params.get("as_of", "")).isoformat()
    except ValueError:
        return ""


def summary(evaluation: Json, words: Words) -> str:
    """Say in one sentence how the plan goes."""
    if evaluation["status"] == "no_data" or evaluation["score"] is None:
        return words.say(
            "Данните са още малко: известни са {c} от тежестта на плана.", c=words.percent(evaluation["coverage"])
        )
    share = words.percent(evaluation["score"])
    match evaluation["status"]:
        case "achieved":
            return words.say("Планът е постигнат: изпълнени са {s} от дължимото.", s=share)
        case "on_track":
            return words.say("Планът върви по график: изпълнени са {s} от дължимото.", s=share)
        case "behind":
            return words.say("Планът изостава: изпълнени са {s} от дължимото.", s=share)
        case _:
            return words.say("Планът е извън графика: изпълнени са {s} от дължимото.", s=share)


def counted(evaluation: Json) -> dict[str, int]:
    """How many indicators stand how: status → number, context indicators left out."""
    counts: dict[str, int] = {}
    for node in nodes(evaluation["tree"]):
        if node["kind"] == "indicator" and node["status"] != "context":
            counts[node["status"]] = counts.get(node["status"], 0) + 1
    return counts


async def plan(site: Site, request: Request) -> Response:
    """Show the evaluation of a plan on a day, today unless asked; today's moves by itself."""
    plan_id, day = request.path_params["plan"], day_asked(request)
    query = f"?as_of={day}" if day else ""
    evaluation = await site.found(request, f"/evaluation/{quote(plan_id, safe='')}{query}")
    branches = opened(evaluation["tree"], request.query_params.get("open"))
    tree = Tree(plan_id, evaluation["tree"], frozenset(branches), day)
    every = {node["id"] for node in nodes(evaluation["tree"]) if node.get("children")}
    return site.page(
        request,
        "plan.html",
        origin=await origin_of(site, request, evaluation),
        evaluation=evaluation,
        summary=summary(evaluation, site.words(request)),
        counts=counted(evaluation),
        rows=tree.rows(),
        here=tree.address(branches),
        whole=tree.address(set() if branches >= every else every),
        is_whole=branches >= every,
        day=day,
        live=None if day else f"/api/v1/live?plan={quote(plan_id, safe='')}",
    )


ENTRY_WORDS = {
    "plan.adopted": later("Планът е приет"),
    "nodes.defined": later("Въведени са цели, приоритети и мерки"),
    "indicators.defined": later("Въведени са индикатори"),
    "value.recorded": later("Записана е стойност"),
    "value.verified": later("Потвърдена е стойност"),
    "value.went-stale": later("Стойността остаря"),
    "value.stale": later("Стойността остаря"),
}


def entry_words(kind: str, words: Words) -> str:
    """Say what an entry of the log tells; one of an unknown type is named by its type."""
    thing = ".".join(kind.removeprefix("bg.megdan.").split(".")[1:3])
    return words.say(ENTRY_WORDS[thing]) if thing in ENTRY_WORDS else kind


async def evidence(site: Site, request: Request) -> Response:
    """List the log entries that a figure of the tree came from."""
    plan_id, node_id = request.path_params["plan"], request.path_params["node"]
    path = quote(plan_id, safe="")
    evaluation = await site.found(request, f"/evaluation/{path}")
    entries = await site.found(request, f"/evaluation/{path}/evidence/{quote(node_id, safe='')}")
    titles = {node["id"]: node["title"] for node in nodes(evaluation["tree"])}
    node = next((node for node in nodes(evaluation["tree"]) if node["id"] == node_id), None)
    words = site.words(request)
    rows = [(entry, entry_words(entry["type"], words), *_about(entry, titles)) for entry in entries["items"]]
    origin = await origin_of(site, request, evaluation)
    view: dict[str, Any] = {"evaluation": evaluation, "origin": origin}  # Any: what the template takes
    return site.page(request, "evidence.html", node=node, rows=rows, plan_path=plan_path, **view)


def _about(entry: Json, titles: dict[str, Json]) -> tuple[str, Json | None, str]:
    """The indicator that an entry is about, its title, and the period."""
    name = str(entry.get("indicator") or "")
    return name, titles.get(name), str(entry.get("period") or "")
