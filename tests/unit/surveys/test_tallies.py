"""Counting answers: what is counted, and that taking back undoes adding."""

import re
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.surveys.domain.countable import countable, decimal_text, option_of_key
from services.surveys.domain.counted import Counted
from services.surveys.domain.tallies import Tally, add, cell_of, empty_tally, subtract, tally_id
from shared.store import encoded

_EMPTY = empty_tally("vision", {"sex": "f"})


@pytest.mark.parametrize(
    ("question", "answer", "keys"),
    [
        (Counted("q", "single", ("a", "b")), "a", {"a"}),
        (Counted("q", "single", ("a", "other")), {"code": "other", "text": "свое"}, {"other"}),
        (Counted("q", "single", ("#asked",)), "#asked", {"##asked"}),
        (
            Counted("q", "multiple", ("a", "b", "other")),
            ["b", "a", {"code": "other", "text": "x"}],
            {"a", "b", "other"},
        ),
        (Counted("q", "scale", low=1, high=5), 4, {"4"}),
        (Counted("q", "scale", low=0, high=5), 0, {"0"}),
        (Counted("q", "number"), 3.50, {"3.5"}),
        (Counted("q", "date"), "2026-05-01", {"2026-05-01"}),
        (Counted("q", "text"), "Повече пейки", set()),
        (Counted("q", "rank", ("a", "b")), ["b", "a"], {"b@1", "a@2"}),
        (Counted("q", "matrix", rows=("r", "s=t"), low=1, high=5), {"r": 4, "s=t": 1}, {"r=4", "s%3Dt=1"}),
    ],
    ids=lambda value: value.kind if isinstance(value, Counted) else None,
)
def test_each_kind_is_counted(question: Counted, answer: object, keys: set[str]) -> None:
    """An answer of each kind is counted once under its keys, and its question as asked and answered."""
    counted = countable({"q": answer}, {"q"}, [question])

    assert Counter({("q", key): 1 for key in {"#asked", "#answered", *keys}}) == counted


@pytest.mark.parametrize("nothing", [None, "", [], {}])
def test_no_answer_is_missing(nothing: object) -> None:
    """A question that was asked and not answered counts as asked only."""
    counted = countable({"q": nothing}, {"q"}, [Counted("q", "single", ("a",))])

    assert Counter({("q", "#asked"): 1}) == counted


def test_what_was_not_asked_is_not_counted() -> None:
    """An answer left over from a question that relevance has taken away does not count."""
    counted = countable({"q": "a"}, set(), [Counted("q", "single", ("a",))])

    assert Counter() == counted


@pytest.mark.parametrize(
    ("number", "text"),
    [(3, "3"), (3.0, "3"), (-0.0, "0"), (0.1, "0.1"), (1e-7, "0.0000001"), (1200, "1200"), (1e21, "1" + "0" * 21)],
)
def test_equal_numbers_are_one_key(number: float, text: str) -> None:
    """A number has one decimal text, however it was written."""
    assert text == decimal_text(number)


def test_marks_of_the_tally_are_no_options() -> None:
    """The keys that count askings are never read as an option, an option of such a name is."""
    assert [None, "#asked", "a"] == [option_of_key(key) for key in ("#asked", "##asked", "a")]


def test_cell_of_a_response() -> None:
    """A response belongs to the cell of its weighting answers; what it leaves out is an empty code."""
    assert {"age": "", "sex": "other"} == cell_of({"sex": {"code": "other", "text": "x"}, "roads": 4}, ["sex", "age"])


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ({}, "vision/all"),
        ({"sex": "f", "age": "18-39"}, "vision/age=18-39/sex=f"),
        ({"a/b": "c=d"}, "vision/a%2Fb=c%3Dd"),
    ],
)
def test_tally_is_named_after_its_cell(cell: dict[str, str], expected: str) -> None:
    """The id of a tally can be read and holds nothing that an address or index takes amiss."""
    assert expected == tally_id("vision", cell)


def test_a_long_cell_has_a_short_id() -> None:
    """Long Cyrillic codes end in a hash, a different one for a different cell."""
    ids = {tally_id("vision", {"place": "Оброчище" * 10 + end}) for end in "аб"}

    assert 2 == len(ids)
    assert all(re.fullmatch(r"vision/[0-9a-f]{64}", name) for name in ids)


def test_taking_back_what_is_not_there_is_refused() -> None:
    """A tally never counts below nothing."""
    with pytest.raises(ValueError, match="does not hold"):
        subtract(_EMPTY, Counter({("q", "a"): 1}))


_COUNTS = st.dictionaries(
    st.tuples(st.sampled_from("pqr"), st.sampled_from(["a", "b", "#asked"])), st.integers(1, 3), max_size=6
).map(Counter)


@given(st.lists(_COUNTS), _COUNTS)
def test_taking_back_undoes_adding(earlier: list[Counter[tuple[str, str]]], one: Counter[tuple[str, str]]) -> None:
    """After a response is added and taken out again, the tally is the same to the byte."""
    tally = _sum(earlier)

    assert encoded(tally) == encoded(subtract(add(tally, one), one))


@given(st.lists(_COUNTS), st.randoms(use_true_random=False))
def test_order_of_adding_is_no_matter(responses: list[Counter[tuple[str, str]]], random: Random) -> None:
    """The same responses in any order make the same tally, to the byte."""
    shuffled = sorted(responses, key=lambda _: random.random())

    assert encoded(_sum(responses)) == encoded(_sum(shuffled))


@given(_COUNTS)
def test_many_at_once_are_as_many_one_by_one(one: Counter[tuple[str, str]]) -> None:
    """A batch may be summed up first."""
    twice = Counter({key: 2 * times for key, times in one.items()})

    assert _sum([one, one]) == add(_EMPTY, twice, responses=2)


def _sum(responses: list[Counter[tuple[str, str]]]) -> Tally:
    tally = _EMPTY
    for counted in responses:
        tally = add(tally, counted)
    return tally
