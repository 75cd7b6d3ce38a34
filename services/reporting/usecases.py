"""Reading evaluations: the live tree from its documents, any other day from what was recorded."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import orjson

from services.reporting.domain.documents import key_in
from services.reporting.domain.evaluation import Tree, adoption_known, entries_behind, last_day, year_ends
from services.reporting.domain.leaves import LAST_TIME, Known
from services.reporting.domain.periods import a_year_before
from services.reporting.domain.refusals import no_such_node, no_such_plan, not_known_then
from services.reporting.domain.shapes import Cut, JsonObject, evaluation_shape, evidence_item, history_item, plan_item
from services.reporting.domain.tree import ROOT
from services.reporting.kept import Kept
from services.reporting.store import Evaluations
from services.reporting.trees import Sight, Trees
from shared.clock import Clock
from shared.log import Entry, Log


@dataclass(frozen=True)
class Desk:
    """What the use cases read from."""

    evaluations: Evaluations
    log: Log
    clock: Clock
    trees: Trees
    histories: Kept[list[JsonObject]]
    written: Kept[bytes]


@dataclass(frozen=True)
class Asked:
    """Which evaluation is asked for: of a plan, as of a day (None: today), as known at a time (None: now)."""

    plan_id: str
    as_of: date | None = None
    known: str | None = None


@dataclass(frozen=True)
class Judged:
    """A tree, the same a year before, and the shard of the plan's log entries."""

    tree: Tree
    earlier: Tree
    shard: str

    @property
    def is_whole(self) -> bool:
        """Whether nothing newer was read in the midst of a batch."""
        return self.tree.newest(self.shard) <= self.tree.position

    @property
    def tag(self) -> str:
        """By it a reader can tell that nothing has changed."""
        return f"{self.shard}:{self.tree.position}@{self.tree.day}"


async def plans(desk: Desk) -> list[JsonObject]:
    """List the adopted plans with their live figures."""
    items = []
    for outline in await desk.evaluations.outlines():
        root = await desk.evaluations.node(key_in(outline.in_force.generation, ROOT))
        if root is not None:
            items.append(plan_item(outline, root))
    return items


async def evaluate(desk: Desk, asked: Asked) -> Judged:
    """Judge a plan, and beside it the same a year before. Raises NoSuchPlan."""
    sight = await _sight(desk, asked)
    tree = await desk.trees.judged(sight)
    earlier = await desk.trees.judged(replace(sight, day=a_year_before(sight.day), live=False))
    return Judged(tree, earlier, sight.outline.shard)


async def written(desk: Desk, judged: Judged, cut: Cut, known: str) -> bytes:
    """Write an evaluation as JSON; `known` is the time by which all of it was recorded, said last."""
    key = (judged.tree.plan_id, judged.tag, cut)
    body = desk.written.get(key)
    if body is None:
        body = await desk.trees.write(lambda: _written(judged, cut))
        if judged.is_whole:
            desk.written.keep(key, body)
    return body[:-1] + b',"known":' + orjson.dumps(known) + b"}"


def _written(judged: Judged, cut: Cut) -> bytes:
    return orjson.dumps(evaluation_shape(judged.tree, judged.earlier, judged.shard, cut))


async def history(desk: Desk, asked: Asked, node: str | None) -> list[JsonObject]:
    """Tell a node's figures at the end of each of the plan's years and on the day asked. Raises NoSuchNode."""
    sight = await _sight(desk, asked)
    tree = await desk.trees.judged(sight)
    member = _member(tree, node)
    key = (sight.outline.id, sight.outline.position, sight.day, sight.known, member)
    items = desk.histories.get(key)
    if items is None:
        days = year_ends(sight.adoption, sight.day)[:-1]
        before = [await desk.trees.judged(replace(sight, day=day, live=False)) for day in days]
        items = desk.histories.keep(key, [history_item(each, member) for each in (*before, tree)])
    return items


async def evidence(
    desk: Desk, asked: Asked, member: str, after: int, limit: int
) -> tuple[list[JsonObject], int | None]:
    """Tell the log entries behind a node's or an indicator's figures, and after which one to go on.

    Raises NoSuchNode.
    """
    sight = await _sight(desk, asked)
    tree = await desk.trees.judged(sight)
    positions = entries_behind(tree, ROOT if member == tree.plan_id and not tree.has(member) else member)
    if positions is None:
        raise no_such_node(member)
    ahead = [position for position in positions if position > after]
    entries = await _entries(desk.log, sight.outline.shard, ahead[:limit])
    return [evidence_item(entry) for entry in entries], ahead[limit - 1] if len(ahead) > limit else None


async def _entries(log: Log, shard: str, positions: Sequence[int]) -> list[Entry]:
    return [entry for at in positions for entry in await log.entries(shard, after=at - 1, limit=1)]


def _member(tree: Tree, node: str | None) -> str:
    if node is None or (node == tree.plan_id and not tree.has(node)):
        return ROOT
    if not tree.has(node):
        raise no_such_node(node)
    return node


async def _sight(desk: Desk, asked: Asked) -> Sight:
    outline = await desk.evaluations.outline(asked.plan_id)
    if outline is None:
        raise no_such_plan(asked.plan_id)
    known = Known(outline.position, asked.known or LAST_TIME)
    adoption = adoption_known(outline, known)
    if adoption is None:
        raise not_known_then(asked.plan_id)
    today = last_day(adoption, desk.clock().date())
    day = last_day(adoption, asked.as_of or today)
    return Sight(outline, adoption, known, day, live=asked.known is None and day == today)
