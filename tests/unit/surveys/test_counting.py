"""Counting: what is given is counted once, what is withdrawn as if never given, however the log is cut."""

from dataclasses import replace
from typing import Any

import pytest

from services.surveys.handlers.batches import Batch
from services.surveys.store import ROW_STEPS, STEPS, TALLIES
from shared.bench import Bench
from shared.events.surveys import EstimateChanged
from shared.log import Entry
from shared.store import CollectionOf
from tests.unit.surveys.square import LIVE, SURVEY, PowerCut, Square, a_square, client_id

PROJECTIONS: tuple[CollectionOf[Any], ...] = (STEPS, ROW_STEPS, TALLIES)


def announced(square: Square) -> list[EstimateChanged]:
    return [event for event in square.announced if isinstance(event, EstimateChanged)]


async def with_responses(count: int, sizes: tuple[int, ...] | None = None) -> Square:
    square = a_square()
    await square.opened()
    for number in range(count):
        await square.give(number)
    await square.deliver(sizes)
    return square


async def test_nothing_is_announced_before_the_first_step() -> None:
    """34 responses: the state of 30 is kept, none is announced."""
    square = await with_responses(34)

    assert [] == announced(square)


async def test_the_step_announces_the_state_before_it() -> None:
    """The 35th response makes the first 30 public."""
    square = await with_responses(35)

    assert [(1, 35, 30, False)] == [(e.number, e.responses, e.published, e.final) for e in announced(square)]


async def test_what_comes_at_once_is_announced_once() -> None:
    """Of sixty-two that come at one moment, the state at the thirtieth is kept, and the last one announces it."""
    square = await with_responses(62, sizes=())

    assert [(1, 30)] == [(event.number, event.published) for event in announced(square)]


async def test_many_steps_folded_together_are_announced_once() -> None:
    """Six steps that one batch of the fold takes are one announcement, of the last."""
    square = a_square()
    await square.opened()
    for number in range(62):
        await square.give(number)
    folds, square.service.projector.folds = square.service.projector.folds, {}
    await square.deliver()
    square.service.projector.folds = folds
    await square.service.projector.catch_up()
    await square.deliver()

    assert [(6, 55)] == [(event.number, event.published) for event in announced(square)]


async def test_what_is_announced_are_the_figures_at_that_very_entry() -> None:
    """The announced mean is that of the first thirty responses."""
    square = await with_responses(39)

    roads = announced(square)[0].questions[1]

    assert (30, 3.0) == (roads.n, roads.mean)


async def test_a_repeated_delivery_counts_nothing() -> None:
    """The same events again change no projection."""
    square = await with_responses(36)
    before = [await square.kept(of) for of in PROJECTIONS]
    await square.service.projector.handle(square.carried[0].shard, square.carried)

    assert before == [await square.kept(of) for of in PROJECTIONS]


async def test_a_withdrawal_takes_back_what_was_counted() -> None:
    """After giving and withdrawing, the tallies say what they said before."""
    square = await with_responses(3)
    before = (await square.results(role="expert"))["questions"]
    receipt = (await square.give(77)).json()["receipt"]
    await square.deliver()
    await square.ask("POST", "/withdrawals", {"receipt": receipt})
    await square.deliver()

    assert before == (await square.results(role="expert"))["questions"]


async def test_a_withdrawn_response_is_emptied() -> None:
    """Once it is counted nowhere, nothing that was said is left of it."""
    square = await with_responses(1)
    receipt = (await square.give(0)).json()["receipt"]
    await square.ask("POST", "/withdrawals", {"receipt": receipt})
    await square.deliver()

    (response,) = [each async for each in square.documents.responses_of(SURVEY)]

    assert ("emptied", {}, "", None) == (response.state, response.answers, response.salt, response.receipt_hash)


async def test_given_and_withdrawn_in_one_batch_is_never_counted() -> None:
    """Both entries at once leave nothing."""
    square = a_square()
    await square.opened()
    receipt = (await square.give(0)).json()["receipt"]
    await square.ask("POST", "/withdrawals", {"receipt": receipt})
    await square.deliver()

    steps = await square.documents.steps.get(SURVEY)

    assert steps is not None
    assert (0, 1) == (steps.given, steps.withdrawn)


async def test_a_rebuild_makes_the_same_bytes() -> None:
    """Dropping the projections and folding the log again gives the same documents."""
    square = await with_responses(64, (7, 1, 30))
    before = [await square.kept(of) for of in PROJECTIONS]
    await square.service.projector.rebuild("counting")

    assert before == [await square.kept(of) for of in PROJECTIONS]


