"""Answers fit their questionnaire, or each question that they don't fit says so once."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.surveys.domain.answers import AnswersDoNotFit, validated, validated_page
from services.surveys.domain.asked import asked
from tests.unit.surveys.builders import EVERY_KIND, a_questionnaire, raw_question

QUESTIONNAIRE = a_questionnaire(*EVERY_KIND)

FITTING: dict[str, Any] = {
    "sex": "a",
    "field": {"code": "other", "text": " моето "},
    "heard": [{"code": "other", "text": "радио"}, "b", "a"],
    "roads": 2,
    "age": 40.0,
    "day": "2026-05-01",
    "idea": "  път\r\nи мост ",
    "importance": {"y": 1, "x": 5},
    "priorities": ["c", "a"],
    "why": "дупки",
}


def faults(answers: dict[str, Any]) -> list[str]:
    with pytest.raises(AnswersDoNotFit) as refused:
        validated(QUESTIONNAIRE, answers)
    assert all(error.message.bg and error.message.en for error in refused.value.errors)
    return [error.pointer for error in refused.value.errors]


def test_what_fits_becomes_canonical() -> None:
    """Order, spaces and forms of numbers that say the same are stored the same."""
    expected = FITTING | {
        "field": {"code": "other", "text": "моето"},
        "heard": ["a", "b", {"code": "other", "text": "радио"}],
        "age": 40,
        "idea": "път\nи мост",
        "importance": {"x": 5, "y": 1},
    }

    assert expected == validated(QUESTIONNAIRE, FITTING)


def test_what_was_not_answered_is_left_out() -> None:
    """Nothing, an empty text and an empty list are no answers."""
    content = validated(QUESTIONNAIRE, {"roads": 5, "idea": "  ", "heard": [], "importance": {}, "sex": ""})

    assert {"roads": 5} == content


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("sex", "z"),
        ("sex", 1),
        ("sex", ["a"]),
        ("sex", {"code": "other", "text": "x"}),
        ("field", "other"),
        ("field", {"code": "other", "text": " "}),
        ("field", {"code": "other", "text": 3}),
        ("field", {"code": "a", "text": "x"}),
        ("field", {"code": "other", "text": "x" * 501}),
        ("heard", "a"),
        ("heard", ["a", "a"]),
        ("heard", ["a", 3]),
        ("heard", ["a", "b", "c", {"code": "other", "text": "x"}]),
        ("roads", 0),
        ("roads", 6),
        ("roads", 3.0),
        ("roads", "3"),
        ("roads", True),
        ("age", 121),
        ("age", -0.5),
        ("age", "40"),
        ("age", True),
        ("age", float("nan")),
        ("age", float("inf")),
        ("age", 10**400),
        ("day", "01.05.2026"),
        ("day", "2026-02-30"),
        ("day", "1026-02-03"),
        ("day", 5),
        ("idea", 5),
        ("idea", "x" * 4001),
        ("idea", "a\x00b"),
        ("idea", "a\ud800"),
        ("importance", {"z": 1}),
        ("importance", {"x": 6}),
        ("importance", [1, 2]),
        ("priorities", ["a"]),
        ("priorities", ["a", "b", "c"]),
        ("priorities", ["a", "a"]),
        ("priorities", ["a", {"code": "other"}]),
        ("priorities", "a"),
    ],
)
def test_what_does_not_fit_is_told_at_its_question(question: str, answer: object) -> None:
    """One wrong answer is one error, at that question."""
    assert [f"/answers/{question}"] == faults({"roads": 5, question: answer})


def test_a_required_question_must_be_answered() -> None:
    """What is required is missed."""
    assert ["/answers/roads"] == faults({})


def test_a_required_matrix_needs_every_row() -> None:
    """A required matrix is answered row by row."""
    questionnaire = a_questionnaire(raw_question("m", "matrix", required=True))

    with pytest.raises(AnswersDoNotFit):
        validated(questionnaire, {"m": {"x": 1}})


def test_an_answer_to_what_is_not_asked_is_refused() -> None:
    """The condition is false, so nobody was asked."""
    assert ["/answers/why"] == faults({"roads": 5, "why": "x"})


def test_an_unknown_question_is_refused() -> None:
    """What the survey does not ask can't be answered; a long name is cut."""
    assert ["/answers/" + "x" * 60, "/answers/a~1b"] == faults({"roads": 5, "x" * 100: 1, "a/b": 2})


def test_a_required_question_that_is_not_asked_is_not_missed() -> None:
    """Who is not asked owes no answer."""
    questionnaire = a_questionnaire(raw_question(), raw_question("why", "text", relevant="roads < 2", required=True))

    assert {"roads": 3} == validated(questionnaire, {"roads": 3})


def test_an_answer_that_is_not_asked_decides_nothing() -> None:
    """A condition does not see the answer to a question that was skipped."""
    questionnaire = a_questionnaire(
        raw_question("a"), raw_question("b", relevant="a == 1"), raw_question("c", relevant="b == 1")
    )

    assert ["a"] == asked(questionnaire, {"a": 2, "b": 1})


def test_a_row_called_code_is_a_row() -> None:
    """A condition on a matrix looks at rows, whatever they are called."""
    matrix = raw_question("m", "matrix", rows=[{"code": "code", "text": {"bg": "х"}}])
    questionnaire = a_questionnaire(matrix, raw_question("b", relevant="m.code == 3"))

    assert ["m", "b"] == asked(questionnaire, {"m": {"code": 3}})


def test_a_page_needs_its_own_required_answers_only() -> None:
    """Going on to the next page checks this one, not those to come."""
    assert {"sex": "a"} == validated_page(QUESTIONNAIRE, {"sex": "a"}, None)
    with pytest.raises(AnswersDoNotFit):
        validated_page(QUESTIONNAIRE, {"sex": "a"}, "p1")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["a", "other"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["code", "text", "x"]), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*FITTING, "nothing"]), JSON))
def test_any_answers_fit_or_are_refused(answers: dict[str, Any]) -> None:
    """Nothing but AnswersDoNotFit is raised, and what fits stays as it is when it comes again."""
    try:
        content = validated(QUESTIONNAIRE, answers)
    except AnswersDoNotFit:
        return

    assert content == validated(QUESTIONNAIRE, content)
