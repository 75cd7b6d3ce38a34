"""The whole tree: live from its documents, or as of any day and as known at any time from the histories."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.reporting.domain.documents import Adoption, History, Leaf, Node, Outline
from services.reporting.domain.generation import summed
from services.reporting.domain.leaves import LAST_TIME, Known, judged, moment_of
from services.reporting.domain.tree import Figures, figures, moved


@dataclass(frozen=True)
class Tree:
    """A generation's nodes (parents first, the whole plan before all) and leaves, judged at one moment."""

    plan_id: str
    adoption: Adoption
    day: date
    nodes: Sequence[Node]
    leaves: Sequence[Leaf]
    position: int
    moved_at: str

    def figures(self) -> dict[str, Figures]:
        """Tell the figures of each node by its id; those of the whole plan stand under ROOT."""
        return {node.node_id: figures(node.sums) for node in self.nodes}

    def has(self, node_id: str) -> bool:
        return any(node.node_id == node_id for node in self.nodes)

    def newest(self, shard: str) -> int:
        """Tell the last log entry that any of its documents has seen."""
        return max(document.seen.get(shard, 0) for document in (*self.nodes, *self.leaves))

    def leaves_under(self, node_id: str) -> list[Leaf]:
        return [leaf for leaf in self.leaves if node_id in leaf.path]


def adoption_known(outline: Outline, known: Known) -> Adoption | None:
    """Tell which version of a plan was in force as far as was known; None if none was."""
    held = [each for each in outline.adoptions if known.holds(each.position, each.recorded_at)]
    return held[-1] if held else None


def last_day(adoption: Adoption, day: date) -> date:
    """A day after the plan's end is read as its end."""
    return min(day, date(adoption.last_year, 12, 31))


def evaluated(tree: Tree, histories: Mapping[str, History], day: date, known: Known) -> Tree:
    """Judge a tree again as of another day, as known at another time, from what was recorded."""
    leaves = judged_leaves(tree.leaves, histories, day, known, tree.adoption)
    position, moved_at = tree.position, tree.moved_at
    if known.time != LAST_TIME:
        last_entries = [_last_entry(history, known) for history in histories.values()]
        position, moved_at = max([(tree.adoption.position, tree.adoption.recorded_at), *last_entries])
    judged_on = last_day(tree.adoption, day)
    return Tree(tree.plan_id, tree.adoption, judged_on, summed(tree.nodes, leaves), leaves, position, moved_at)


def judged_leaves(
    leaves: Sequence[Leaf], histories: Mapping[str, History], day: date, known: Known, adoption: Adoption
) -> list[Leaf]:
    """Judge leaves as of a day, as known at a time, from what was recorded."""
    moment = moment_of(day, adoption.last_year, known)
    return [judged(leaf, histories.get(leaf.definition.id), moment) for leaf in leaves]


def with_leaves(tree: Tree, leaves: Mapping[str, Leaf]) -> Tree:
    """Put leaves in the place of those with their ids, and hand the differences up their paths."""
    sums = {node.node_id: node.sums for node in tree.nodes}
    for leaf in tree.leaves:
        if (after := leaves.get(leaf.id)) is not None:
            for node in leaf.path:
                sums[node] = moved(sums[node], leaf.sums, after.sums)
    nodes = [node.model_copy(update={"sums": sums[node.node_id]}) for node in tree.nodes]
    return replace(tree, nodes=nodes, leaves=[leaves.get(leaf.id, leaf) for leaf in tree.leaves])


def _last_entry(history: History, known: Known) -> tuple[int, str]:
    entries = [(version.position, version.recorded_at) for version in history.versions]
    entries += [(version.verified_position or 0, version.verified_at or "") for version in history.versions]
    return max((entry for entry in entries if known.holds(*entry)), default=(0, ""))


def year_ends(adoption: Adoption, day: date) -> list[date]:
    """The ends of the plan's years up to a day, and that day itself."""
    ends = (date(year, 12, 31) for year in range(adoption.first_year, adoption.last_year + 1))
    return [*(end for end in ends if end < day), day]


def entries_behind(tree: Tree, member: str) -> list[int] | None:
    """Tell the log entries that the figures of a node, of an indicator or of the whole plan came from, in their order.

    None if the tree has no such member. Context is behind its own figure only.
    """
    if tree.has(member):
        leaves = [leaf for leaf in tree.leaves_under(member) if leaf.sums.with_data]
    else:
        leaves = [leaf for leaf in tree.leaves if leaf.definition.id == member]
    known = tree.has(member) or bool(leaves)
    return sorted({entry for leaf in leaves for entry in leaf.behind}) if known else None
