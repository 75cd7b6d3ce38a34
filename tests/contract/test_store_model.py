"""Any sequence of calls leaves every Store as it leaves a plain dict."""

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, ClassVar, TypeVar

import orjson
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from shared.errors import Exists, Stale
from shared.events.base import derived_id
from shared.store import Clash, Index, Query, Scalar, Store
from tests.contract.samples import SERVICE, STORES, SURVEYS, Survey, a_submission

T = TypeVar("T")
EXAMPLES = int(os.environ.get("MEGDAN_EXAMPLES", "40"))

ids = st.sampled_from(["a", "b", "c", "Я", "\U0001f600"])
states = st.sampled_from([None, "open", "closed", ""])
surveys = st.builds(
    Survey,
    id=ids,
    title=st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    state=states,
    closes=st.sampled_from([None, -(2**63), 0, 1, 2, 2**63 - 1]),
    tags=st.lists(st.sampled_from(["x", "y", "z"]), max_size=3).map(tuple),
    code=st.sampled_from([None, "1", "2"]),
)
submissions = st.lists(st.builds(a_submission, st.sampled_from(["r1", "r2"])), max_size=2)
queries = st.one_of(
    st.builds(Query, st.just("all"), st.just(()), st.none() | ids, st.none() | ids),
    st.builds(Query, st.just("by_tag"), st.sampled_from(["x", "y", "z"]).map(lambda tag: (tag,))),
    st.builds(Query, st.just("by_code")),
    st.builds(Query, st.just("by_state"), st.just(()), st.none() | st.just("open"), st.none() | st.just("open")),
    st.builds(
        Query,
        st.just("by_state"),
        st.sampled_from(["open", "closed", ""]).map(lambda state: (state,)),
        st.none() | st.integers(-1, 3),
        st.none() | st.integers(-1, 3),
    ),
)
INDEXES = {index.name: index for index in SURVEYS.indexes}


def entries(survey: Survey, index: Index) -> set[tuple[Scalar, ...]]:
    """Where a document stands in an index, spelt out for the four indexes of the samples."""
    whole: dict[str, Callable[[], set[tuple[Scalar | None, ...]]]] = {
        "all": lambda: {(survey.id,)},
        "by_code": lambda: {(survey.code,)},
        "by_tag": lambda: {(tag,) for tag in survey.tags},
        "by_state": lambda: {(survey.state, survey.closes)},
    }
    return {tuple(key for key in row if key is not None) for row in whole[index.name]() if None not in row}


