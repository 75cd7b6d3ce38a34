"""What every Store promises about documents and their events."""

import asyncio
from collections.abc import Sequence

import orjson
import pytest

from shared.errors import Exists, Stale, TooLarge
from shared.events.base import derived_id
from shared.logging import correlated
from shared.store import Clash, Collection, CollectionOf, Query, Store
from shared.store.clashes import KeyTaken
from tests.contract.samples import SERVICE, SURVEYS, Survey, a_submission


async def unsent(store: Store) -> Sequence[str]:
    """The ids of the responses that the unsent events tell of."""
    return [orjson.loads(event.body)["subject"] for event in await store.outbox.unsent(limit=1000)]


async def test_an_inserted_document_is_found_at_version_1(surveys: Collection[Survey]) -> None:
    """What was inserted is what is read, at version 1."""
    inserted = await surveys.insert(Survey(id="s1", title="Пътища", tags=("a", "b"), closes=3))

    assert Survey(id="s1", version=1, title="Пътища", tags=("a", "b"), closes=3) == inserted == await surveys.get("s1")


async def test_what_was_never_stored_is_none(surveys: Collection[Survey]) -> None:
    """Reading what is not there gives None."""
    assert None is await surveys.get("s1")


async def test_a_second_insert_is_refused(surveys: Collection[Survey], store: Store) -> None:
    """An id can be taken once: the first document stays, the second's events are not told."""
    await surveys.insert(Survey(id="s1", title="first"))

    with pytest.raises(KeyTaken) as refused:
        await surveys.insert(Survey(id="s1", title="second"), events=[a_submission()])

    assert ("id", "first", []) == (
        refused.value.key,
        (await surveys.get("s1") or Survey(id="")).title,
        await unsent(store),
    )


async def test_a_unique_key_is_taken_once(surveys: Collection[Survey], store: Store) -> None:
    """A document with somebody else's unique key is refused, and so are its events; the error names the index."""
    await surveys.insert(Survey(id="s1", code="x"))

    with pytest.raises(KeyTaken) as refused:
        await surveys.insert(Survey(id="s2", code="x"), events=[a_submission()])

    assert ("by_code", None, []) == (refused.value.key, await surveys.get("s2"), await unsent(store))


@pytest.mark.parametrize("write", ["put", "replace"])
async def test_a_unique_key_can_not_be_moved_onto(surveys: Collection[Survey], write: str) -> None:
    """Changing a document to another's unique key is refused and changes nothing."""
    await surveys.insert(Survey(id="s1", code="x"))
    mine = await surveys.insert(Survey(id="s2", code="y"))

    with pytest.raises(Exists):
        await getattr(surveys, write)(mine.model_copy(update={"code": "x"}))

    assert mine == await surveys.get("s2")


async def test_a_unique_key_is_free_again(surveys: Collection[Survey]) -> None:
    """A key that its document has given up can be taken."""
    first = await surveys.insert(Survey(id="s1", code="x"))
    await surveys.replace(first.model_copy(update={"code": None}))

    taken = await surveys.insert(Survey(id="s2", code="x"))

    assert taken == (await surveys.find(Query("by_code", ("x",)))).items[0]


async def test_many_documents_lack_a_unique_key(surveys: Collection[Survey]) -> None:
    """A missing value is not indexed, so it clashes with no other."""
    await surveys.insert(Survey(id="s1"))
    await surveys.insert(Survey(id="s2"))

    assert 0 == await surveys.count(Query("by_code"))


async def test_insert_many_stops_at_the_first_clash(surveys: Collection[Survey]) -> None:
    """Those before the clash stay, those after it are not stored, and the clash is told."""
    await surveys.insert(Survey(id="s2"))

    clash = await surveys.insert_many([Survey(id="s1"), Survey(id="s2"), Survey(id="s3")])

    assert (Clash(1, "id"), {"s1", "s2"}) == (clash, set(await surveys.get_many(["s1", "s2", "s3"])))


async def test_insert_many_tells_which_unique_key(surveys: Collection[Survey]) -> None:
    """A clash among the documents themselves is told by the name of the index."""
    clash = await surveys.insert_many([Survey(id="s1", code="x"), Survey(id="s2", code="x")])

    assert Clash(1, "by_code") == clash


