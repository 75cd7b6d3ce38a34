"""The plan's tree as rows of a table; which branches are open stands in the address: it works without scripts."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from services.gateway.pages.backend import Json

ENOUGH_COVERAGE = 0.5


@dataclass(frozen=True)
class Row:
    """A node or an indicator as a row. `twist` opens or closes its branch; None where there is none."""

    node: Json
    depth: int
    is_open: bool
    twist: str | None
    path: str

    @property
    def is_indicator(self) -> bool:
        return bool(self.node["kind"] == "indicator")

    @property
    def achieved(self) -> float | None:
        given: float | None = self.node.get("progress") if self.is_indicator else self.node.get("achieved")
        return given

    @property
    def is_uncertain(self) -> bool:
        """Whether too little of a node is known for its score to stand without brackets."""
        return not self.is_indicator and (self.node.get("coverage") or 0) < ENOUGH_COVERAGE

    @property
    def status(self) -> str:
        return "no_data" if self.is_uncertain else str(self.node["status"])


def nodes(tree: list[Json]) -> Iterator[Json]:
    """All nodes and indicators, each before its children."""
    for node in tree:
        yield node
        yield from nodes(node.get("children") or [])


def opened(tree: list[Json], asked: str | None) -> set[str]:
    """Which branches are open: those asked for, or the first level where nothing was asked."""
    if asked is None:
        return {node["id"] for node in tree}
    return {part for part in asked.split(",") if part}


@dataclass(frozen=True)
class Tree:
    """A plan's tree with some branches open; `dated` is the day that its addresses keep, or nothing."""

    plan: str
    tree: list[Json]
    open: frozenset[str]
    dated: str

    def address(self, branches: set[str]) -> str:
        """The address of the same page with these branches open."""
        query = f"?open={','.join(quote(name, safe='') for name in sorted(branches))}"
        return f"/plan/{quote(self.plan, safe='')}{query}{f'&as_of={self.dated}' if self.dated else ''}"

    def rows(self) -> list[Row]:
        return list(self._rows(self.tree, 0))

    def _rows(self, level: list[Json], depth: int) -> Iterator[Row]:
        for node in level:
            children = node.get("children") or []
            is_open = bool(children) and node["id"] in self.open
            toggled = set(self.open) ^ {node["id"]}
            yield Row(node, depth, is_open, self.address(toggled) if children else None, self._path(node))
            if is_open:
                yield from self._rows(children, depth + 1)

    def _path(self, node: Json) -> str:
        name = quote(node["id"], safe="")
        if node["kind"] == "indicator":
            return f"/indicators/{name}"
        return f"/plan/{quote(self.plan, safe='')}/evidence/{name}"
