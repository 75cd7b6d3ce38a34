"""Where a plan's texts and figures come from: what of it is reconstructed, and which surveys feed its indicators."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from starlette.requests import Request

from services.gateway.pages.backend import Json
from services.gateway.pages.site import Site
from services.gateway.pages.tree import nodes


@dataclass(frozen=True)
class Origins:
    """A plan as it was defined, and the surveys that feed it by their ids."""

    plan: Json = field(default_factory=dict)
    surveys: Mapping[str, Json] = field(default_factory=dict)

    def whole(self) -> Json | None:
        """Tell where the plan itself comes from, if it is reconstructed."""
        return _said(self.plan)

    def of(self, name: str) -> Json | None:
        """Tell where a node or an indicator comes from, if it is reconstructed."""
        return _said(self._defined().get(name) or {})

    def indicator(self, name: str) -> Json | None:
        """Return the definition of an indicator."""
        return next((each for each in self.plan.get("indicators") or () if each["id"] == name), None)

    def examples(self, tree: list[Json]) -> frozenset[str]:
        """Name the indicators of a tree whose present figure is made of example responses."""
        return frozenset(leaf["id"] for leaf in nodes(tree) if leaf["kind"] == "indicator" and self._is_example(leaf))

    def _is_example(self, leaf: Json) -> bool:
        feed = (self.indicator(leaf["id"]) or {}).get("feed")
        if not feed or leaf.get("period") != feed["period"]:
            return False
        return bool(self.surveys.get(feed["survey"], {}).get("example"))

    def _defined(self) -> dict[str, Json]:
        return {each["id"]: each for part in ("nodes", "indicators") for each in self.plan.get(part) or ()}


def _said(thing: Json) -> Json | None:
    origin: Json | None = thing.get("origin")
    return origin if thing.get("reconstructed") else None


async def origins_of(site: Site, request: Request, plan_id: str) -> Origins:
    """Ask where a plan and its figures come from."""
    plan = await site.backend.get(request, f"/plans/{quote(plan_id, safe='')}") or {}
    feeds = {each["feed"]["survey"] for each in plan.get("indicators") or () if each.get("feed")}
    return Origins(plan, await surveys_named(site, request, feeds))


async def surveys_named(site: Site, request: Request, names: Iterable[str]) -> dict[str, Json]:
    """Return the surveys of these ids, as far as the reader may see them."""
    asked = {name: await site.backend.get(request, f"/surveys/{quote(name, safe='')}") for name in sorted(set(names))}
    return {name: survey for name, survey in asked.items() if survey}
