"""The way through a questionnaire, and answers read back in words."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.gateway.pages.sitting import Sitting, answer_in_words, seconds_for
from services.gateway.pages.words import Words
from shared.language import Language

CHOICES = [{"code": "a", "text": {"bg": "Улици"}}, {"code": "b", "text": {"bg": "Вода"}}]
ROWS = [{"code": "roads", "text": {"bg": "Пътища"}}, {"code": "water", "text": {"bg": "Вода"}}]


def a_question(kind: str, name: str = "q") -> dict[str, Any]:
    return {"id": name, "kind": kind, "text": {"bg": "Въпрос?"}, "choices": CHOICES, "rows": ROWS}


def the_words(language: Language = "bg") -> Words:
    return Words(language, UTC, datetime(2026, 11, 25, tzinfo=UTC))


def a_sitting(asked: list[str], answers: dict[str, Any]) -> Sitting:
    pages = [{"id": f"p{n}", "questions": [a_question("scale", f"q{n}")]} for n in (1, 2, 3)]
    return Sitting({"id": "s", "pages": pages}, "r" * 22, {"answers": answers, "asked": asked})


@pytest.mark.parametrize(
    ("kind", "answer", "lines"),
    [
        ("single", "a", ["Улици"]),
        ("single", "gone", ["gone"]),
        ("single", {"code": "other", "text": "<b>мост"}, ["друго: &lt;b&gt;мост"]),
        ("multiple", ["a", {"code": "other", "text": "мост"}], ["Улици", "друго: мост"]),
        ("rank", ["b", "a"], ["1. Вода", "2. Улици"]),
        ("matrix", {"water": 4}, ["Вода: 4"]),
        ("scale", 4, ["4"]),
        ("number", 1234.5, ["1\u00a0234,5"]),
        ("date", "2026-05-01", ["01.05.2026\u00a0г."]),
        ("text", "Автобус & мост", ["Автобус &amp; мост"]),
        ("text", None, []),
    ],
)
def test_an_answer_is_read_back_in_words(kind: str, answer: object, lines: list[str]) -> None:
    """Each kind is told as its giver would say it, and escaped."""
    assert lines == [str(line) for line in answer_in_words(a_question(kind), answer, the_words())]


def test_a_page_without_questions_is_passed_over() -> None:
    """Both ways lead past what is not asked."""
    sitting = a_sitting(["q1", "q3"], {})

    assert (3, 1, "check") == (sitting.after(1), sitting.before(3), sitting.after(3))


def test_going_on_leads_to_the_first_open_page() -> None:
    """Whoever has answered all comes to the check."""
    half, whole = a_sitting(["q1", "q2"], {"q1": 1}), a_sitting(["q1"], {"q1": 1})

    assert (2, "check") == (half.resume(), whole.resume())


def test_the_time_is_told_in_tens_of_seconds() -> None:
    """A matrix takes as long as its rows."""
    assert (10, 30) == (seconds_for([a_question("scale")]), seconds_for([a_question("matrix"), a_question("text")]))
