"""Forms become answers, answers become fields, refusals become messages."""

from typing import Any

import pytest

from services.gateway.pages.fields import answers_of, faults_of, field

CHOICES = [{"code": code, "text": {"bg": code}} for code in ("a", "b", "c")]
ROWS = [{"code": row, "text": {"bg": row}} for row in ("roads", "water")]


def a_question(kind: str, **more: Any) -> dict[str, Any]:
    return {"id": "q", "kind": kind, "text": {"bg": "Въпрос?"}, "choices": CHOICES, "rows": ROWS} | more


@pytest.mark.parametrize(
    ("question", "form", "answer"),
    [
        (a_question("single"), {"q": ["a"]}, "a"),
        (
            a_question("single", other=True),
            {"q": ["other"], "q.other": [" мост "]},
            {"code": "other", "text": "мост"},
        ),
        (a_question("multiple"), {"q": ["a", "c"]}, ["a", "c"]),
        (a_question("multiple", other=True), {"q": ["other"], "q.other": ["x"]}, [{"code": "other", "text": "x"}]),
        (a_question("scale"), {"q": ["4"]}, 4),
        (a_question("number"), {"q": ["3,5"]}, 3.5),
        (a_question("number"), {"q": ["1\u00a0234"]}, 1234),
        (a_question("number"), {"q": ["\u22122"]}, -2),
        (a_question("number"), {"q": ["много"]}, "много"),
        (a_question("number"), {"q": ["1_000"]}, "1_000"),
        (a_question("number"), {"q": ["9" * 36]}, "9" * 36),
        (a_question("number"), {"q": ["NaN"]}, "NaN"),
        (a_question("number"), {"q": ["1e400"]}, "1e400"),
        (a_question("scale"), {"q": ["9" * 36]}, "9" * 36),
        (a_question("date"), {"q": ["2026-05-01"]}, "2026-05-01"),
        (a_question("text"), {"q": [" дума "]}, "дума"),
        (a_question("matrix"), {"q.roads": ["5"], "q.water": [""]}, {"roads": 5}),
        (a_question("rank", maximum=2), {"q.1": ["b"], "q.2": ["a"], "q.3": ["c"]}, ["b", "a"]),
    ],
)
def test_a_form_is_read_by_the_kind_of_question(
    question: dict[str, Any], form: dict[str, list[str]], answer: object
) -> None:
    """Each kind has its own fields; what is no number is kept for the service to refuse."""
    assert {"q": answer} == answers_of([question], form)


@pytest.mark.parametrize("kind", ["single", "multiple", "scale", "number", "date", "text", "matrix", "rank"])
def test_a_question_left_alone_is_left_out(kind: str) -> None:
    """Nothing given is no answer; „Не мога да преценя“ sends an empty value."""
    assert {} == answers_of([a_question(kind)], {"q": [""]})


def test_a_field_shows_the_answer_again() -> None:
    """Whoever comes back finds what was chosen."""
    drawn = field(a_question("multiple", other=True), ["b", {"code": "other", "text": "мост"}])

    assert (["b", "other"], "мост") == ([option.code for option in drawn.options if option.chosen], drawn.other_text)


def test_a_number_is_shown_with_a_comma() -> None:
    """A number stands in its field as it is written in Bulgarian."""
    assert field(a_question("number"), 3.5).value == "3,5"


def test_what_is_no_number_is_shown_as_typed() -> None:
    """Nothing that somebody typed is changed under their hands."""
    assert field(a_question("number"), "3.5 лв.").value == "3.5 лв."


def test_a_rank_keeps_its_places() -> None:
    """There are as many selects as places, those not given empty."""
    assert ("c", "", "") == field(a_question("rank"), ["c"]).places


def test_a_control_is_described_by_its_hint_and_its_error() -> None:
    """A screen reader hears both with the control."""
    assert field(a_question("text", hint={"bg": "…"}), None, "Напишете.").described == "q-hint q-error"


def test_a_refusal_names_each_question_once() -> None:
    """The first message of a question is shown; a matrix row's belongs to its question."""
    problem = {
        "errors": [
            {"pointer": "/answers/roads", "message": "едно"},
            {"pointer": "/answers/roads", "message": "друго"},
            {"pointer": "/answers/rates/water", "message": "ред"},
            {"pointer": "/language", "message": "език"},
        ]
    }

    assert {"roads": "едно", "rates": "ред", "": "език"} == faults_of(problem)
