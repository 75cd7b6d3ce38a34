"""What the Store in a SQLite file promises beyond the contract: it outlives its process, and is honest when full."""

import asyncio
from pathlib import Path
from typing import Any

import apsw
import orjson
import pytest
from pydantic import computed_field

from shared.errors import StorageIsFull
from shared.sqlite import fetched
from shared.store import Collection, CollectionOf, Document, Index, Query
from shared.store.clashes import KeyTaken
from shared.store.sqlite import SqliteStore
from tests.contract.samples import SERVICE, SURVEYS, Survey, a_submission, now

BARE = CollectionOf("surveys", Survey)


async def opened(folder: Path) -> SqliteStore:
    return await SqliteStore.open(folder / "store.db", SERVICE, now)


async def left_by_an_earlier_process(folder: Path, of: CollectionOf[Survey], *documents: Survey) -> None:
    store = await opened(folder)
    await store.collection(of).insert_many(documents)
    await store.close()


def statements(connection: apsw.Connection) -> list[tuple[str, Any]]:
    """Note each statement that a connection runs from now on, with its values."""
    seen: list[tuple[str, Any]] = []

    def note(_cursor: apsw.Cursor, sql: str, values: Any) -> bool:  # a sequence, a mapping or nothing, as it was run
        seen.append((sql, values))
        return True

    connection.set_exec_trace(note)
    return seen


async def test_reopening_keeps_everything(tmp_path: Path) -> None:
    """Documents, versions, indexes and unsent events are there after a close and an opening."""
    store = await opened(tmp_path)
    await store.collection(SURVEYS).put(Survey(id="s1", state="open", closes=1))
    written = await store.collection(SURVEYS).put(Survey(id="s1", state="open", closes=1), events=[a_submission()])
    events = await store.outbox.unsent(limit=9)
    await store.close()

    store = await opened(tmp_path)
    found = await store.collection(SURVEYS).find(Query("by_state", ("open",)))
    again = await store.outbox.unsent(limit=9)
    await store.close()

    assert ((written,), events) == (found.items, again)


async def test_closing_leaves_one_file(tmp_path: Path) -> None:
    """After a close there is no write-ahead log beside the file, so that a copy of it is whole."""
    await left_by_an_earlier_process(tmp_path, SURVEYS, Survey(id="s1"))

    left = await asyncio.to_thread(lambda: list(tmp_path.iterdir()))
    assert ["store.db"] == [path.name for path in left]


async def test_a_new_index_is_built_from_the_documents(tmp_path: Path) -> None:
    """An index that is declared later finds the documents that were stored before."""
    await left_by_an_earlier_process(tmp_path, BARE, *(Survey(id=f"{n:04}", tags=("a", "b")) for n in range(1100)))

    store = await opened(tmp_path)
    count = await store.collection(SURVEYS).count(Query("by_tag", ("b",)))
    await store.close()

    assert 1100 == count


async def test_a_new_index_follows_later_changes(tmp_path: Path) -> None:
    """Documents from before the index leave it when they change, like all others."""
    await left_by_an_earlier_process(
        tmp_path, BARE, Survey(id="s1", state="open", closes=1), Survey(id="s2", state="open", closes=1)
    )

    store = await opened(tmp_path)
    surveys = store.collection(SURVEYS)
    await surveys.put(Survey(id="s1", state="closed", closes=1))
    await surveys.delete("s2")
    counts = [await surveys.count(Query("by_state", (state,))) for state in ("open", "closed")]
    await store.close()

    assert [0, 1] == counts


async def test_an_index_that_was_away_is_built_anew(tmp_path: Path) -> None:
    """An index that an older program did not keep up is not trusted when a newer one declares it again."""
    await left_by_an_earlier_process(tmp_path, SURVEYS, Survey(id="s1", state="open", closes=1))
    await left_by_an_earlier_process(tmp_path, BARE, Survey(id="s2", state="open", closes=1))

    store = await opened(tmp_path)
    count = await store.collection(SURVEYS).count(Query("by_state", ("open",)))
    await store.close()

    assert 2 == count


async def test_an_index_that_is_defined_anew_is_built_anew(tmp_path: Path) -> None:
    """The same name over other fields is another index; those that stay are kept as they were."""
    await left_by_an_earlier_process(tmp_path, SURVEYS, Survey(id="s1", state="open", code="x", tags=("a",)))
    changed = CollectionOf("surveys", Survey, (Index("by_state", ("code",)), Index("by_tag", ("tags",))))

    store = await opened(tmp_path)
    surveys = store.collection(changed)
    before = [await surveys.count(Query("by_state", ("x",))), await surveys.count(Query("by_tag", ("a",)))]
    await surveys.delete("s1")
    after = [await surveys.count(Query("by_state")), await surveys.count(Query("by_tag"))]
    await store.close()

    assert ([1, 1], [0, 0]) == (before, after)


