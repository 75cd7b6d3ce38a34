"""The collections of the reporting service and their typed finders."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TypeVar

from services.reporting.domain.documents import Draft, History, Leaf, Node, Outline
from shared.projections import ALL
from shared.store import Collection, CollectionOf, Document, Index, Query, Store

D = TypeVar("D", bound=Document)

EVERY = Index(ALL, ("id",))
IN_ORDER = Index("in_order", ("generation", "order"))

OUTLINES = CollectionOf("outlines", Outline, (EVERY,))
DRAFTS = CollectionOf("drafts", Draft, (EVERY, Index("by_generation", ("generation", "position"))))
NODES = CollectionOf("nodes", Node, (EVERY, IN_ORDER))
LEAVES = CollectionOf("leaves", Leaf, (EVERY, IN_ORDER))
HISTORIES = CollectionOf("histories", History, (EVERY,))

PAGE = 1000

PIECE = 200
"""Documents that are read in one go where there may be ten thousand: then whoever shares the event loop has a turn."""


class Evaluations:
    """Reads what the fold has made of the plans."""

    def __init__(self, store: Store) -> None:
        self._outlines = store.collection(OUTLINES)
        self._nodes = store.collection(NODES)
        self._leaves = store.collection(LEAVES)
        self._histories = store.collection(HISTORIES)

    async def outline(self, plan_id: str) -> Outline | None:
        return await self._outlines.get(plan_id)

    async def outlines(self) -> list[Outline]:
        return [outline async for outline in _every(self._outlines, Query(ALL, limit=PAGE))]

    async def node(self, key: str) -> Node | None:
        return await self._nodes.get(key)

    async def nodes(self, generation: str) -> list[Node]:
        """Read a generation's nodes, the whole plan first, parents before children."""
        return [node async for node in _every(self._nodes, Query(IN_ORDER.name, (generation,), limit=PIECE))]

    async def leaves(self, generation: str) -> list[Leaf]:
        return [leaf async for leaf in _every(self._leaves, Query(IN_ORDER.name, (generation,), limit=PIECE))]

    async def leaves_called(self, keys: Sequence[str]) -> Mapping[str, Leaf]:
        return await self._leaves.get_many(keys)

    async def histories(self, indicators: Sequence[str]) -> Mapping[str, History]:
        found: dict[str, History] = {}
        for first in range(0, len(indicators), PIECE):
            found |= await self._histories.get_many(indicators[first : first + PIECE])
            await asyncio.sleep(0)
        return found


async def _every(collection: Collection[D], query: Query) -> AsyncIterator[D]:
    after: str | None = None
    while True:
        page = await collection.find(Query(query.index, query.equals, after=after, limit=query.limit))
        for document in page.items:
            yield document
        after = page.next
        if after is None:
            return
        await asyncio.sleep(0)  # an engine may answer without giving way