async def test_insert_many_stores_a_long_list(surveys: Collection[Survey]) -> None:
    """There is no limit to how many are inserted at once, and a clash far on is told by its place."""
    await surveys.insert(Survey(id="1200"))

    clash = await surveys.insert_many([Survey(id=f"{number:04}") for number in range(1300)])

    assert (Clash(1200, "id"), 1201) == (clash, await surveys.count(Query("all")))


async def test_get_many_passes_over_what_is_not_there(surveys: Collection[Survey]) -> None:
    """Of many ids those that exist are read, each once."""
    stored = await surveys.insert(Survey(id="s1"))

    assert {"s1": stored} == await surveys.get_many(["s1", "s2", "s1"])


async def test_put_counts_the_version_on(surveys: Collection[Survey]) -> None:
    """Putting stores whatever was there before, at the next version."""
    await surveys.put(Survey(id="s1", title="a"))

    put = await surveys.put(Survey(id="s1", title="b", version=7))

    assert Survey(id="s1", version=2, title="b") == put == await surveys.get("s1")


async def test_replace_counts_the_version_on(surveys: Collection[Survey]) -> None:
    """Replacing what was read stores the change at the next version."""
    read = await surveys.insert(Survey(id="s1", title="a"))

    replaced = await surveys.replace(read.model_copy(update={"title": "b"}))

    assert Survey(id="s1", version=2, title="b") == replaced == await surveys.get("s1")


async def test_stale_replace_changes_nothing(surveys: Collection[Survey], store: Store) -> None:
    """P-04, P-06: replacing somebody else's change is refused, and its events stay unsaid."""
    mine = await surveys.insert(Survey(id="s1"))
    theirs = await surveys.replace(mine.model_copy(update={"title": "theirs"}))

    with pytest.raises(Stale):
        await surveys.replace(mine.model_copy(update={"title": "mine"}), events=[a_submission()])

    assert (theirs, []) == (await surveys.get("s1"), await unsent(store))


async def test_what_is_gone_can_not_be_replaced(surveys: Collection[Survey]) -> None:
    """Replacing a deleted document is refused: it was changed since it was read."""
    read = await surveys.insert(Survey(id="s1"))
    await surveys.delete("s1")

    with pytest.raises(Stale):
        await surveys.replace(read)

    assert None is await surveys.get("s1")


async def test_of_racing_writers_one_wins(surveys: Collection[Survey], store: Store) -> None:
    """Ten replace what they have read at once: one change is stored, with its event alone."""
    read = await surveys.insert(Survey(id="s1"))
    racers = [
        surveys.replace(read.model_copy(update={"title": str(n)}), events=[a_submission(str(n))]) for n in range(10)
    ]

    outcomes = await asyncio.gather(*racers, return_exceptions=True)

    winners = [outcome for outcome in outcomes if isinstance(outcome, Survey)]
    assert ([winners[0].title], 9) == (await unsent(store), sum(isinstance(outcome, Stale) for outcome in outcomes))


async def test_delete_tells_whether_it_was_there(surveys: Collection[Survey]) -> None:
    """A deleted document is gone; deleting it again says that there was none."""
    await surveys.insert(Survey(id="s1", state="open", closes=1))

    told = [await surveys.delete("s1"), await surveys.delete("s1")]

    assert ([True, False], None, 0) == (told, await surveys.get("s1"), await surveys.count(Query("by_state")))


async def test_collections_are_apart(surveys: Collection[Survey], store: Store) -> None:
    """The same id in another collection is another document."""
    drafts = store.collection(CollectionOf("drafts", Survey))
    await surveys.insert(Survey(id="s1", title="survey"))

    await drafts.insert(Survey(id="s1", title="draft"))

    assert "survey" == (await surveys.get("s1") or Survey(id="")).title


async def test_a_collection_has_one_declaration(surveys: Collection[Survey], store: Store) -> None:
    """Opening a collection again gives the same; under another declaration it is refused."""
    same = store.collection(SURVEYS)

    with pytest.raises(ValueError, match="another declaration"):
        store.collection(CollectionOf("surveys", Survey))

    assert surveys is same