class Early(Document):
    title: str

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own way to serialise a property
    @property
    def initial(self) -> str:
        return self.title[:1]


class Late(Early):
    @computed_field  # type: ignore[prop-decorator]  # pydantic's own way to serialise a property
    @property
    def initial(self) -> str:
        return self.title[:2]


async def test_entries_are_removed_as_they_were_written(tmp_path: Path) -> None:
    """If a program comes to compute a key in another way, the entries that an older one wrote still go."""
    by_initial, by_title = Index("by_initial", ("initial",)), Index("by_title", ("title",))
    store = await opened(tmp_path)
    await store.collection(CollectionOf("words", Early, (by_initial,))).insert(Early(id="w", title="word"))
    await store.close()

    store = await opened(tmp_path)
    words = store.collection(CollectionOf("words", Late, (by_initial, by_title)))
    await words.delete("w")
    left = await words.count(Query("by_initial"))
    await store.close()

    assert 0 == left


async def test_a_unique_index_needs_unique_documents(tmp_path: Path) -> None:
    """If the documents do not allow a new unique index, opening says which, and leaves all as it was."""
    await left_by_an_earlier_process(tmp_path, BARE, Survey(id="s1", code="x"), Survey(id="s2", code="x"))

    store = await opened(tmp_path)
    with pytest.raises(KeyTaken) as refused:
        store.collection(SURVEYS)
    documents = await store.collection(BARE).get_many(["s1", "s2"])
    await store.close()

    assert ("by_code", 2) == (refused.value.key, len(documents))


async def test_a_full_disk_is_told_to_everybody_and_reading_goes_on(tmp_path: Path) -> None:
    """Each writer on a full disk hears so; exactly what was acknowledged is there, with its events, and is read."""
    store = await opened(tmp_path)
    surveys = store.collection(SURVEYS)
    await surveys.insert(Survey(id="before"), events=[a_submission("before")])
    connection = store._engine.writer._connection
    connection.pragma("max_page_count", connection.pragma("page_count") + 4)

    writes = [surveys.insert(Survey(id=f"s{n}", title="x" * 9000), events=[a_submission(f"s{n}")]) for n in range(20)]
    outcomes = await asyncio.gather(*writes, return_exceptions=True)
    there = [document.id for document in (await surveys.find(Query("all"))).items]
    told = [orjson.loads(event.body)["subject"] for event in await store.outbox.unsent(limit=99)]
    await store.close()

    kept = ["before", *(outcome.id for outcome in outcomes if isinstance(outcome, Survey))]
    assert ({Survey, StorageIsFull} | {*map(type, outcomes)}, sorted(kept), kept) == (
        {Survey, StorageIsFull},
        there,
        told,
    )


async def test_many_readers_do_not_keep_the_log_from_being_taken_in(tmp_path: Path) -> None:
    """Reading page after page while others write keeps no transaction open, so the write-ahead log stays bounded."""
    store = await opened(tmp_path)
    surveys: Collection[Survey] = store.collection(SURVEYS)
    await surveys.insert_many([Survey(id=f"{n:04}") for n in range(100)])
    after = None
    for number in range(200):
        page = await surveys.find(Query("all", limit=10, after=after))
        after = page.next
        await asyncio.gather(*(surveys.put(Survey(id=f"w{n}", title=f"{number}" * 3000)) for n in range(10)))
    size = (tmp_path / "store.db-wal").stat().st_size
    await store.close()

    assert size < 8 * 2**20


async def test_opening_is_quick(tmp_path: Path) -> None:
    """Opening a store of a thousand documents reads none of them."""
    await left_by_an_earlier_process(tmp_path, SURVEYS, *(Survey(id=str(n)) for n in range(1000)))
    store = await opened(tmp_path)
    seen = statements(store._engine.writer._connection)

    store.collection(SURVEYS)
    await store.close()

    assert [] == [sql for sql, _ in seen if "body FROM" in sql]


async def test_an_index_answers_a_page_without_sorting_or_scanning(tmp_path: Path) -> None:
    """However far on a page is, the engine goes straight to it."""
    store = await opened(tmp_path)
    surveys = store.collection(SURVEYS)
    await surveys.insert_many([Survey(id=f"{n}", state="open", closes=n) for n in range(4)])
    reader = store._engine.reader
    seen = statements(reader)
    page = await surveys.find(Query("by_state", ("open",), at_least=1, limit=1))
    await surveys.find(Query("by_state", ("open",), at_least=1, limit=1, after=page.next))
    plans = [fetched(reader, f"EXPLAIN QUERY PLAN {sql}", values) for sql, values in list(seen)]
    await store.close()

    lines = [line for plan in plans for *_, line in plan if " i " in line or "TEMP B-TREE" in line]
    assert [
        "SEARCH i USING PRIMARY KEY (k0=? AND k1>?)",
        "SEARCH i USING PRIMARY KEY (k0=? AND (k1,id)>(?,?))",
    ] == lines
