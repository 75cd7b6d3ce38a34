"""Events in: one fold, which keeps each plan's evaluation. Its order of writing makes a crash harmless.

First what is recorded (histories), then nodes, then leaves, last the outlines. As long as a leaf has not seen an entry,
the same difference is computed again, and the nodes that have taken it already pass it over.
"""

from collections.abc import Callable, Sequence
from datetime import date

from services.reporting.domain.announcing import evaluation_changed
from services.reporting.domain.documents import Draft, Leaf, Node, Outline, generation_of, key_in
from services.reporting.domain.generation import (
    adopted_into,
    adoption_of,
    draft_of,
    empty_nodes,
    summed,
    told,
    unjudged_leaves,
)
from services.reporting.domain.leaves import Known, judged, moment_of
from services.reporting.domain.recording import recorded, verified
from services.reporting.domain.tree import ROOT, Sums, moved
from services.reporting.store import DRAFTS, HISTORIES, LEAVES, NODES, OUTLINES
from shared.bench import Bench, P
from shared.events.monitoring import (
    MONITORING,
    AboutPlan,
    AboutValue,
    IndicatorsDefined,
    NodesDefined,
    PlanAdopted,
    ValueRecorded,
    ValueVerified,
    ValueWentStale,
)
from shared.projections import Entry, Fold, Reaction
from shared.store import Query

SUBSCRIBES = (MONITORING,)

EVALUATION = "evaluation"

Last = dict[str, int]
"""The last entry of a batch that moves a plan: one announcement a plan and batch."""


def folds() -> list[Fold[Last]]:
    """Every projection of this service."""
    events = (NodesDefined, IndicatorsDefined, PlanAdopted, ValueRecorded, ValueVerified, ValueWentStale)
    return [Fold(EVALUATION, events, (DRAFTS, HISTORIES, NODES, LEAVES, OUTLINES), load, fold)]


def reactions() -> list[Reaction]:
    """Nothing here answers an event with a write of its own."""
    return []


async def load(bench: Bench, entries: Sequence[Entry]) -> Last:
    """Bring the path of each value, and whole generations only where one is adopted."""
    about = [(entry, entry.event) for entry in entries if isinstance(entry.event, AboutPlan)]
    values = [event for _, event in about if isinstance(event, AboutValue)]
    adopted = [event for _, event in about if isinstance(event, PlanAdopted)]
    drafts = [draft for entry, event in about if (draft := draft_of(event, entry))]
    await bench.load(OUTLINES, [event.plan_id for _, event in about])
    await bench.load(DRAFTS, [draft.id for draft in drafts])
    await bench.load(HISTORIES, [event.indicator_id for event in values])
    for event in adopted:
        await _load_generation(bench, generation_of(event.plan_id, event.plan_version), drafts)
    await _load_paths(bench, values, adopted)
    return {event.plan_id: entry.position for entry, event in about if isinstance(event, AboutValue | PlanAdopted)}


async def _load_generation(bench: Bench, generation: str, coming: Sequence[Draft]) -> None:
    await bench.load_all(DRAFTS, Query("by_generation", (generation,)))
    parts = [draft for draft in (*bench.all(DRAFTS), *coming) if draft.generation == generation]
    indicators = [indicator.id for part in parts for indicator in part.indicators]
    await bench.load(NODES, [key_in(generation, node.id) for part in parts for node in part.nodes])
    await bench.load(LEAVES, [key_in(generation, indicator) for indicator in indicators])
    await bench.load(HISTORIES, indicators)


async def _load_paths(bench: Bench, values: Sequence[AboutValue], adopted: Sequence[PlanAdopted]) -> None:
    generations = {(event.plan_id, generation_of(event.plan_id, event.plan_version)) for event in adopted}
    generations |= {(outline.id, outline.in_force.generation) for outline in bench.all(OUTLINES)}
    await bench.load(NODES, [key_in(generation, ROOT) for _, generation in sorted(generations)])
    keys = [
        key_in(generation, event.indicator_id)
        for event in values
        for plan_id, generation in sorted(generations)
        if plan_id == event.plan_id
    ]
    await bench.load(LEAVES, keys)
    leaves = [leaf for key in keys if (leaf := bench.read(LEAVES, key))]
    await bench.load(NODES, [key_in(leaf.generation, node) for leaf in leaves for node in leaf.path])


