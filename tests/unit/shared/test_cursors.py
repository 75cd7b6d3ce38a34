"""Positions of two owners of one shard, over one store."""

from datetime import UTC, datetime

from shared.cursors import CURSORS, Cursor, Cursors
from shared.store.memory import MemoryStore

FOLD, SHARD = "counting", "megdan.responses/3"
KEY = f"{FOLD} {SHARD}"


def a_store() -> MemoryStore:
    return MemoryStore("test", lambda: datetime(2026, 1, 1, tzinfo=UTC))


async def moved(owner: Cursors, position: int) -> None:
    await owner.move(await owner.of(FOLD, SHARD), position, lasting=True)


async def kept(store: MemoryStore) -> tuple[int, int]:
    cursor = await store.collection(CURSORS).get(KEY) or Cursor(id=KEY)
    return cursor.position, cursor.told


async def test_a_slow_owner_does_not_set_the_other_one_back() -> None:
    """P-10: of two owners of a shard the one that is behind does not undo how far the other one has come."""
    store = a_store()
    slow, quick = Cursors(store), Cursors(store)
    await slow.of(FOLD, SHARD)
    await moved(quick, 4)
    await moved(quick, 9)

    await moved(slow, 5)

    assert ((9, 9), 9) == (await kept(store), (await slow.of(FOLD, SHARD)).position)


async def test_a_slow_owner_that_has_overtaken_moves_on() -> None:
    """P-10: of two owners of a shard the one that is further writes it down, whatever it knew of the other."""
    store = a_store()
    slow, quick = Cursors(store), Cursors(store)
    await slow.of(FOLD, SHARD)
    await moved(quick, 4)

    await moved(slow, 5)

    assert (5, 5) == await kept(store)


async def test_who_comes_late_into_a_rebuild_begins_anew_too() -> None:
    """P-23: an owner that does not know of a rebuild finds the position set back, and does not skip what it covers."""
    store = a_store()
    rebuilding, other = Cursors(store), Cursors(store)
    await moved(rebuilding, 9)
    await other.of(FOLD, SHARD)
    await rebuilding.start_over(FOLD, SHARD)

    await moved(other, 10)

    assert (0, 0) == ((await kept(store))[0], (await other.of(FOLD, SHARD)).position)


async def test_starting_over_remembers_what_another_owner_has_told() -> None:
    """P-23: a rebuild says nothing again, not even what another owner has said meanwhile."""
    store = a_store()
    rebuilding, other = Cursors(store), Cursors(store)
    await moved(rebuilding, 4)
    await moved(other, 9)

    await rebuilding.start_over(FOLD, SHARD)

    assert (0, 9) == await kept(store)
