"""The plan's tree as rows of a table; which branches are open stands in the address: it works without scripts."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from services.gateway.pages.asked import Asked
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
        """The way covered; None where there is nothing to cover."""
        if self.is_context:
            return None
        given: float | None = self.node.get("progress") if self.is_indicator else self.node.get("achieved")
        return given

    @property
    def is_uncertain(self) -> bool:
        """Whether its score stands in brackets."""
        return is_uncertain(self.node)

    @property
    def is_context(self) -> bool:
        return is_context(self.node)

    @property
    def status(self) -> str:
        return status_of(self.node)


def nodes(tree: list[Json]) -> Iterator[Json]:
    """All nodes and indicators, each before its children."""
    for node in tree:
        yield node
        yield from nodes(node.get("children") or [])


def is_context(node: Json) -> bool:
    """Whether a node stands for information only: it is such an indicator, or all those below it are."""
    leaves = [each for each in nodes([node]) if each["kind"] == "indicator"]
    return bool(leaves) and all(leaf["status"] == "context" for leaf in leaves)


def is_uncertain(node: Json) -> bool:
    """Whether too little is known of a node that is judged."""
    judged = node["kind"] != "indicator" and not is_context(node)
    return judged and (node.get("coverage") or 0) < ENOUGH_COVERAGE


def status_of(node: Json) -> str:
    """Name how a node or an indicator stands, as pages show it."""
    if is_context(node):
        return "context"
    return "no_data" if is_uncertain(node) else str(node["status"])


def waiting(tree: list[Json]) -> int:
    """Count the indicators of a tree with a value that waits for its verification."""
    return sum(1 for node in nodes(tree) if node["kind"] == "indicator" and node.get("given"))


def opened(tree: list[Json], asked: str | None) -> set[str]:
    """Which branches are open: those asked for, or the first level where nothing was asked."""
    if asked is None:
        return {node["id"] for node in tree}
    return {part for part in asked.split(",") if part}


@dataclass(frozen=True)
class Tree:
    """A plan's tree with some branches open; `asked` is what its addresses keep."""

    plan: str
    tree: list[Json]
    open: frozenset[str]
    asked: Asked

    def address(self, branches: set[str]) -> str:
        """The address of the same page with these branches open."""
        query = f"?open={','.join(quote(name, safe='') for name in sorted(branches))}"
        return f"/plan/{quote(self.plan, safe='')}{query}{f'&{self.asked.query}' if self.asked else ''}"

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
            return self.asked.on(f"/indicators/{name}")
        return self.asked.on(f"/plan/{quote(self.plan, safe='')}/evidence/{name}")