def fold(bench: Bench, entry: Entry, last: Last) -> None:
    """Fold one entry of a plan."""
    event = entry.event
    if isinstance(event, AboutValue):
        _record(bench, event, entry)
        _move(bench, event, entry)
    elif isinstance(event, PlanAdopted):
        _adopt(bench, event, entry)
    elif isinstance(event, AboutPlan) and (draft := draft_of(event, entry)):
        bench.change(DRAFTS, draft.id, lambda _: draft)
    if isinstance(event, AboutPlan) and last.get(event.plan_id) == entry.position:
        _announce(bench, event.plan_id, entry)


def _record(bench: Bench, event: AboutValue, entry: Entry) -> None:
    if isinstance(event, ValueRecorded):
        bench.change(HISTORIES, event.indicator_id, lambda history: recorded(history, event, entry))
    elif isinstance(event, ValueVerified):
        bench.change(HISTORIES, event.indicator_id, lambda history: verified(history, event, entry))


def _move(bench: Bench, event: AboutValue, entry: Entry) -> None:
    """Judge the value's leaf again; hand the difference up its path."""
    outline = bench.read(OUTLINES, event.plan_id)
    if outline is None:
        return  # The plan is not adopted yet; its adoption takes the value from the history.
    leaf = bench.read(LEAVES, key_in(outline.in_force.generation, event.indicator_id))
    if leaf is not None:
        _judge_again(bench, leaf, outline, entry)
    moved_by = {"position": entry.position, "moved_at": entry.recorded_at}
    bench.change(OUTLINES, outline.id, lambda kept: kept and kept.model_copy(update=moved_by))


def _judge_again(bench: Bench, leaf: Leaf, outline: Outline, entry: Entry) -> None:
    moment = moment_of(_day_of(entry), outline.in_force.last_year, Known(position=entry.position))
    after = judged(leaf, bench.read(HISTORIES, leaf.definition.id), moment)
    if after.sums != leaf.sums:
        for node in leaf.path:
            bench.change(NODES, key_in(leaf.generation, node), _moving(leaf.sums, after.sums))
    if after != leaf:
        bench.change(LEAVES, leaf.id, lambda _: after)


def _moving(before: Sums, after: Sums) -> Callable[[Node | None], Node | None]:
    def step(node: Node | None) -> Node | None:
        return node and node.model_copy(update={"sums": moved(node.sums, before, after)})

    return step


def _day_of(entry: Entry) -> date:
    recorded_on = date.fromisoformat(entry.recorded_at[:10])
    event = entry.event
    return max(recorded_on, date.fromisoformat(event.day)) if isinstance(event, ValueWentStale) else recorded_on


def _adopt(bench: Bench, event: PlanAdopted, entry: Entry) -> None:
    """Build the generation whole, with the values that its indicators have already, then switch to it."""
    adoption = adoption_of(event, entry)
    generation = adoption.generation
    drafts = [
        draft for draft in bench.all(DRAFTS) if draft.generation == generation and draft.position < entry.position
    ]
    nodes, indicators = told(drafts, event)
    moment = moment_of(_day_of(entry), event.last_year, Known(position=entry.position))
    leaves = [
        judged(leaf, bench.read(HISTORIES, leaf.definition.id), moment)
        for leaf in unjudged_leaves(event.plan_id, generation, nodes, indicators)
    ]
    for node in summed(empty_nodes(generation, nodes), leaves):
        bench.change(NODES, node.id, _becoming(node))
    for leaf in leaves:
        bench.change(LEAVES, leaf.id, _becoming(leaf))
    bench.change(OUTLINES, event.plan_id, lambda outline: adopted_into(outline, event.plan_id, adoption, entry))


def _becoming(document: P) -> Callable[[P | None], P]:
    return lambda _: document


def _announce(bench: Bench, plan_id: str, entry: Entry) -> None:
    outline = bench.read(OUTLINES, plan_id)
    root = bench.read(NODES, key_in(outline.in_force.generation, ROOT)) if outline else None
    if root is not None:
        bench.announce(OUTLINES, plan_id, evaluation_changed(plan_id, root, entry.cut))
