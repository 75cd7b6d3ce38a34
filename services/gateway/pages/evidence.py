"""The entries of the record behind a figure of the plan, each with where it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.pages import figures
from services.gateway.pages.asked import Asked, asked_by
from services.gateway.pages.backend import Json
from services.gateway.pages.indicator_words import measured, period_words
from services.gateway.pages.origins import Origins, origins_of
from services.gateway.pages.plan import evaluation_of, plan_path
from services.gateway.pages.site import Site
from services.gateway.pages.tree import nodes, status_of, waiting
from services.gateway.pages.words import Words, later

A_PAGE = 500
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


@dataclass(frozen=True)
class Line:
    """An entry as the page tells it; what it does not tell is empty or None."""

    entry: Json
    said: str
    at: str
    title: Json | None
    period: str
    value: str
    source: str
    survey: Json | None


@dataclass(frozen=True)
class _Telling:
    """What the entries are told with: the words, where the plan comes from, its indicators with their values."""

    words: Words
    origins: Origins
    indicators: Mapping[str, Json]

    def line(self, entry: Json) -> Line:
        words, name = self.words, str(entry.get("indicator") or "")
        indicator = self.indicators.get(name)
        value = entry.get("value")
        survey, source = self._source(entry, indicator) if indicator else (None, "")
        return Line(
            entry=entry,
            said=entry_words(entry["type"], words),
            at=figures.whole_moment(figures.parsed_moment(entry["recorded_at"]), words.zone, words.language),
            title=indicator["title"] if indicator else None,
            period=period_words(entry["period"], words) if entry.get("period") else "",
            value=measured(float(value), indicator, words) if value is not None and indicator else "",
            source=source,
            survey=survey,
        )

    def _source(self, entry: Json, indicator: Json) -> tuple[Json | None, str]:
        """The survey that a value came from, or else its source as it was given."""
        given = next((each for each in indicator["values"] if each["period"] == entry.get("period")), None)
        if given is None:
            return None, ""
        versions = [given, *(given.get("history") or ())]
        same = [each for each in versions if each["value"] == entry.get("value")]
        source = next((each["source"] for each in same if each.get("source")), given.get("source"))
        return self.origins.surveys.get(given.get("survey") or ""), str(source or "")


async def _entries(site: Site, request: Request, path: str, asked: Asked) -> list[Json]:
    """Every entry behind a figure, page after page."""
    found: list[Json] = []
    cursor: str | None = ""
    while cursor is not None:
        query = "&".join(part for part in (f"limit={A_PAGE}", cursor and f"cursor={cursor}", asked.query) if part)
        part = await site.found(request, f"{path}?{query}")
        found += part["items"]
        cursor = part["next"]
    return found


async def evidence(site: Site, request: Request) -> Response:
    """List the log entries that a figure of the tree came from, as of the day and as known at the time asked for."""
    plan_id, node_id, asked = request.path_params["plan"], request.path_params["node"], asked_by(request)
    evaluation = await evaluation_of(site, request, plan_id, asked)
    path = f"/evaluation/{quote(plan_id, safe='')}/evidence/{quote(node_id, safe='')}"
    entries = await _entries(site, request, path, asked)
    origins = await origins_of(site, request, plan_id)
    names = sorted({str(entry["indicator"]) for entry in entries if entry.get("indicator")})
    known = [(name, await site.backend.get(request, f"/indicators/{quote(name, safe='')}")) for name in names]
    telling = _Telling(site.words(request), origins, {name: found for name, found in known if found})
    node = next((node for node in nodes(evaluation["tree"]) if node["id"] == node_id), None)
    return site.page(
        request,
        "evidence.html",
        evaluation=evaluation,
        node=node,
        stands=status_of(node) if node else evaluation["status"],
        figures=node or evaluation,
        waiting=waiting([node] if node else evaluation["tree"]),
        origin=origins.of(node_id) if node else origins.whole(),
        rows=[telling.line(entry) for entry in entries],
        plan_path=asked.on(plan_path(plan_id)),
        asked=asked,
    )
