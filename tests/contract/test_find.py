"""What every Store promises about finding by an index."""

from dataclasses import replace
from typing import Any

import pytest

from shared.errors import Invalid
from shared.store import Collection, CollectionOf, Document, Index, Query, Store
from tests.contract.samples import Survey


async def all_pages(surveys: Collection[Survey], query: Query) -> list[list[str]]:
    pages, after = [], query.after
    while True:
        page = await surveys.find(replace(query, after=after))
        pages.append([found.id for found in page.items])
        after = page.next
        if after is None:
            return pages


async def five_surveys(surveys: Collection[Survey]) -> None:
    for number, state in enumerate(["open", "closed", "open", "open", "closed"]):
        await surveys.insert(Survey(id=f"s{number}", state=state, closes=10 - number, tags=("all", state)))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query("by_state"), ["s4", "s1", "s3", "s2", "s0"]),
        (Query("by_state", descending=True), ["s0", "s2", "s3", "s1", "s4"]),
        (Query("by_state", ("open",)), ["s3", "s2", "s0"]),
        (Query("by_state", ("open",), descending=True), ["s0", "s2", "s3"]),
        (Query("by_state", ("open", 8)), ["s2"]),
        (Query("by_state", ("open",), at_least=8), ["s2", "s0"]),
        (Query("by_state", ("open",), below=10), ["s3", "s2"]),
        (Query("by_state", ("open",), at_least=8, below=10), ["s2"]),
        (Query("by_state", ("open",), at_least=9, below=8), []),
        (Query("by_state", at_least="d"), ["s3", "s2", "s0"]),
        (Query("by_state", below="open"), ["s4", "s1"]),
        (Query("by_state", ("draft",)), []),
        (Query("by_tag", ("open",)), ["s0", "s2", "s3"]),
        (Query("all", at_least="s1", below="s3"), ["s1", "s2"]),
    ],
)
async def test_a_query_finds_in_order(surveys: Collection[Survey], query: Query, expected: list[str]) -> None:
    """Equality, range and direction give exactly the documents that match, in the order of the index, and count so."""
    await five_surveys(surveys)

    found = [document.id for document in (await surveys.find(query)).items]

    assert (expected, len(expected)) == (found, await surveys.count(query))


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("index", ["by_state", "all"])
async def test_pages_join_without_gap_or_repeat(surveys: Collection[Survey], index: str, *, descending: bool) -> None:
    """Following `next` gives what one long page gives."""
    await five_surveys(surveys)
    whole = await all_pages(surveys, Query(index, descending=descending))

    pages = await all_pages(surveys, Query(index, descending=descending, limit=2))

    assert ([2, 2, 1], whole[0]) == ([len(page) for page in pages], [one for page in pages for one in page])


@pytest.mark.parametrize("descending", [False, True])
async def test_pages_stay_within_the_range(surveys: Collection[Survey], *, descending: bool) -> None:
    """The bounds of a query hold on every page."""
    await five_surveys(surveys)
    query = Query("all", at_least="s1", below="s4", descending=descending, limit=1)

    pages = await all_pages(surveys, query)

    assert sorted([["s1"], ["s2"], ["s3"]], reverse=descending) == pages


async def test_equal_keys_are_paged_by_id(surveys: Collection[Survey]) -> None:
    """Documents with the same keys stand in the order of their ids, page after page."""
    for survey_id in ("b", "c", "a"):
        await surveys.insert(Survey(id=survey_id, tags=("x",)))

    assert [["a"], ["b"], ["c"]] == await all_pages(surveys, Query("by_tag", ("x",), limit=1))


async def test_a_page_goes_on_after_its_last_document_went(surveys: Collection[Survey]) -> None:
    """A cursor is a place, not a document: deleting the document does not lose the place."""
    await five_surveys(surveys)
    page = await surveys.find(Query("all", limit=2))
    await surveys.delete("s1")

    assert [["s2", "s3", "s4"]] == await all_pages(surveys, Query("all", after=page.next))


async def test_texts_are_ordered_by_code_point(surveys: Collection[Survey]) -> None:
    """The order is the same everywhere: by code point, beyond the first plane too."""
    titles = ["а", "Я", "z", "Z", "\U0001f600", "\uffff", "a\x00b", "a", ""]
    for number, title in enumerate(titles):
        await surveys.insert(Survey(id=str(number), code=title))

    found = [document.code for document in (await surveys.find(Query("by_code"))).items]

    assert sorted(titles) == found


