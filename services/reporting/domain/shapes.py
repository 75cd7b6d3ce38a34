"""The evaluation as readers get it: shares as numbers of 1, computed from the exact sums when they are read."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from services.reporting.domain.documents import Leaf, Node, Outline
from services.reporting.domain.evaluation import Tree
from services.reporting.domain.tree import ROOT, UNIT, Figures, figures
from shared.events.monitoring import AboutValue, NodeDefinition, Point, ValueVerified
from shared.log import Entry

JsonObject = dict[str, Any]  # JSON of several shapes, promised by interface.md

PLACES = 12


@dataclass(frozen=True)
class Cut:
    """How much of the tree is asked for: below one node (ROOT for all of it), at most so many levels."""

    under: str = ROOT
    depth: int | None = None


def number(share: Fraction | None) -> float | None:
    return None if share is None else round(float(share), PLACES)


def evaluation_shape(tree: Tree, earlier: Tree, shard: str, cut: Cut) -> JsonObject:
    """Shape a tree; `earlier` is the same tree a year before, for the change since."""
    view = _View(tree, earlier, shard)
    whole = view.figures_of(ROOT)
    effectiveness = {name: whole[name] for name in ("score", "achieved", "expected", "coverage")}
    branches = view.children(ROOT, cut.depth) if cut.under == ROOT else [view.node(cut.under, cut.depth)]
    adoption = tree.adoption
    return {
        "plan": tree.plan_id,
        "title": adoption.title.model_dump(),
        "period": {"from": adoption.first_year, "to": adoption.last_year},
        "reconstructed": adoption.reconstructed,
        "as_of": tree.day.isoformat(),
        "position": f"{shard}:{tree.position}",
        "updated_at": tree.moved_at,
        **whole,
        "criteria": {"effectiveness": effectiveness},
        "tree": branches,
    }


def history_item(tree: Tree, node_id: str) -> JsonObject:
    """Shape a node's figures at one day of its history."""
    return {"at": tree.day.isoformat(), **_shape(tree.figures()[node_id])}


def plan_item(outline: Outline, root: Node) -> JsonObject:
    """Shape a plan and its live figures for a list."""
    adoption = outline.in_force
    return {
        "plan": outline.id,
        "title": adoption.title.model_dump(),
        "period": {"from": adoption.first_year, "to": adoption.last_year},
        "reconstructed": adoption.reconstructed,
        "position": f"{outline.shard}:{outline.position}",
        "updated_at": outline.moved_at,
        **_shape(figures(root.sums)),
    }


def evidence_item(entry: Entry) -> JsonObject:
    """Shape a log entry behind a figure, with the seals that chain it to the entry before."""
    event = entry.event
    about = event.model_dump(include={"period", "value", "state"})
    return {
        "position": entry.cut,
        "recorded_at": entry.recorded_at,
        "hash": entry.hash,
        "previous": entry.previous,
        "type": entry.envelope.type,
        "subject": entry.envelope.subject,
        "indicator": event.indicator_id if isinstance(event, AboutValue) else None,
        "period": about.get("period"),
        "value": _figure(about.get("value")),
        "state": "verified" if isinstance(event, ValueVerified) else about.get("state"),
    }


def _shape(of: Figures) -> JsonObject:
    return {
        "score": number(of.score),
        "achieved": number(of.achieved),
        "expected": number(of.expected),
        "coverage": number(of.coverage),
        "provisional": number(of.provisional),
        "status": of.status,
    }


class _View:
    """A tree with what is looked up again and again."""

    def __init__(self, tree: Tree, earlier: Tree, shard: str) -> None:
        self._shard = shard
        self._figures = tree.figures()
        self._earlier = earlier.figures()
        self._nodes = {node.node_id: node for node in tree.nodes}
        self._definitions = {node.node_id: node.definition for node in tree.nodes if node.definition}
        self._below: dict[str, list[str]] = {}
        self._leaves: dict[str, list[Leaf]] = {}
        for node in tree.nodes:
            if node.parent is not None:
                self._below.setdefault(node.parent, []).append(node.node_id)
        for leaf in tree.leaves:
            self._leaves.setdefault(leaf.path[0], []).append(leaf)

    def figures_of(self, node_id: str) -> JsonObject:
        now, before = self._figures[node_id].achieved, self._earlier.get(node_id)
        then = before.achieved if before else None
        change = None if now is None or then is None else now - then
        counts = dict(self._nodes[node_id].sums.statuses)
        return {**_shape(self._figures[node_id]), "change_year": number(change), "statuses": counts}

    def children(self, node_id: str, depth: int | None) -> list[JsonObject]:
        if depth == 0:
            return []
        below = None if depth is None else depth - 1
        nodes = [self.node(child, below) for child in self._below.get(node_id, ())]
        return nodes + [_leaf_shape(leaf, self._shard) for leaf in self._leaves.get(node_id, ())]

    def node(self, node_id: str, depth: int | None) -> JsonObject:
        return {
            **_definition_shape(self._definitions[node_id]),
            "weight": number(Fraction(self._nodes[node_id].sums.weight, UNIT)),
            **self.figures_of(node_id),
            "children": self.children(node_id, depth),
        }


def _definition_shape(definition: NodeDefinition) -> JsonObject:
    return {
        "id": definition.id,
        "kind": definition.kind,
        "title": definition.title.model_dump(),
        "budget_eur": _figure(definition.budget_eur),
        "reconstructed": definition.reconstructed,
    }


def _leaf_shape(leaf: Leaf, shard: str) -> JsonObject:
    definition, due = leaf.definition, leaf.sums.expected
    described = definition.model_dump(
        mode="json", include={"id", "title", "unit", "unit_text", "direction", "level", "decimals", "reconstructed"}
    )
    return {
        **described,
        "kind": "indicator",
        "weight": number(Fraction(leaf.weight, UNIT)),
        "baseline": _point(definition.baseline),
        "target": _point(definition.target),
        "value": _figure(leaf.value),
        "period": leaf.period,
        "progress": _figure(leaf.covered),
        "expected": _figure(leaf.expected),
        "score": number(Fraction(leaf.sums.delivered, due)) if due else None,
        "status": leaf.status,
        "state": leaf.state,
        "stale_from": leaf.stale_from,
        "given": {"period": leaf.given_period, "value": _figure(leaf.given)} if leaf.given else None,
        "position": f"{shard}:{leaf.behind[-1]}" if leaf.behind else None,
    }


def _point(point: Point | None) -> JsonObject | None:
    return {"period": point.period, "value": float(point.value)} if point else None


def _figure(text: str | None) -> float | None:
    return None if text is None else float(text)
