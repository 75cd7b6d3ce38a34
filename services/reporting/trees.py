"""Trees judged at a moment: made whole once, then moved on by what has been recorded since."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from services.reporting.domain.documents import Adoption, Leaf, Outline, key_in
from services.reporting.domain.evaluation import Tree, evaluated, judged_leaves, with_leaves
from services.reporting.domain.leaves import LAST_TIME, Known
from services.reporting.kept import Kept
from services.reporting.store import Evaluations
from shared.events.monitoring import AboutValue, PlanAdopted
from shared.log import Log
from shared.turns import Turns

MOST_MOVED = 500
"""Log entries over which a tree is moved on; where there are more, it is made anew."""

MOST_LEAVES = 100_000
"""Leaves of all trees that are kept."""

WAITING = 32
"""Readers that may wait for trees that are made for others."""


@dataclass(frozen=True)
class Sight:
    """What an evaluation rests on: a plan's version, the entries known, and the day judged."""

    outline: Outline
    adoption: Adoption
    known: Known
    day: date
    live: bool

    @property
    def is_known_now(self) -> bool:
        return self.known.time == LAST_TIME

    @property
    def place(self) -> object:
        """Under what a tree is kept: that of all that is known now goes on when its plan moves."""
        return self.adoption.generation, self.day, self.live, None if self.is_known_now else self.known


class Trees:
    """Judges trees, one at a time. Raises Unavailable when too many wait for that."""

    def __init__(self, evaluations: Evaluations, log: Log, limit: int) -> None:
        self._evaluations = evaluations
        self._log = log
        self._kept: Kept[Tree] = Kept(limit, MOST_LEAVES, lambda tree: len(tree.leaves))
        self._turns = Turns("evaluations", at_once=1, waiting=WAITING)

    async def judged(self, sight: Sight) -> Tree:
        """Return a tree as it is seen from there."""
        if (kept := self._standing(sight)) is not None:
            return kept
        async with self._turns.turn():
            kept = self._standing(sight)  # somebody may have made it meanwhile
            return kept if kept is not None else await self._made(sight)

    async def write(self, work: Callable[[], bytes]) -> bytes:
        """Run the writing down of a tree in a turn and a thread as well. Raises Unavailable as `judged` does."""
        async with self._turns.turn():
            return await self._turns.run(work)

    def _standing(self, sight: Sight) -> Tree | None:
        kept = self._kept.get(sight.place)
        is_old = kept is not None and sight.is_known_now and kept.position != sight.outline.position
        return None if is_old else kept

    async def _made(self, sight: Sight) -> Tree:
        kept = self._kept.get(sight.place)
        tree = None if kept is None else await self._moved_on(kept, sight)
        if tree is None:
            tree = await self._whole(sight)
        if sight.live and tree.newest(sight.outline.shard) > sight.outline.position:
            return tree  # A batch is being written; what was read in its midst is not kept.
        return self._kept.keep(sight.place, tree)

    async def _whole(self, sight: Sight) -> Tree:
        generation, outline = sight.adoption.generation, sight.outline
        kept = None if sight.live else self._kept.find(lambda tree: tree.adoption.generation == generation)
        if kept is not None:  # All that judging makes of them is made anew.
            nodes, leaves = kept.nodes, kept.leaves
        else:
            nodes, leaves = await self._evaluations.nodes(generation), await self._evaluations.leaves(generation)
        tree = Tree(outline.id, sight.adoption, sight.day, nodes, leaves, outline.position, outline.moved_at)
        if sight.live:
            return tree
        histories = await self._evaluations.histories([leaf.definition.id for leaf in leaves])
        return await self._turns.run(lambda: evaluated(tree, histories, sight.day, sight.known))

    async def _moved_on(self, tree: Tree, sight: Sight) -> Tree | None:
        """Judge again what was told of since a tree was made; None if that is too much, or another version began."""
        outline = sight.outline
        entries = await self._log.entries(outline.shard, after=tree.position, limit=MOST_MOVED + 1)
        told = [entry.event for entry in entries if entry.position <= outline.position]
        if tree.position > outline.position or len(entries) > MOST_MOVED:
            return None
        if any(isinstance(event, PlanAdopted) and event.plan_id == outline.id for event in told):
            return None
        indicators = {event.indicator_id for event in told if isinstance(event, AboutValue)}
        leaves = await self._leaves_again(tree, sight, indicators)
        return replace(with_leaves(tree, leaves), position=outline.position, moved_at=outline.moved_at)

    async def _leaves_again(self, tree: Tree, sight: Sight, indicators: set[str]) -> Mapping[str, Leaf]:
        if sight.live:
            return await self._evaluations.leaves_called(
                [key_in(sight.adoption.generation, indicator) for indicator in sorted(indicators)]
            )
        leaves = [leaf for leaf in tree.leaves if leaf.definition.id in indicators]
        histories = await self._evaluations.histories([leaf.definition.id for leaf in leaves])
        return {leaf.id: leaf for leaf in judged_leaves(leaves, histories, sight.day, sight.known, tree.adoption)}
