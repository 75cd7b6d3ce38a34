"""The record and what answers it: altered logs are found, reactions run once, dead letters can be retried."""

import asyncio
from pathlib import Path

import pytest

from shared.bench import Bench
from shared.bus import Message
from shared.dead_letters import DEAD_LETTERS
from shared.errors import Invalid, NotFound, Stale, Unavailable
from shared.events.base import Sealed
from shared.events.surveys import ResponseSubmitted
from shared.language import Text
from shared.log import GENESIS, LOG, chained
from shared.operations import status_of
from shared.projections import Entry, Reaction
from shared.store import Query
from shared.store.sqlite import SqliteStore
from tests.unit.shared.counting import COUNTS, SHARD, TOTALS, Service, a_message, load, step


@pytest.mark.parametrize("what", ["changed", "missing", "foreign"])
async def test_an_altered_record_is_found(what: str) -> None:
    """P-26: a changed, dropped or exchanged entry is named by its position."""
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
    """P-78: a body that a newer version understands is appended like any event; a second retry finds no letter."""
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


@pytest.mark.parametrize("is_running", [True, False])
async def test_a_cut_tail_is_found(is_running: bool) -> None:  # noqa: FBT001 - pytest's
    """P-26: a shard that ends before what was folded is missing its tail, in the same process and after a start."""
    service = Service()
    await service.projector.handle(SHARD, [a_message(number) for number in range(1, 6)])
    for number in (4, 5):
        await service.store.collection(LOG).delete(f"e{number}")
    if not is_running:
        service.restart()

    faults = await service.projector.verify()

    assert [(4, "missing")] == [(fault.position, fault.what) for fault in faults]


async def test_a_shard_that_is_gone_is_found() -> None:
    """P-26: a shard of which nothing is left is missing from its first entry on."""
    service = Service()
    await service.projector.handle(SHARD, [a_message(1)])
    await service.store.collection(LOG).delete("e1")
    service.restart()

    faults = await service.projector.verify()

    assert [(1, "missing")] == [(fault.position, fault.what) for fault in faults]


async def remake(service: Service, body: str) -> None:
    """Do what whoever can write the file can: exchange a body and make the chain anew from there."""
    entries, previous = service.store.collection(LOG), GENESIS
    for number in range(1, 4):
        entry = await entries.get(f"e{number}")
        assert entry is not None
        kept = body if number == 2 else entry.body
        seal = chained(entry.shard, entry.position, entry.recorded_at, previous, kept, more=entry.more)
        await entries.put(entry.model_copy(update={"body": kept, "previous": previous, "hash": seal}))
        previous = seal


async def test_a_chain_made_anew_is_found_by_who_wrote_the_old_one() -> None:
    """P-26: the process that appended knows its last hash; a later start can't tell: hence heads kept elsewhere."""
    service = Service()
    await service.projector.handle(SHARD, [a_message(number) for number in range(1, 4)])
    await remake(service, (a_message(2, channel="api").body or b"").decode())

    running = await service.projector.verify()
    service.restart()
    later = await service.projector.verify()

    assert ([(3, "changed")], []) == ([(fault.position, fault.what) for fault in running], later)


async def test_an_entry_that_is_no_event_is_named() -> None:
    """P-26: a body that can't be read is a fault of the record, not of its verification."""
    service = Service()
    await service.projector.handle(SHARD, [a_message(number) for number in range(1, 4)])
    await remake(service, "{}")

    faults = await service.projector.verify()

    assert [(2, "foreign")] == [(fault.position, fault.what) for fault in faults]


async def test_a_long_record_is_verified_beside_everything_else(tmp_path: Path) -> None:
    """Verifying gives way to others after each page, although the store reads without giving way."""
    service = Service()
    service.store = await SqliteStore.open(tmp_path / "x.db", "test", service.clock)  # type: ignore[assignment]  # a Store
    service.restart()
    await service.projector.handle(SHARD, [a_message(number) for number in range(2000)])
    turns = [0]

    async def others() -> None:
        while True:
            turns[0] += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(others())
    await service.projector.verify()
    beside.cancel()
    await service.store.close()

    assert turns[0] >= 4


async def test_what_is_on_its_way_is_told() -> None:
    """An event that is on the bus and in no log yet is neither unsent nor behind, and the status tells of it."""
    service = Service()
    service.bus.subscribe([SHARD.topic], "test", service.projector.handle)
    await service.bus.publish([Sealed(id="e1", topic=SHARD.topic, key="s", body=a_message(1).body or b"")])

    status = await status_of(service.projector, service.store)

    assert (0, 0, 1) == (status["unsent"], status["behind"], status["undelivered"])
