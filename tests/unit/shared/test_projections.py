"""Log, then fold: nothing lost, nothing counted twice, everything rebuilt byte for byte."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.bench import Bench, Projection
from shared.bus import Message, Shard
from shared.bus.memory import MemoryBus
from shared.dead_letters import DEAD_LETTERS
from shared.errors import Invalid, NotFound, Stale, Unavailable
from shared.events.base import Envelope, Event, sealed
from shared.events.surveys import ResponseSubmitted, SurveyOpened
from shared.language import Text
from shared.log import LOG
from shared.projections import ALL, CURSORS, Entry, Fold, Projector, Reaction
from shared.store import CollectionOf, Document, Index, Query, encoded
from shared.store.memory import MemoryStore

SHARD = Shard("megdan.responses", 3)
START = datetime(2026, 1, 1, tzinfo=UTC)


class Count(Projection):
    """How many responses a channel has brought."""

    responses: int


class Total(Projection):
    """How many there are in all."""

    responses: int


COUNTS = CollectionOf("counts", Count, (Index(ALL, ("id",)),))
TOTALS = CollectionOf("totals", Total, (Index(ALL, ("id",)),))


class Answer(Document):
    """What a reaction has written."""

    position: int


ANSWERS = CollectionOf("answers", Answer)


async def load(bench: Bench, entries: Sequence[Entry]) -> None:
    await bench.load(TOTALS, ["all"])
    await bench.load(COUNTS, [_submitted(entry).channel for entry in entries])


def step(bench: Bench, entry: Entry, _: None) -> None:
    event = _submitted(entry)
    bench.change(TOTALS, "all", lambda old: Total(id="all", responses=(old.responses if old else 0) + 1))
    bench.announce(TOTALS, "all", SurveyOpened(survey_id="s", title=Text(bg="т"), publish="live"))
    if event.response_id == "poison":
        raise ValueError("this one can't be counted")
    bench.change(
        COUNTS, event.channel, lambda old: Count(id=event.channel, responses=(old.responses if old else 0) + 1)
    )


def _submitted(entry: Entry) -> ResponseSubmitted:
    assert isinstance(entry.event, ResponseSubmitted)
    return entry.event


COUNTING: Fold[None] = Fold("counting", (ResponseSubmitted,), (TOTALS, COUNTS), load, step)


class Service:
    """A service of nothing but a log and a fold, in memory."""

    def __init__(self, store: MemoryStore | None = None, reactions: Sequence[Reaction] = ()) -> None:
        self.now = START
        self.bus = MemoryBus(self.clock)
        self.store = store or MemoryStore("test", self.clock)
        self.reactions = reactions
        self.restart()

    def clock(self) -> datetime:
        return self.now

    def restart(self) -> None:
        self.projector = Projector(
            self.store, self.bus, self.clock, topics=[SHARD.topic], folds=[COUNTING], reactions=self.reactions
        )

    async def figures(self) -> list[bytes]:
        pages = [await self.store.collection(of).find(Query(ALL)) for of in (TOTALS, COUNTS)]
        return [encoded(document) for page in pages for document in page.items]

    async def total(self) -> int:
        total = await self.store.collection(TOTALS).get("all")
        return total.responses if total else 0


def a_message(number: int, response_id: str = "r", channel: Any = "web") -> Message:
    event = ResponseSubmitted(survey_id="s", response_id=response_id, channel=channel, seal="0" * 64)
    envelope = Envelope[Event](
        id=f"e{number}",
        source="/megdan/surveys",
        type=event.TYPE,
        subject="s",
        time="2026-01-01T00:00:00.000Z",
        partitionkey="s",
        sequence=1,
        correlationid="c",
        data=event,
    )
    return Message(SHARD, number, sealed(envelope).body)


async def test_what_comes_is_counted() -> None:
    """A batch is in the log and in the projection."""
    service = Service()

    await service.projector.handle(SHARD, [a_message(1), a_message(2)])

    assert (2, 0) == (await service.total(), await service.projector.behind())


async def test_what_comes_again_stops_at_its_own_id() -> None:
    """A redelivered event changes nothing, within a batch or between batches."""
    service = Service()

    await service.projector.handle(SHARD, [a_message(1), a_message(1), a_message(2)])
    await service.projector.handle(SHARD, [a_message(2), a_message(3), a_message(1)])

    assert 3 == await service.total()


@pytest.mark.parametrize(
    "body",
    [None, b"", b"{}", b"\xff", b'{"type":"unknown","data":{}}', a_message(9).body.replace(b"web", b"fax")],  # type: ignore[union-attr]  # a body is there
)
async def test_poison_goes_aside_alone(body: bytes | None) -> None:
    """What can't be read is set aside; its neighbours in the batch count."""
    service = Service()

    await service.projector.handle(SHARD, [a_message(1), Message(SHARD, 2, body), a_message(3)])

    assert (2, 1) == (
        await service.total(),
        len((await service.store.collection(DEAD_LETTERS).find(Query("by_time"))).items),
    )


