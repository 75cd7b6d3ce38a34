"""Public figures move by steps, so that no single response can be read from their movement."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.surveys.domain.advancing import Entry, Said, advance, finish
from services.surveys.domain.stepping import Move, planned
from services.surveys.domain.steps import (
    Announced,
    Course,
    PartCount,
    RowCount,
    State,
    StateFigures,
    Steps,
    row_rule,
    survey_rule,
)
from shared.store import encoded
from tests.unit.surveys.histories import PARTS, SMALL, K, histories

_RULE = Course(survey_rule(), row_rule(), PARTS)
_START = Steps(id="vision")


def _figures(position: int, _moved: frozenset[str], _before: StateFigures | None) -> StateFigures:
    return {"at": position}


def _given(first: int, last: int) -> list[Entry]:
    return [Entry(position) for position in range(first, last + 1)]


def _shown(steps: Steps) -> tuple[int, int, int] | None:
    state = steps.announced
    return None if state is None else (state.number, state.position, state.n)


def test_nothing_is_shown_before_the_second_step() -> None:
    """With thirty responses a state is kept; until five more are there, nothing is announced."""
    steps = advance(_START, _given(1, 34), _figures, _RULE)

    assert (State(position=30, n=30, figures={"at": 30}), None, 4) == (steps.kept, steps.announced, steps.fresh)


def test_five_more_announce_the_kept_state() -> None:
    """The thirty-fifth response announces the thirty, and is itself kept for the next step."""
    steps = advance(_START, _given(1, 35), _figures, _RULE)

    assert Announced(number=1, position=30, n=30, figures={"at": 30}) == steps.announced
    assert (State(position=35, n=35, figures={"at": 35}), 0, 5) == (steps.kept, steps.fresh, steps.unannounced)


def test_figures_are_made_only_for_states_that_stay() -> None:
    """Of a long batch, the figures of the last two states are needed, and the last entry announces."""
    moves = [Move(position) for position in range(1, 101)]

    plan = planned(_START, moves, "shard", lambda steps, move, at: advance(steps, [Entry(move.position)], at, _RULE))

    assert (frozenset({95, 100}), 100) == (plan.figures, plan.announcing)


def test_a_fresh_response_taken_back_is_not_fresh() -> None:
    """A withdrawal of a response that is not in the kept state puts the step off by one."""
    steps = advance(_START, [*_given(1, 34), Entry(35, given_at=33), Entry(36)], _figures, _RULE)

    assert (None, 4, 34, 1) == (steps.announced, steps.fresh, steps.given, steps.withdrawn)


def test_a_kept_response_taken_back_does_not_delay() -> None:
    """A withdrawal of a response in the kept state leaves the count of fresh ones."""
    steps = advance(_START, [*_given(1, 34), Entry(35, given_at=3), Entry(36)], _figures, _RULE)

    assert ((1, 30, 30), 34) == (_shown(steps), steps.given)


def test_closing_announces_the_rest() -> None:
    """At the closing all is announced if five or more are not in what is shown."""
    steps = finish(advance(_START, _given(1, 37), _figures, _RULE), 38, _figures, _RULE)

    assert ((2, 38, 37), True, None) == (_shown(steps), steps.final, steps.kept)


def test_closing_keeps_what_is_shown_when_too_little_is_new() -> None:
    """If fewer than five are not in what is shown, it stays as the final state."""
    withdrawn = [Entry(36, given_at=31), Entry(37, given_at=35)]

    steps = finish(advance(_START, [*_given(1, 35), *withdrawn], _figures, _RULE), 38, _figures, _RULE)

    assert ((1, 30, 30), True) == (_shown(steps), steps.final)


@pytest.mark.parametrize(("responses", "shown"), [(4, None), (5, (1, 9, 5)), (12, (1, 9, 12))])
def test_a_small_survey_is_announced_at_its_closing(responses: int, shown: tuple[int, int, int] | None) -> None:
    """A survey that never took a step is announced when closed, if at least five answered."""
    steps = finish(advance(_START, _given(1, responses), _figures, _RULE), 9, _figures, _RULE)

    assert shown == _shown(steps)


def test_after_the_end_nothing_moves() -> None:
    """What is withdrawn after the final state is counted, and what is shown stays; closing again changes nothing."""
    closed = finish(advance(_START, _given(1, 37), _figures, _RULE), 38, _figures, _RULE)

    steps = finish(advance(closed, [Entry(39, given_at=4), *_given(40, 60)], _figures, _RULE), 61, _figures, _RULE)

    assert (closed.announced, 57, 1) == (steps.announced, steps.given, steps.withdrawn)


_ROW, _OTHER = Said(PARTS, ("sex/f", "place/a")), Said(PARTS, ("sex/m", "place/a"))


def _mixed(last: int, first: int = 1) -> list[Entry]:
    """Two of the row, then one of the other, and so on."""
    return [Entry(at, said=_OTHER if at % 3 == 0 else _ROW) for at in range(first, last + 1)]


def test_a_row_moves_at_a_step_of_its_survey() -> None:
    """A row of thirty waits until its survey takes a step."""
    steps = [advance(_START, _mixed(count), _figures, _RULE) for count in (44, 45)]

    assert [None, ("sex/f", 45, PARTS)] == [each.kept_row for each in steps]
    assert RowCount(30, 0, 45) == steps[1].rows["sex/f"]


def test_a_row_moves_by_twice_as_many() -> None:
    """The next state of a row holds ten that the last one does not."""
    steps = [advance(_START, _mixed(count), _figures, _RULE) for count in (59, 60)]

    assert [45, 60] == [each.rows["sex/f"].kept_at for each in steps]


def test_a_row_that_all_are_of_waits() -> None:
    """Where everybody is of the row, it would tell of nobody else, and then of the first one who is not."""
    steps = advance(
        _START, [Entry(at, said=_OTHER if at in (7, 31) else _ROW) for at in range(1, 101)], _figures, _RULE
    )

    assert (98, 0) == (steps.rows["sex/f"].given, steps.rows["sex/f"].kept_at)


def test_one_row_moves_at_a_step() -> None:
    """Of two rows that could, one waits until those whom the other now shows are paired with new ones."""
    both = [Entry(at, said=_OTHER if at % 2 else _ROW) for at in range(1, 76)]

    kept = [advance(_START, both[:count], _figures, _RULE).kept_row for count in (60, 65, 70, 75)]

    assert ["sex/f", None, None, "sex/m"] == [row and row.row for row in kept]


def test_a_question_moves_by_those_who_answered_it() -> None:
    """A question of few stays until a step of them is there, while the survey goes on."""
    some = [Entry(at, said=Said(PARTS if at <= 32 or at % 5 == 0 else PARTS[:1])) for at in range(1, 61)]

    steps = [advance(_START, some[:count], _figures, _RULE).kept for count in (40, 45, 60)]

    assert [(40, 30), (45, 45), (60, 45)] == [(each.of["roads"], each.of["why"]) for each in steps if each]


def test_a_question_of_too_few_is_in_no_state() -> None:
    """Before thirty answered it, a question shows nothing."""
    steps = advance(
        _START, [Entry(at, said=Said(PARTS if at % 2 else PARTS[:1])) for at in range(1, 56)], _figures, _RULE
    )

    assert {"roads": 55} == dict(steps.kept.of if steps.kept else {})


def test_a_closing_keeps_back_what_too_few_answered() -> None:
    """At the closing a question moves if five who answered it are not in what is shown of it."""
    some = [Entry(at, said=Said(PARTS if at <= 32 else PARTS[:1])) for at in range(1, 51)]

    steps = finish(advance(_START, some, _figures, _RULE), 51, _figures, _RULE)

    assert {"roads": 51, "why": 30} == dict(steps.announced.of if steps.announced else {})


def test_a_row_of_a_matrix_moves_with_its_matrix() -> None:
    """If the matrix stays, its rows do."""
    course = Course(survey_rule(), row_rule(), ("m", "m.x"))
    every = [Entry(at, said=Said(("m.x",) if at > 30 else ("m", "m.x"))) for at in range(1, 41)]

    steps = advance(_START, every, _figures, course)

    assert {"m": 30, "m.x": 30} == dict(steps.kept.of if steps.kept else {})


def test_a_row_that_shrank_waits_until_it_is_large_again() -> None:
    """No state below the base is kept, however many are fresh."""
    gone = [Entry(31 + at, given_at=at) for at in range(1, 16)]

    steps = advance(_START, [*_given(1, 30), *gone, *_given(50, 63)], _figures, _RULE)

    assert (29, 30, 14, None) == (steps.given, steps.kept and steps.kept.position, steps.fresh, steps.announced)


@given(histories(), st.lists(st.integers(1, 59), max_size=6), st.booleans())
def test_batches_are_no_matter(history: list[Entry], cuts: list[int], closes: bool) -> None:  # noqa: FBT001 - hypothesis fills it
    """However a log is cut into batches, the same is kept and announced, to the byte."""
    whole = advance(_START, history, _figures, SMALL)
    edges = [0, *sorted(cuts), len(history)]
    steps = _START
    for first, last in pairwise(edges):
        steps = advance(steps, history[first:last], _figures, SMALL)
    if closes:
        whole, steps = (finish(each, len(history) + 1, _figures, SMALL) for each in (whole, steps))

    assert encoded(whole) == encoded(steps)


@given(histories())
def test_announced_states_differ_by_a_step(history: list[Entry]) -> None:
    """Of any two announced states, one after the other, the later holds at least a step's responses that are new."""
    states = _announced(history)

    new = [_there(history, later) - _there(history, earlier) for earlier, later in pairwise([0, *states])]
    assert all(len(responses) >= K for responses in new)


