"""A questionnaire is taken whole, or refused with every fault, its place and its cure in both languages."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.surveys.domain.checks import MAX_QUESTIONS, read_questionnaire
from shared.errors import Invalid
from tests.unit.surveys.builders import EVERY_KIND, LEAST_STEP, choices, raw_question, raw_questionnaire


def faults(raw: object) -> list[str]:
    with pytest.raises(Invalid) as refused:
        read_questionnaire(raw, LEAST_STEP)
    assert all(error.message.bg and error.message.en for error in refused.value.errors)
    return [error.pointer for error in refused.value.errors]


def page(page_id: str, *questions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": page_id, "questions": list(questions)} | more


def test_every_kind_of_question_is_taken() -> None:
    """All kinds and what belongs to them are read as they were written."""
    raw = raw_questionnaire(*EVERY_KIND, weight_to=["sex"], opens="2026-01-01", closes="2026-01-01", step=5)

    read = read_questionnaire(raw, LEAST_STEP)

    assert [question["id"] for question in EVERY_KIND] == [question.id for question in read.questions()]


def test_a_new_survey_publishes_at_its_closing() -> None:
    """Only who asks for it gets live results."""
    assert "closed" == read_questionnaire(raw_questionnaire(), LEAST_STEP).publish


@pytest.mark.parametrize(
    ("raw", "places"),
    [
        (raw_questionnaire() | {"id": "Vision 2020"}, ["/id"]),
        (raw_questionnaire() | {"extra": 1}, ["/extra"]),
        (raw_questionnaire() | {"title": {"en": "x"}}, ["/title/bg"]),
        (raw_questionnaire() | {"languages": ["de"]}, ["/languages/0"]),
        (raw_questionnaire() | {"pages": []}, ["/pages"]),
        (raw_questionnaire() | {"step": 4}, ["/step"]),
        (raw_questionnaire() | {"opens": "2026-02-30"}, ["/opens"]),
        (raw_questionnaire() | {"opens": "2026-02-02", "closes": "2026-02-01"}, ["/closes"]),
        (raw_questionnaire() | {"weight_to": ["roads"]}, ["/weight_to/0"]),
        (raw_questionnaire() | {"weight_to": ["nothing"]}, ["/weight_to/0"]),
        (raw_questionnaire(raw_question("a", "single"), weight_to=["a", "a"]), ["/weight_to/1"]),
        (raw_questionnaire(raw_question("a"), raw_question("a")), ["/pages/0/questions/1/id"]),
        (raw_questionnaire(raw_question("a", "single", choices=choices("x", "x"))), ["/pages/0/questions/0/choices/1"]),
        (raw_questionnaire(raw_question("a", "single", choices=[])), ["/pages/0/questions/0/choices"]),
        (
            raw_questionnaire(raw_question("a", "single", choices=choices("other"), other=True)),
            ["/pages/0/questions/0/choices/1"],
        ),
        (raw_questionnaire(raw_question("a", low=5, high=5)), ["/pages/0/questions/0/high"]),
        (raw_questionnaire(raw_question("a", low=None)), ["/pages/0/questions/0/low"]),
        (raw_questionnaire(raw_question("a", low=1.5)), ["/pages/0/questions/0/low"]),
        (raw_questionnaire(raw_question("a", low=1, high=200)), ["/pages/0/questions/0/high"]),
        (raw_questionnaire(raw_question("a", "text", low=1)), ["/pages/0/questions/0/low"]),
        (raw_questionnaire(raw_question("a", "scale", other=True)), ["/pages/0/questions/0/other"]),
        (raw_questionnaire(raw_question("a", "rank", minimum=3, maximum=2)), ["/pages/0/questions/0/minimum"]),
        (raw_questionnaire(raw_question("a", "rank", maximum=4)), ["/pages/0/questions/0/minimum"]),
        (raw_questionnaire(raw_question("a", required="да")), ["/pages/0/questions/0/required"]),
        (raw_questionnaire(raw_question("a", relevant="a == 1")), ["/pages/0/questions/0/relevant"]),
        (raw_questionnaire(raw_question("a", relevant="=")), ["/pages/0/questions/0/relevant"]),
        (
            raw_questionnaire(raw_question("a", "single"), raw_question("b", relevant="a == 'z'")),
            ["/pages/0/questions/1/relevant"],
        ),
        (
            raw_questionnaire(raw_question("a", "matrix"), raw_question("b", relevant="a.z == 1")),
            ["/pages/0/questions/1/relevant"],
        ),
        (
            raw_questionnaire() | {"pages": [page("p", raw_question("a")), page("p", raw_question("b"))]},
            ["/pages/1"],
        ),
        (
            raw_questionnaire() | {"pages": [page("p", raw_question("a"), relevant="a == 1")]},
            ["/pages/0/relevant"],
        ),
        (raw_questionnaire(*(raw_question(f"q{n}") for n in range(MAX_QUESTIONS + 1))), ["/pages"]),
        (
            raw_questionnaire(
                *(raw_question(f"q{n}", "single", choices=choices(*map(str, range(20)))) for n in range(3)),
                weight_to=["q0", "q1", "q2"],
            ),
            ["/weight_to"],
        ),
        ([], [""]),
        ("x", [""]),
    ],
)
def test_a_fault_is_named_where_it_is(raw: object, places: list[str]) -> None:
    """One fault gives one error with its JSON pointer."""
    assert places == faults(raw)


def test_all_faults_come_at_once() -> None:
    """Who mends a questionnaire sees everything in one go."""
    raw = raw_questionnaire(raw_question("a", low=5, high=1), raw_question("b", "text", other=True), step=1)

    assert ["/step", "/pages/0/questions/0/high", "/pages/0/questions/1/other"] == faults(raw)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False) | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["id", "title", "bg", "pages", "questions", "kind"]), inner, max_size=4)
        ),
        max_leaves=20,
    )
)
def test_any_json_is_a_questionnaire_or_refused(raw: object) -> None:
    """Reading raises nothing but Invalid."""
    with pytest.raises(Invalid):
        read_questionnaire(raw, LEAST_STEP)
