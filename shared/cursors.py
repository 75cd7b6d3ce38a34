"""How far each fold and each reaction has come in each shard of the log."""

from shared.crash import crash_point
from shared.errors import Exists, Stale
from shared.store import CollectionOf, Document, Store

KEPT_EVERY = 500
"""Entries that nobody wanted are passed in memory; after so many the position is written down all the same."""


class Cursor(Document):
    """`position` is the last entry that was passed, `told` the last that ever was: a rebuild sets the first back."""

    position: int = 0
    told: int = 0


CURSORS = CollectionOf("cursors", Cursor)


class Cursors:
    """The positions of a service's folds and reactions, read once and then remembered."""

    def __init__(self, store: Store) -> None:
        self._kept = store.collection(CURSORS)
        self._known: dict[str, Cursor] = {}

    async def of(self, name: str, shard: str) -> Cursor:
        """Tell how far a fold or reaction has come in a shard."""
        key = f"{name} {shard}"
        if key not in self._known:
            self._known[key] = await self._kept.get(key) or Cursor(id=key)
        return self._known[key]

    async def move(self, cursor: Cursor, position: int, *, lasting: bool) -> None:
        """Pass all entries up to a position; a move that need not last costs a write only now and then."""
        moved = cursor.model_copy(update={"position": position, "told": max(position, cursor.told, cursor.position)})
        lasting = lasting or position // KEPT_EVERY > cursor.position // KEPT_EVERY
        crash_point("cursor.moving")
        self._known[cursor.id] = await self._moved(moved) if lasting else moved
        crash_point("cursor.moved")

    async def _moved(self, cursor: Cursor) -> Cursor:
        """Write a position down, unless another owner of the shard is further, or has set it back to begin anew."""
        while True:
            try:
                return await (self._kept.replace(cursor) if cursor.version else self._kept.insert(cursor))
            except (Stale, Exists):
                kept = await self._kept.get(cursor.id) or Cursor(id=cursor.id)
                if kept.position >= cursor.position or kept.told > kept.position:
                    return kept
                cursor = cursor.model_copy(update={"version": kept.version})

    async def start_over(self, name: str, shard: str) -> None:
        """Go back to the beginning of a shard, remembering how far it had come."""
        self._known.pop(f"{name} {shard}", None)
        cursor = await self.of(name, shard)
        told = max(cursor.told, cursor.position)
        if told:
            self._known.pop(cursor.id)
            await self._kept.put(cursor.model_copy(update={"position": 0, "told": told}))
