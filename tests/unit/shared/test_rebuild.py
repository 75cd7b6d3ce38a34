"""Rebuilds and retries: what they tell, what they leave when they fail, and what comes after them."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from shared.bench import Bench
from shared.dead_letters import DEAD_LETTERS
from shared.errors import Invalid, StorageIsFull, Unavailable
from shared.events.surveys import ResponseSubmitted, SurveyOpened
from shared.language import Text
from shared.projections import CURSORS, Entry, Fold, Reaction
from shared.store import Query
from tests.unit.shared.counting import COUNTING, COUNTS, SHARD, START, TOTALS, Count, Service, Total, a_message, load


async def letters(service: Service) -> list[str]:
    page = await service.store.collection(DEAD_LETTERS).find(Query("by_time"))
    return [letter.id for letter in page.items]


async def test_what_is_announced_after_a_rebuild_has_an_id_of_its_own() -> None:
    """Versions begin anew in a rebuild, ids of events do not: a consumer's log would drop a known one as a repeat."""
    service = Service()
    for number in range(4):
        await service.projector.handle(SHARD, [a_message(number)])
    before = {event.id for event in await service.store.outbox.unsent(limit=99)}
    await service.projector.rebuild("counting")
    await service.projector.handle(SHARD, [a_message(4)])

    after = [event.id for event in await service.store.outbox.unsent(limit=99)]

    assert (4, 5, 5) == (len(before), len(after), len({*before, *after}))


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_rebuild_that_failed_is_ended_first(restarts: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001 - pytest's
    """When the store was away in the middle, the next batch or start drops the rest first."""

    def adding_up(bench: Bench, _entry: Entry, _: None) -> None:
        bench.change(TOTALS, "all", lambda old: Total(id="all", responses=(old.responses if old else 0) + 1))
        total = bench.read(TOTALS, "all")
        so_far = total.responses if total else 0
        bench.change(COUNTS, "web", lambda old: Count(id="web", responses=(old.responses if old else 0) + so_far))

    service = Service()
    fold = Fold(COUNTING.name, COUNTING.on, COUNTING.into, load, adding_up)
    monkeypatch.setitem(service.projector.folds, COUNTING.name, fold)
    await service.projector.handle(SHARD, [a_message(1), a_message(2)])
    with monkeypatch.context() as away:
        away.setattr(service.store.collection(TOTALS), "delete_range", _is_away)
        with pytest.raises(Unavailable):
            await service.projector.rebuild("counting")
    if restarts:
        service.restart()
        monkeypatch.setitem(service.projector.folds, COUNTING.name, fold)
        await service.projector.catch_up()

    await service.projector.handle(SHARD, [a_message(3)])

    count = await service.store.collection(COUNTS).get("web")
    assert 1 + 2 + 3 == (count.responses if count else 0)


async def test_a_retry_that_fails_again_keeps_the_letter() -> None:
    """P-78: an entry that its fold still can't handle stays set aside, and whoever retried it is told so."""
    service = Service()
    await service.projector.handle(SHARD, [a_message(1), a_message(2, "poison")])
    (letter,) = await letters(service)

    with pytest.raises(Invalid, match="failed again"):
        await service.projector.retry(letter)

    assert [letter] == await letters(service)


async def test_a_reaction_that_fails_in_a_retry_keeps_the_letter() -> None:
    """The same for a reaction: no error without words, and the letter stays."""

    async def run(_: Entry) -> None:
        raise KeyError

    service = Service(reactions=[Reaction("answering", (ResponseSubmitted,), run)])
    await service.projector.handle(SHARD, [a_message(1)])
    (letter,) = await letters(service)

    with pytest.raises(Invalid, match="failed again"):
        await service.projector.retry(letter)

    assert [letter] == await letters(service)


async def test_a_full_disk_sets_nothing_aside() -> None:
    """A reaction that finds the disk full leaves its batch unacknowledged; space cures it, no retry is needed."""
    full = [True]

    async def run(_: Entry) -> None:
        if full[0]:
            raise StorageIsFull(Text(bg="няма място"))

    service = Service(reactions=[Reaction("answering", (ResponseSubmitted,), run)])
    with pytest.raises(StorageIsFull):
        await service.projector.handle(SHARD, [a_message(1)])
    full[0] = False
    await service.projector.handle(SHARD, [a_message(1)])

    assert ([], 0) == (await letters(service), await service.projector.behind())


async def test_an_entry_that_can_not_be_loaded_for_goes_aside_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """P-12: what makes a fold's loading fail does not hold up its batch: it is set aside, its neighbours count."""

    async def failing(bench: Bench, entries: Sequence[Entry]) -> None:
        if any(isinstance(entry.event, ResponseSubmitted) and entry.event.response_id == "odd" for entry in entries):
            raise LookupError
        await load(bench, entries)

    service = Service()
    fold = Fold(COUNTING.name, COUNTING.on, COUNTING.into, failing, COUNTING.step)
    monkeypatch.setitem(service.projector.folds, COUNTING.name, fold)

    await service.projector.handle(SHARD, [a_message(1), a_message(2, "odd"), a_message(3)])

    assert (2, 1, 0) == (await service.total(), len(await letters(service)), await service.projector.behind())


async def test_a_letter_says_where_and_not_on_what() -> None:
    """The error of a letter names its kind and place; values may be somebody's answers and stay out."""

    async def run(_: Entry) -> None:
        raise KeyError("Мария живее до чешмата")

    service = Service(reactions=[Reaction("answering", (ResponseSubmitted,), run)])
    await service.projector.handle(SHARD, [a_message(1)])

    (letter,) = (await service.store.collection(DEAD_LETTERS).find(Query("by_time"))).items

    assert letter.error.startswith("KeyError in ")
    assert "test_rebuild.py" in letter.error
    assert "Мария" not in letter.error


async def test_what_nobody_wants_is_not_read_again_for_ever() -> None:
    """A reaction that no entry concerns keeps its position now and then, so that a start does not read all the log."""
    service = Service(reactions=[Reaction("idle", (SurveyOpened,), _never)])
    for first in range(0, 1200, 100):
        await service.projector.handle(SHARD, [a_message(number) for number in range(first, first + 100)])

    kept = await service.store.collection(CURSORS).get(f"idle {SHARD}")

    assert (1000, 0) == (kept.position if kept else 0, await service.projector.behind())


async def test_first_occurrences_stay_in_order() -> None:
    """A batch that ends in the middle of a repeat is logged in the order in which its events came first."""
    service = Service()

    await service.projector.handle(SHARD, [a_message(1), a_message(2), a_message(1), a_message(3)])

    entries = await service.projector.log.entries(str(SHARD), after=0)
    assert ["e1", "e2", "e3"] == [entry.envelope.id for entry in entries]


async def test_the_clock_of_a_rebuild_does_not_matter() -> None:
    """A rebuild on another day gives the same bytes."""
    service = Service()
    await service.projector.handle(SHARD, [a_message(1), a_message(2)])
    live, service.now = await service.figures(), START + timedelta(days=400)

    await service.projector.rebuild("counting")

    assert live == await service.figures()


async def _is_away(_: Query) -> int:
    raise Unavailable(Text(bg="няма го"))


async def _never(_: Entry) -> None:
    raise AssertionError