@given(histories())
def test_counts_are_those_of_the_log(history: list[Entry]) -> None:
    """What is given, fresh and unannounced, in all and of each question, is what a look over the whole log says."""
    steps = advance(_START, history, _figures, SMALL)

    now = _there(history, len(history))
    kept = _there(history, steps.kept.position) if steps.kept else set()
    announced = _there(history, steps.announced.position) if steps.announced else set()
    assert (len(now), len(now - kept), len(now - announced)) == (steps.given, steps.fresh, steps.unannounced)


@given(histories())
def test_counts_of_parts_are_those_of_the_log(history: list[Entry]) -> None:
    """The same holds for those who answered a question."""
    steps = advance(_START, history, _figures, SMALL)

    for part, count in steps.parts.items():
        now, kept, announced = (
            _who_answered(history, part, at)
            for at in (
                len(history),
                steps.kept.of.get(part, 0) if steps.kept else 0,
                steps.announced.of.get(part, 0) if steps.announced else 0,
            )
        )
        assert PartCount(len(now), len(now - kept), len(now - announced)) == count


def _who_answered(history: Sequence[Entry], part: str, position: int) -> set[int]:
    said = {entry.position for entry in history if part in entry.said.parts}
    return _there(history, position) & said


def _announced(history: Sequence[Entry]) -> list[int]:
    """The positions of all announced states in their order, the final one among them."""
    steps = _START
    states: list[Announced | None] = []
    for entry in history:
        steps = advance(steps, [entry], _figures, SMALL)
        states.append(steps.announced)
    states.append(finish(steps, len(history), _figures, SMALL).announced)
    return list(dict.fromkeys(state.position for state in states if state is not None))


def _there(history: Sequence[Entry], position: int) -> set[int]:
    """The responses, by where they were given, that are there after the entry at a position."""
    there: set[int] = set()
    for entry in history[:position]:
        if entry.given_at is None:
            there.add(entry.position)
        else:
            there.discard(entry.given_at)
    return there