async def test_a_changed_document_moves_in_its_indexes(surveys: Collection[Survey]) -> None:
    """After a change a document is found by its new keys alone."""
    read = await surveys.insert(Survey(id="s1", state="open", closes=1, tags=("a", "b")))

    await surveys.replace(read.model_copy(update={"state": "closed", "tags": ("b", "c")}))

    places = [Query("by_state", ("open",)), Query("by_state", ("closed",)), *(Query("by_tag", (t,)) for t in "abc")]
    assert [0, 1, 0, 1, 1] == [await surveys.count(place) for place in places]


async def test_a_repeated_value_is_one_entry(surveys: Collection[Survey]) -> None:
    """A list that holds a value twice is found by it once."""
    await surveys.insert(Survey(id="s1", tags=("a", "a")))

    assert [["s1"]] == await all_pages(surveys, Query("by_tag", ("a",)))


async def test_delete_range_deletes_all_that_match(surveys: Collection[Survey]) -> None:
    """All documents that a query matches go, whatever its limit; the others stay."""
    await surveys.insert_many([Survey(id=f"{number:04}", tags=("a", "b")) for number in range(1100)])

    deleted = await surveys.delete_range(Query("all", below="1098", limit=1))

    assert (1098, 2, 2) == (deleted, await surveys.count(Query("all")), await surveys.count(Query("by_tag", ("a",))))


async def test_delete_range_counts_documents(surveys: Collection[Survey]) -> None:
    """A document that a range meets by two of its values is one deleted document."""
    await surveys.insert(Survey(id="s1", tags=("a", "b")))

    assert 1 == await surveys.delete_range(Query("by_tag"))


async def test_a_page_holds_at_most_1000(surveys: Collection[Survey]) -> None:
    """However much is asked for, a page ends after 1,000 documents and says where to go on."""
    await surveys.insert_many([Survey(id=f"{number:04}") for number in range(1001)])

    assert [1000, 1] == [len(page) for page in await all_pages(surveys, Query("all", limit=5000))]


@pytest.mark.parametrize(
    "after",
    ["", "!", "я", "e30", "WzFd", "WyJzMSIsInMxIl0", "WyJvcGVuIiwxXQ", "WyJvcGVuIiw5OTk5OTk5OTk5OTk5OTk5OTk5LCJzIl0"],
)
async def test_a_broken_cursor_is_told(surveys: Collection[Survey], after: str) -> None:
    """A cursor that nobody here wrote for this query is refused, however it looks."""
    with pytest.raises(Invalid):
        await surveys.find(Query("by_state", ("open",), after=after))


@pytest.mark.parametrize(
    ("query", "other"),
    [
        (Query("all", limit=1), Query("all", at_least="s2")),
        (Query("all", descending=True, limit=1), Query("all", below="s2", descending=True)),
        (Query("by_state", ("closed",), limit=1), Query("by_state", ("open",))),
        (Query("by_state", ("closed",), limit=1), Query("by_tag", ("closed",))),
    ],
)
async def test_a_cursor_does_not_lead_out_of_its_query(surveys: Collection[Survey], query: Query, other: Query) -> None:
    """The cursor of one query can't be used to read what another one hides."""
    await five_surveys(surveys)
    page = await surveys.find(query)

    with pytest.raises(Invalid):
        await surveys.find(replace(other, after=page.next))


@pytest.mark.parametrize("query", [Query("by_moon"), Query("by_tag", ("a", "b")), Query("by_tag", ("a",), below="b")])
async def test_a_query_must_fit_its_index(surveys: Collection[Survey], query: Query) -> None:
    """Asking an index for more than its fields, or an unknown index, is a mistake of the program."""
    with pytest.raises(ValueError, match=r"index|fields"):
        await surveys.find(query)


class Weight(Document):
    weight: float


@pytest.mark.parametrize(
    "of",
    [
        CollectionOf("x", Survey, (Index("by_moon", ("moon",)),)),
        CollectionOf("x", Survey, (Index("by_version", ("version",)),)),
        CollectionOf('x"; drop', Survey),
        CollectionOf("x", Survey, (Index("a:b", ("id",)),)),
    ],
)
def test_a_declaration_must_make_sense(store: Store, of: CollectionOf[Any]) -> None:
    """An index over what the model lacks, and a name that no table could have, are refused at opening."""
    with pytest.raises(ValueError, match=r"fields|called"):
        store.collection(of)


async def test_a_key_is_a_text_or_a_whole_number(store: Store) -> None:
    """A document whose indexed value is of another kind is a mistake of the program, and is not stored."""
    weights = store.collection(CollectionOf("weights", Weight, (Index("by_weight", ("weight",)),)))

    with pytest.raises(TypeError, match="weight"):
        await weights.insert(Weight(id="w", weight=0.5))

    assert None is await weights.get("w")
