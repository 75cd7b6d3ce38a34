"""Counting rows of public cuts and questions of few: the same however the log is cut, and whatever crashes."""

from dataclasses import replace
from typing import Any

import pytest

from services.surveys.handlers.batches import Batch
from services.surveys.store import ROW_STEPS, STEPS, TALLIES
from shared.bench import Bench
from shared.dead_letters import DEAD_LETTERS
from shared.log import Entry
from shared.store import CollectionOf, Query
from tests.unit.surveys.builders import raw_question
from tests.unit.surveys.square import LIVE, SURVEY, PowerCut, Square, a_square

PROJECTIONS: tuple[CollectionOf[Any], ...] = (STEPS, ROW_STEPS, TALLIES)

WITH_HEARD = LIVE | {
    "pages": [
        {
            "id": "p1",
            "title": {"bg": "Страница"},
            "questions": [
                raw_question("sex", "single"),
                raw_question("roads"),
                raw_question("heard", "single"),
                raw_question("importance", "matrix"),
            ],
        }
    ]
}


async def with_rows(count: int, square: Square | None = None) -> Square:
    """A square of small steps, whose rows and whose question of few move within little; nothing is delivered yet."""
    square = square or a_square(step=3, base=10)
    await square.opened(WITH_HEARD)
    for number in range(count):
        heard = {"heard": "abc"[number % 3]} if number % 3 == 0 else {}
        matrix = {"x": 1 + number % 5} | ({"y": 2} if number % 4 else {}) if number % 7 else {}
        await square.give(number, sex="ab"[number * number % 5 % 2], roads=1 + number % 5, importance=matrix, **heard)
    return square


async def rows_shown(square: Square) -> dict[str, int | None]:
    return {row["code"]: row["n"] for row in (await square.results("?by=sex"))["questions"][1]["by"]}


async def test_rows_move_while_a_survey_is_open() -> None:
    """Both rows of the cut are shown, each as of a step of its own."""
    square = await with_rows(90)
    await square.deliver()

    assert {"a": 21, "b": 29, "c": None} == await rows_shown(square)


async def test_a_closing_shows_no_newer_row() -> None:
    """What the rows showed before the closing they show after it."""
    square = await with_rows(91)
    await square.deliver()
    before = await rows_shown(square)
    await square.closed()

    assert before == await rows_shown(square)
    assert [] == [row.kept for row in await square.documents.rows_of(SURVEY, "sex") if row.kept is not None]


@pytest.mark.parametrize("of", [ROW_STEPS, STEPS, TALLIES])
async def test_a_crash_between_projections_counts_once(of: CollectionOf[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever projection a crash leaves behind, counting again makes what a sound run makes."""
    square, sound = await with_rows(60), await with_rows(60)
    await sound.deliver([3] * 20)
    insert, replace_ = (getattr(type(square.documents.tallies), name) for name in ("insert", "replace"))
    left = [5]

    def crashing(write: Any) -> Any:
        async def crash(collection: Any, document: Any, **more: Any) -> Any:
            left[0] -= collection is square.store.collection(of)
            if left[0] < 1:
                raise PowerCut
            return await write(collection, document, **more)

        return crash

    monkeypatch.setattr(type(square.documents.tallies), "insert", crashing(insert))
    monkeypatch.setattr(type(square.documents.tallies), "replace", crashing(replace_))
    with pytest.raises(PowerCut):
        await square.deliver([3] * 20)
    monkeypatch.undo()
    await square.service.projector.catch_up()
    for first in range(0, len(square.carried), 3):
        await square.service.projector.handle(square.carried[0].shard, square.carried[first : first + 3])

    assert [await sound.kept(each) for each in PROJECTIONS] == [await square.kept(each) for each in PROJECTIONS]


async def test_rows_are_rebuilt_to_the_byte() -> None:
    """Folding the log again makes the same rows, whatever the batches were."""
    square = await with_rows(80)
    await square.deliver([1] * 80)
    before = [await square.kept(of) for of in PROJECTIONS]
    await square.service.projector.rebuild("counting")

    assert before == [await square.kept(of) for of in PROJECTIONS]


async def test_a_poisoned_entry_leaves_the_rows_to_go_on() -> None:
    """If an entry goes aside, steps are taken elsewhere than planned, and nothing else goes aside."""
    square = await with_rows(90)
    fold = square.service.projector.folds["counting"]

    def step(bench: Bench, entry: Entry, batch: Batch) -> None:
        if entry.position == 7:
            raise ValueError("poison")
        fold.step(bench, entry, batch)

    square.service.projector.folds["counting"] = replace(fold, step=step)
    await square.deliver([45])

    assert (89, 1) == (
        (await square.results(role="expert"))["responses"],
        await square.store.collection(DEAD_LETTERS).count(Query("by_time")),
    )