async def test_an_entry_that_a_fold_fails_on_changes_nothing() -> None:
    """Half of a step is no step: what it changed before it failed is forgotten, the entry goes aside, others count."""
    service = Service()

    await service.projector.handle(SHARD, [a_message(1), a_message(2, "poison"), a_message(3)])

    letters = (await service.store.collection(DEAD_LETTERS).find(Query("by_time"))).items
    assert (2, ["counting"]) == (await service.total(), [letter.handler for letter in letters])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 30), max_size=40), st.lists(st.integers(1, 7), max_size=40), st.integers(0, 30))
async def test_batches_and_crashes_do_not_matter(numbers: list[int], sizes: list[int], cut: int) -> None:
    """However events repeat and are cut into batches, with a restart between, each counts once; a rebuild is equal."""
    service = Service()
    messages = [a_message(number, channel=["web", "paper"][number % 2]) for number in numbers]
    for size in sizes:
        batch, messages = messages[:size], messages[size:]
        await service.projector.handle(SHARD, batch)
        if size == cut % 7:
            service.restart()
    await service.projector.handle(SHARD, messages)

    live = await service.figures()
    await service.projector.rebuild("counting")

    assert len(set(numbers)) == await service.total()
    assert live == await service.figures()
    assert [] == await service.projector.verify()


async def test_a_crash_between_two_writes_is_caught_up() -> None:
    """Totals were written, counts and position were not: the entry is folded where it is missing, and only there."""
    service = Service()
    await service.projector.handle(SHARD, [a_message(1)])
    whole = await service.figures()
    await service.store.collection(COUNTS).delete("web")
    await service.store.collection(CURSORS).delete(f"counting {SHARD}")

    service.restart()
    await service.projector.catch_up()

    assert whole == await service.figures()


async def test_two_owners_of_one_shard_count_each_event_once() -> None:
    """Two processes that both believe to own a shard collide, and the sums are right."""
    service = Service()
    first = service.projector
    service.restart()
    second = service.projector

    await first.handle(SHARD, [a_message(1), a_message(2)])
    await second.handle(SHARD, [a_message(2), a_message(3)])
    await first.handle(SHARD, [a_message(3), a_message(4)])
    await second.handle(SHARD, [a_message(5)])

    assert 5 == await service.total()
    assert [] == await service.projector.verify()


async def test_a_rebuild_says_nothing() -> None:
    """What was announced live is not announced again."""
    service = Service()
    await service.projector.handle(SHARD, [a_message(1)])
    said = [event.id for event in await service.store.outbox.unsent(limit=10)]

    await service.projector.rebuild("counting")

    assert said == [event.id for event in await service.store.outbox.unsent(limit=10)]
    assert 1 == len(said)


async def test_the_logs_time_never_goes_back() -> None:
    """When the clock jumps back a day, entries keep the time of the one before."""
    service = Service()
    await service.projector.handle(SHARD, [a_message(1)])
    service.now = START - timedelta(days=1)

    await service.projector.handle(SHARD, [a_message(2)])

    entries = await service.projector.log.entries(str(SHARD), after=0)
    assert entries[0].recorded_at == entries[1].recorded_at


@pytest.mark.parametrize("what", ["changed", "missing", "foreign"])
async def test_an_altered_record_is_found(what: str) -> None:
    """A changed, dropped or exchanged entry is named by its position."""
    service = Service()
    await service.projector.handle(SHARD, [a_message(number) for number in range(1, 6)])
    entries = service.store.collection(LOG)
    third = await entries.get("e3")
    assert third is not None
    if what == "changed":
        await entries.put(third.model_copy(update={"body": third.body.replace("web", "api")}))
    else:
        await entries.delete("e3")
        if what == "foreign":
            await entries.insert(third.model_copy(update={"id": "another", "version": 0}))

    faults = await service.projector.verify()

    assert [(3, what)] == [(fault.position, fault.what) for fault in faults]