class StoreModel(RuleBasedStateMachine):
    """Runs each call against the store and against `model`, which holds what must be there."""

    adapter: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(mkdtemp())
        self.model: dict[str, Survey] = {}
        self.events: dict[str, str] = {}
        self.open()

    def open(self) -> None:
        self.store: Store = self.run(STORES[self.adapter](self.folder))
        self.surveys = self.store.collection(SURVEYS)

    def run(self, call: Awaitable[T]) -> T:
        return self.loop.run_until_complete(call)

    def teardown(self) -> None:
        self.run(self.store.close())
        self.loop.close()
        shutil.rmtree(self.folder)

    def taken(self, survey: Survey) -> bool:
        others = (other for other in self.model.values() if other.id != survey.id)
        return survey.code is not None and survey.code in {other.code for other in others}

    def written(self, survey: Survey, version: int, events: Sequence[Any] = ()) -> None:
        self.model[survey.id] = survey.model_copy(update={"version": version})
        for number, event in enumerate(events):
            event_id = derived_id(SERVICE, "surveys", survey.id, version, number)
            self.events.setdefault(event_id, event.subject)

    def outcome(self, call: Awaitable[Any]) -> Any:
        try:
            return self.run(call)
        except (Exists, Stale) as refused:
            return Exists if isinstance(refused, Exists) else Stale

    @rule(survey=surveys, events=submissions)
    def insert(self, survey: Survey, events: Sequence[Any]) -> None:
        refused = survey.id in self.model or self.taken(survey)
        if not refused:
            self.written(survey, 1, events)

        outcome = self.outcome(self.surveys.insert(survey, events=events))
        assert (Exists if refused else self.model[survey.id]) == outcome

    @rule(survey=surveys, events=submissions)
    def put(self, survey: Survey, events: Sequence[Any]) -> None:
        refused = self.taken(survey)
        if not refused:
            earlier = self.model.get(survey.id)
            self.written(survey, earlier.version + 1 if earlier else 1, events)

        outcome = self.outcome(self.surveys.put(survey, events=events))
        assert (Exists if refused else self.model[survey.id]) == outcome

    @rule(survey=surveys, events=submissions, late=st.integers(-1, 1))
    def replace(self, survey: Survey, events: Sequence[Any], late: int) -> None:
        earlier = self.model.get(survey.id)
        changed = survey.model_copy(update={"version": (earlier.version if earlier else 0) + late})
        expected: object = None
        if earlier is None or late:
            expected = Stale
        elif self.taken(survey):
            expected = Exists
        else:
            self.written(survey, earlier.version + 1, events)
            expected = self.model[survey.id]

        assert expected == self.outcome(self.surveys.replace(changed, events=events))

    @rule(several=st.lists(surveys, max_size=4))
    def insert_many(self, several: Sequence[Survey]) -> None:
        expected = None
        for at, survey in enumerate(several):
            if survey.id in self.model or self.taken(survey):
                expected = Clash(at, "id" if survey.id in self.model else "by_code")
                break
            self.written(survey, 1)

        assert expected == self.run(self.surveys.insert_many(several))

    @rule(survey_id=ids)
    def delete(self, survey_id: str) -> None:
        expected = self.model.pop(survey_id, None) is not None

        assert expected == self.run(self.surveys.delete(survey_id))

    @rule(query=queries)
    def delete_range(self, query: Query) -> None:
        gone = {str(entry[-1]) for entry in self.matching(query)}
        for survey_id in gone:
            del self.model[survey_id]

        assert len(gone) == self.run(self.surveys.delete_range(query))

    @rule(query=queries, descending=st.booleans(), limit=st.integers(1, 3))
    def find(self, query: Query, limit: int, *, descending: bool) -> None:
        expected = [self.model[str(entry[-1])] for entry in self.matching(query)]
        found: list[Survey] = []
        after = None
        for _ in range(len(expected) + 1):
            asked = Query(query.index, query.equals, query.at_least, query.below, descending, after, limit)
            page = self.run(self.surveys.find(asked))
            found.extend(page.items)
            after = page.next
            if after is None:
                break

        assert (expected[::-1] if descending else expected, None) == (found, after)

    @rule(query=queries)
    def count(self, query: Query) -> None:
        assert len(self.matching(query)) == self.run(self.surveys.count(query))

    @rule(several=st.lists(ids))
    def get_many(self, several: Sequence[str]) -> None:
        expected = {survey_id: self.model[survey_id] for survey_id in several if survey_id in self.model}

        assert expected == self.run(self.surveys.get_many(several))

    @rule(limit=st.integers(1, 5))
    def clear(self, limit: int) -> None:
        cleared = [event.id for event in self.run(self.store.outbox.unsent(limit=limit))]
        assert list(self.events)[:limit] == cleared
        for event_id in cleared:
            del self.events[event_id]
        self.run(self.store.outbox.clear(cleared))

    @precondition(lambda self: self.adapter != "memory")
    @rule()
    def reopen(self) -> None:
        self.run(self.store.close())
        self.open()

    @invariant()
    def events_are_those_of_the_writes(self) -> None:
        unsent = self.run(self.store.outbox.unsent(limit=1000))
        assert self.events == {event.id: orjson.loads(event.body)["subject"] for event in unsent}

    def matching(self, query: Query) -> list[tuple[Scalar, ...]]:
        index = INDEXES[query.index]
        fixed = len(query.equals)
        rows = [(*row, survey.id) for survey in self.model.values() for row in entries(survey, index)]
        return sorted(
            row
            for row in rows
            if row[:fixed] == query.equals
            and (query.at_least is None or row[fixed] >= query.at_least)  # type: ignore[operator]  # one kind per field
            and (query.below is None or row[fixed] < query.below)  # type: ignore[operator]  # one kind per field
        )


class MemoryStoreModel(StoreModel):
    adapter = "memory"


class SqliteStoreModel(StoreModel):
    adapter = "sqlite"


BUDGET = settings(max_examples=EXAMPLES, stateful_step_count=25, deadline=None)
TestMemoryStore = MemoryStoreModel.TestCase
TestMemoryStore.settings = BUDGET
TestSqliteStore = SqliteStoreModel.TestCase
TestSqliteStore.settings = BUDGET
