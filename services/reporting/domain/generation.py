"""A generation: the nodes and leaves of one version of a plan, built when it is adopted."""

from collections.abc import Sequence
from fractions import Fraction

from services.reporting.domain.documents import Adoption, Draft, Leaf, Node, Outline, generation_of, key_in
from services.reporting.domain.progress import is_context
from services.reporting.domain.tree import ROOT, Member, Sums, leaf_weights, moved, paths
from shared.events.monitoring import (
    AboutPlan,
    IndicatorDefinition,
    IndicatorsDefined,
    NodeDefinition,
    NodesDefined,
    PlanAdopted,
)
from shared.projections import Entry

NOTHING = Sums()


def adoption_of(event: PlanAdopted, entry: Entry) -> Adoption:
    return Adoption(
        generation=generation_of(event.plan_id, event.plan_version),
        plan_version=event.plan_version,
        position=entry.position,
        recorded_at=entry.recorded_at,
        title=event.title,
        first_year=event.first_year,
        last_year=event.last_year,
        reconstructed=event.reconstructed,
    )


def adopted_into(outline: Outline | None, plan_id: str, adoption: Adoption, entry: Entry) -> Outline:
    """Switch a plan to a generation; those before stay known."""
    before = outline.adoptions if outline else ()
    return Outline(
        id=plan_id,
        adoptions=(*before, adoption),
        shard=entry.shard,
        position=entry.position,
        moved_at=entry.recorded_at,
    )


def draft_of(event: AboutPlan, entry: Entry) -> Draft | None:
    """Keep what an event tells of a version to come; None if it tells nothing of one."""
    if not isinstance(event, NodesDefined | IndicatorsDefined):
        return None
    generation = generation_of(event.plan_id, event.plan_version)
    return Draft(
        id=key_in(generation, str(entry.position)),
        generation=generation,
        position=entry.position,
        nodes=event.nodes if isinstance(event, NodesDefined) else (),
        indicators=event.indicators if isinstance(event, IndicatorsDefined) else (),
    )


def told(drafts: Sequence[Draft], event: PlanAdopted) -> tuple[Sequence[NodeDefinition], Sequence[IndicatorDefinition]]:
    """Gather what was told of a version: the last so many, since a broken attempt may have told some before."""
    parts = sorted(drafts, key=lambda draft: draft.position)
    nodes = [node for part in parts for node in part.nodes]
    indicators = [indicator for part in parts for indicator in part.indicators]
    return nodes[max(0, len(nodes) - event.nodes) :], indicators[max(0, len(indicators) - event.indicators) :]


def members(
    nodes: Sequence[NodeDefinition], indicators: Sequence[IndicatorDefinition]
) -> tuple[list[Member], list[Member]]:
    """Place what was told in the tree. Who has an unknown parent stands at the top; context weighs nothing."""
    known, placed = {ROOT}, []
    for node in nodes:
        placed.append(Member(node.id, node.parent if node.parent in known else ROOT, Fraction(node.weight)))
        known.add(node.id)
    leaves = [
        Member(
            indicator.id,
            indicator.node if indicator.node in known else ROOT,
            Fraction(0) if is_context(indicator) else Fraction(indicator.weight),
        )
        for indicator in indicators
    ]
    return placed, leaves


def unjudged_leaves(
    plan_id: str, generation: str, nodes: Sequence[NodeDefinition], indicators: Sequence[IndicatorDefinition]
) -> list[Leaf]:
    """Make a generation's leaves, each with its path and its weight, not judged yet."""
    placed, leaves = members(nodes, indicators)
    ways, weights = paths(placed), leaf_weights(placed, leaves)
    return [
        Leaf(
            id=key_in(generation, indicator.id),
            generation=generation,
            plan_id=plan_id,
            order=order,
            path=ways[leaf.parent],
            definition=indicator,
            weight=weights[indicator.id],
        )
        for order, (indicator, leaf) in enumerate(zip(indicators, leaves, strict=True))
    ]


def empty_nodes(generation: str, nodes: Sequence[NodeDefinition]) -> list[Node]:
    """Make a generation's nodes, the whole plan first, with nothing summed yet."""
    placed, _ = members(nodes, ())
    root = Node(id=key_in(generation, ROOT), generation=generation, order=0, parent=None, definition=None)
    return [
        root,
        *(
            Node(
                id=key_in(generation, node.id),
                generation=generation,
                order=order,
                parent=member.parent,
                definition=node,
            )
            for order, (node, member) in enumerate(zip(nodes, placed, strict=True), 1)
        ),
    ]


def summed(nodes: Sequence[Node], leaves: Sequence[Leaf]) -> list[Node]:
    """Sum the leaves up the tree anew. Nodes come parents first."""
    sums = {node.node_id: NOTHING for node in nodes}
    for leaf in leaves:
        sums[leaf.path[0]] = moved(sums[leaf.path[0]], NOTHING, leaf.sums)
    for node in reversed(nodes):
        if node.parent is not None:
            sums[node.parent] = moved(sums[node.parent], NOTHING, sums[node.node_id])
    return [node.model_copy(update={"sums": sums[node.node_id]}) for node in nodes]