async def test_events_leave_with_their_document(surveys: Collection[Survey], store: Store) -> None:
    """Events of all writes are unsent in the order of writing."""
    await surveys.insert(Survey(id="s1"), events=[a_submission("1"), a_submission("2")])
    await surveys.put(Survey(id="s1"), events=[a_submission("3")])
    await surveys.replace(Survey(id="s1", version=2), events=[a_submission("4")])

    assert ["1", "2", "3", "4"] == await unsent(store)


async def test_unsent_events_come_oldest_first_up_to_the_limit(surveys: Collection[Survey], store: Store) -> None:
    """A page of the outbox begins with the oldest."""
    await surveys.insert(Survey(id="s1"), events=[a_submission(str(n)) for n in range(5)])

    assert 2 == len(await store.outbox.unsent(limit=2))


async def test_cleared_events_are_gone(surveys: Collection[Survey], store: Store) -> None:
    """Clearing takes the named events away and leaves the others; clearing again changes nothing."""
    await surveys.insert(Survey(id="s1"), events=[a_submission("1"), a_submission("2")])
    first, _ = await store.outbox.unsent(limit=10)

    await store.outbox.clear([first.id, "unknown"])
    await store.outbox.clear([first.id])

    assert ["2"] == await unsent(store)


async def test_an_event_id_derives_from_its_write(surveys: Collection[Survey], store: Store) -> None:
    """An event's id stands for the document, its version and the event's number in the write."""
    await surveys.put(Survey(id="s1"))
    await surveys.put(Survey(id="s1"), events=[a_submission()])

    assert [derived_id(SERVICE, "surveys", "s1", 2, 0)] == [event.id for event in await store.outbox.unsent(limit=9)]


async def test_an_event_carries_its_callers_correlation(surveys: Collection[Survey], store: Store) -> None:
    """The correlation that is bound where a write was asked for is in its event, also if others write at once."""

    async def write(name: str) -> None:
        with correlated(name):
            await surveys.put(Survey(id=name), events=[a_submission(name)])

    await asyncio.gather(*(write(f"request-{number}") for number in range(3)))

    envelopes = [orjson.loads(event.body) for event in await store.outbox.unsent(limit=9)]
    assert [envelope["subject"] for envelope in envelopes] == [envelope["correlationid"] for envelope in envelopes]


async def test_a_too_large_event_stops_the_write(surveys: Collection[Survey], store: Store) -> None:
    """P-14: a write whose event is over the limit is refused whole."""
    with pytest.raises(TooLarge):
        await surveys.insert(Survey(id="s1"), events=[a_submission("1"), a_submission("x" * 300_000)])

    assert (None, []) == (await surveys.get("s1"), await unsent(store))


async def test_wait_returns_after_a_write_with_events(surveys: Collection[Survey], store: Store) -> None:
    """Whoever waits for the outbox wakes on a write that left events, and not on one that left none."""
    waiting = asyncio.create_task(store.outbox.wait())
    await surveys.insert(Survey(id="s1"))
    woke_early = waiting.done()

    await surveys.insert(Survey(id="s2"), events=[a_submission()])
    await asyncio.wait_for(waiting, 5)

    assert not woke_early


async def test_wait_does_not_miss_an_earlier_write(surveys: Collection[Survey], store: Store) -> None:
    """A write between two waits is told by the second, once."""
    await surveys.insert(Survey(id="s1"), events=[a_submission()])
    await asyncio.wait_for(store.outbox.wait(), 5)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(store.outbox.wait(), 0.01)


async def test_a_cancelled_write_is_whole_or_not_at_all(surveys: Collection[Survey], store: Store) -> None:
    """When the caller is cancelled, the document is there with its event, or neither is."""
    writing = asyncio.create_task(surveys.insert(Survey(id="s1"), events=[a_submission()]))
    await asyncio.sleep(0)
    writing.cancel()
    await asyncio.wait([writing])

    await surveys.insert(Survey(id="s2"))

    assert (await surveys.get("s1") is not None) == (await unsent(store) != [])
