"""Log, then fold: nothing lost, nothing counted twice, everything rebuilt byte for byte."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.bus import Message
from shared.dead_letters import DEAD_LETTERS
from shared.projections import CURSORS
from shared.store import Query
from tests.unit.shared.counting import COUNTS, SHARD, START, Service, a_message


async def test_what_comes_is_counted() -> None:
    """A batch is in the log and in the projection."""
    service = Service()

    await service.projector.handle(SHARD, [a_message(1), a_message(2)])

    assert (2, 0) == (await service.total(), await service.projector.behind())


async def test_what_comes_again_stops_at_its_own_id() -> None:
    """P-08: a redelivered event changes nothing, within a batch or between batches."""
    service = Service()

    await service.projector.handle(SHARD, [a_message(1), a_message(1), a_message(2)])
    await service.projector.handle(SHARD, [a_message(2), a_message(3), a_message(1)])

    assert 3 == await service.total()


@pytest.mark.parametrize(
    "body",
    [None, b"", b"{}", b"\xff", b'{"type":"unknown","data":{}}', a_message(9).body.replace(b"web", b"fax")],  # type: ignore[union-attr]  # a body is there
)
async def test_poison_goes_aside_alone(body: bytes | None) -> None:
    """P-12: what can't be read is set aside; its neighbours in the batch count."""
    service = Service()

    await service.projector.handle(SHARD, [a_message(1), Message(SHARD, 2, body), a_message(3)])

    assert (2, 1) == (
        await service.total(),
        len((await service.store.collection(DEAD_LETTERS).find(Query("by_time"))).items),
    )


async def test_an_entry_that_a_fold_fails_on_changes_nothing() -> None:
    """P-12: half of a step is no step: what it changed before it failed is forgotten, it goes aside, others count."""
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
    """P-10: two processes that both believe to own a shard collide, and the sums are right."""
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
    """P-20: when the clock jumps back a day, entries keep the time of the one before."""
    service = Service()
    await service.projector.handle(SHARD, [a_message(1)])
    service.now = START - timedelta(days=1)

    await service.projector.handle(SHARD, [a_message(2)])

    entries = await service.projector.log.entries(str(SHARD), after=0)
    assert entries[0].recorded_at == entries[1].recorded_at
