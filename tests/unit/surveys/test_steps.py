"""Public figures move by steps, so that no single response can be read from their movement."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.surveys.domain.steps import (
    Announced,
    Entry,
    RowSteps,
    State,
    StateFigures,
    StepRule,
    Steps,
    advance,
    finish,
    row_rule,
    survey_rule,
)
from shared.store import encoded

_RULE = survey_rule()
_START = Steps(id="vision")


def _figures(position: int) -> StateFigures:
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
    """Of a long batch, the figures of the last two states are asked for, each once, in log order."""
    asked: list[int] = []

    def figures_at(position: int) -> StateFigures:
        asked.append(position)
        return {}

    advance(_START, _given(1, 100), figures_at, _RULE)

    assert [95, 100] == asked


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


def test_rows_of_a_cut_move_by_twice_as_many() -> None:
    """A row of a public cut begins at thirty and moves by ten."""
    row = RowSteps(id="vision/sex=f", survey_id="vision", question_id="sex", code="f")

    steps = [advance(row, _given(1, count), _figures, row_rule()) for count in (39, 40)]

    assert [None, (1, 30, 30)] == [_shown(step) for step in steps]


def test_a_small_row_is_not_shown_at_the_closing() -> None:
    """A row of fewer than thirty is not announced at the end either."""
    row = RowSteps(id="vision/sex=f", survey_id="vision", question_id="sex", code="f")

    steps = finish(advance(row, _given(1, 29), _figures, row_rule()), 30, _figures, row_rule())

    assert (None, True) == (steps.announced, steps.final)


def test_a_row_that_shrank_waits_until_it_is_large_again() -> None:
    """No state below the base is kept, however many are fresh."""
    gone = [Entry(31 + at, given_at=at) for at in range(1, 16)]

    steps = advance(_START, [*_given(1, 30), *gone, *_given(50, 63)], _figures, _RULE)

    assert (29, 30, 14, None) == (steps.given, steps.kept and steps.kept.position, steps.fresh, steps.announced)


_SMALL = StepRule(step=3, first=4, closing=3)


@st.composite
def _histories(draw: st.DrawFn) -> list[Entry]:
    """A log in which responses are given and some of them withdrawn later."""
    entries: list[Entry] = []
    there: list[int] = []
    for position in range(1, draw(st.integers(1, 60)) + 1):
        if there and draw(st.integers(0, 3)) == 0:
            entries.append(Entry(position, given_at=there.pop(draw(st.integers(0, len(there) - 1)))))
        else:
            there.append(position)
            entries.append(Entry(position))
    return entries


@given(_histories(), st.lists(st.integers(1, 59), max_size=6), st.booleans())
def test_batches_are_no_matter(history: list[Entry], cuts: list[int], closes: bool) -> None:  # noqa: FBT001 - hypothesis fills it
    """However a log is cut into batches, the same is kept and announced, to the byte."""
    whole = advance(_START, history, _figures, _SMALL)
    edges = [0, *sorted(cuts), len(history)]
    steps = _START
    for first, last in pairwise(edges):
        steps = advance(steps, history[first:last], _figures, _SMALL)
    if closes:
        whole, steps = (finish(each, len(history) + 1, _figures, _SMALL) for each in (whole, steps))

    assert encoded(whole) == encoded(steps)


@given(_histories())
def test_announced_states_differ_by_a_step(history: list[Entry]) -> None:
    """Of any two announced states, one after the other, the later holds at least a step's responses that are new."""
    states = _announced(history)

    new = [_there(history, later) - _there(history, earlier) for earlier, later in pairwise([0, *states])]
    assert all(len(responses) >= _SMALL.step for responses in new)


@given(_histories())
def test_counts_are_those_of_the_log(history: list[Entry]) -> None:
    """What is given, fresh and unannounced is what a look over the whole log says."""
    steps = advance(_START, history, _figures, _SMALL)

    now = _there(history, len(history))
    kept = _there(history, steps.kept.position) if steps.kept else set()
    announced = _there(history, steps.announced.position) if steps.announced else set()
    assert (len(now), len(now - kept), len(now - announced)) == (steps.given, steps.fresh, steps.unannounced)


def _announced(history: Sequence[Entry]) -> list[int]:
    """The positions of all announced states in their order, the final one among them."""
    steps = _START
    states: list[Announced | None] = []
    for entry in history:
        steps = advance(steps, [entry], _figures, _SMALL)
        states.append(steps.announced)
    states.append(finish(steps, len(history), _figures, _SMALL).announced)
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