async def test_a_rebuild_goes_on_without_what_was_emptied() -> None:
    """A response that was emptied is skipped at both of its entries, and its neighbours count."""
    square = await with_responses(5)
    receipt = (await square.give(0)).json()["receipt"]
    await square.ask("POST", "/withdrawals", {"receipt": receipt})
    await square.deliver()
    before = (await square.results(role="expert"))["questions"]
    await square.service.projector.rebuild("counting")

    assert before == (await square.results(role="expert"))["questions"]


async def test_a_rebuild_says_nothing() -> None:
    """Figures are announced once, whatever is rebuilt."""
    square = await with_responses(40)
    before = announced(square)
    await square.service.projector.rebuild("counting")
    await square.deliver()

    assert before == announced(square)


async def test_a_closing_announces_the_rest() -> None:
    """What is not public yet is announced as final, if it is a step or more."""
    square = await with_responses(47)
    await square.closed()

    assert (47, 47, True) == (
        announced(square)[-1].responses,
        announced(square)[-1].published,
        announced(square)[-1].final,
    )


async def test_a_closing_keeps_back_less_than_a_step() -> None:
    """Four responses beyond the announced state stay out; what was announced becomes final."""
    square = await with_responses(35)
    receipts = [(await square.give(number)).json()["receipt"] for number in (31, 32)]
    for receipt in receipts:
        await square.ask("POST", "/withdrawals", {"receipt": receipt})
    await square.deliver()
    await square.closed()

    last = announced(square)[-1]

    assert (33, 30, True, 2) == (last.responses, last.published, last.final, last.number)


async def test_a_survey_that_publishes_at_its_closing_is_silent_before() -> None:
    """Nothing is announced while it is open, everything at the end."""
    square = a_square()
    await square.opened(LIVE | {"publish": "closed"})
    for number in range(45):
        await square.give(number)
    await square.deliver()
    while_open = announced(square), (await square.results())["questions"]
    await square.closed()

    assert (([], []), [45]) == (while_open, [event.published for event in announced(square)])


async def test_a_survey_that_never_publishes_says_nothing() -> None:
    """Neither its closing nor the public's reading shows anything."""
    square = a_square()
    await square.opened(LIVE | {"publish": "never"})
    for number in range(45):
        await square.give(number)
    await square.closed()

    assert ([], []) == (announced(square), (await square.results())["questions"])


async def test_a_survey_of_few_shows_nothing_at_its_closing() -> None:
    """Fewer than k responses are never announced."""
    square = a_square()
    await square.opened(LIVE | {"publish": "closed"})
    for number in range(4):
        await square.give(number)
    await square.closed()

    assert [] == announced(square)


async def test_a_crash_between_steps_and_tallies_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """If only the steps were written, counting again completes the tallies and repeats nothing."""
    square, sound = a_square(), await with_responses(41, ())
    await square.opened()
    for number in range(41):
        await square.give(number)
    tallies = square.documents.tallies
    insert = type(tallies).insert

    async def crash(collection: Any, document: Any, **more: Any) -> Any:
        if collection is square.store.collection(TALLIES):
            raise PowerCut
        return await insert(collection, document, **more)

    monkeypatch.setattr(type(tallies), "insert", crash)
    with pytest.raises(PowerCut):
        await square.deliver(())
    monkeypatch.undo()
    await square.service.projector.catch_up()
    await square.deliver()

    assert [await sound.kept(of) for of in PROJECTIONS] == [await square.kept(of) for of in PROJECTIONS]


async def test_an_entry_that_cannot_be_counted_goes_aside_alone() -> None:
    """A poisoned entry becomes a dead letter; its neighbours count."""
    square = a_square()
    await square.opened()
    for number in range(3):
        await square.give(number)
    fold = square.service.projector.folds["counting"]

    def step(bench: Bench, entry: Entry, batch: Batch) -> None:
        if entry.position == 2:
            raise ValueError("poison")
        fold.step(bench, entry, batch)

    square.service.projector.folds["counting"] = replace(fold, step=step)
    await square.deliver()

    assert 2 == (await square.results(role="expert"))["responses"]


async def test_ids_of_clients_are_in_no_event() -> None:
    """What a client called its response stays between the two."""
    square = await with_responses(2)

    assert not [event for event in square.announced if client_id(0) in event.model_dump_json()]