async def test_a_reaction_runs_once_and_not_in_a_rebuild() -> None:
    """Reactions have a position of their own, which a restart keeps and a rebuild leaves alone."""
    ran: list[int] = []

    async def run(entry: Entry) -> None:
        ran.append(entry.position)

    service = Service(reactions=[Reaction("answering", (ResponseSubmitted,), run)])
    await service.projector.handle(SHARD, [a_message(1), a_message(2)])
    await service.projector.rebuild("counting")
    service.restart()
    await service.projector.catch_up()

    assert [1, 2] == ran


async def test_a_reaction_that_keeps_failing_goes_aside_and_can_be_retried() -> None:
    """After bounded tries the entry is a dead letter; retried when the cause is mended, it is handled and gone."""
    broken = [True]
    ran: list[int] = []

    async def run(entry: Entry) -> None:
        if broken[0] and entry.position == 1:
            raise KeyError("not there yet")
        ran.append(entry.position)

    service = Service(reactions=[Reaction("answering", (ResponseSubmitted,), run)])
    await service.projector.handle(SHARD, [a_message(1), a_message(2)])
    (letter,) = (await service.store.collection(DEAD_LETTERS).find(Query("by_time"))).items
    broken[0] = False

    await service.projector.retry(letter.id)

    assert [2, 1] == ran
    assert () == (await service.store.collection(DEAD_LETTERS).find(Query("by_time"))).items


async def test_when_the_store_is_away_nothing_is_passed() -> None:
    """A reaction that finds its part unavailable leaves the batch unacknowledged; delivered again, it goes on."""
    away = [True]

    async def run(_: Entry) -> None:
        if away[0]:
            raise Unavailable(Text(bg="няма го"))

    service = Service(reactions=[Reaction("answering", (ResponseSubmitted,), run)])
    with pytest.raises(Unavailable):
        await service.projector.handle(SHARD, [a_message(1)])
    away[0] = False

    await service.projector.handle(SHARD, [a_message(1)])

    assert (1, 0) == (await service.total(), await service.projector.behind())


async def test_an_unread_letter_counts_once_however_often_it_is_retried() -> None:
    """A body that a newer version understands is appended like any event, and a second retry finds no letter."""
    service = Service()
    await service.projector.dead.keep_unreadable(a_message(1), "of a newer version")
    (letter,) = (await service.store.collection(DEAD_LETTERS).find(Query("by_time"))).items

    await service.projector.retry(letter.id)
    with pytest.raises(NotFound):
        await service.projector.retry(letter.id)

    assert 1 == await service.total()


async def test_a_letter_that_is_still_unreadable_stays() -> None:
    """Retrying what is no event known here is refused in words, and the letter is kept."""
    service = Service()
    await service.projector.handle(SHARD, [Message(SHARD, 1, b"{}")])
    (letter,) = (await service.store.collection(DEAD_LETTERS).find(Query("by_time"))).items

    with pytest.raises(Invalid):
        await service.projector.retry(letter.id)

    assert 1 == len((await service.store.collection(DEAD_LETTERS).find(Query("by_time"))).items)


async def test_an_unknown_projection_is_refused_by_name() -> None:
    """Rebuilding what does not exist names what does."""
    service = Service()

    with pytest.raises(NotFound, match="counting"):
        await service.projector.rebuild("nothing")


async def test_a_bench_writes_nothing_over_somebody_elses_change() -> None:
    """A projection that was replaced since it was read is not overwritten."""
    service = Service()
    await service.projector.handle(SHARD, [a_message(1)])
    bench = Bench(service.store, live=True)
    (entry,) = await service.projector.log.entries(str(SHARD), after=0)
    await load(bench, [entry])
    later = Entry(entry.shard, 2, entry.recorded_at, entry.hash, entry.hash, entry.envelope)
    with bench.folding(later):
        step(bench, later, None)
    await service.projector.handle(SHARD, [a_message(2)])

    with pytest.raises(Stale):
        await bench.write((TOTALS, COUNTS))

    assert 2 == await service.total()
