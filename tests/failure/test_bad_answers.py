"""Answers that don't fit: one error a question, and not one of them counted, whatever was asked."""

import asyncio
from collections.abc import Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.events.surveys import ResponseSubmitted
from tests.unit.surveys.square import a_square, client_id

Json = Any  # a questionnaire or answers, as they are sent

CHOICES = [{"code": code, "text": {"bg": code}} for code in "abcd"]
ROWS = [{"code": code, "text": {"bg": code}} for code in ("r1", "r2")]
SHAPES: Mapping[str, Json] = {
    "single": {"choices": CHOICES, "other": True},
    "multiple": {"choices": CHOICES, "minimum": 1, "maximum": 2},
    "rank": {"choices": CHOICES, "maximum": 3},
    "scale": {"low": 1, "high": 5},
    "matrix": {"low": 1, "high": 5, "rows": ROWS},
    "number": {"low": -10, "high": 10.5},
    "date": {},
    "text": {},
}
FITTING: Mapping[str, st.SearchStrategy[Json]] = {
    "single": st.sampled_from([*"abcd", {"code": "other", "text": "свое"}]),
    "multiple": st.lists(st.sampled_from("abcd"), min_size=1, max_size=2, unique=True),
    "rank": st.lists(st.sampled_from("abcd"), min_size=1, max_size=3, unique=True),
    "scale": st.integers(1, 5),
    "matrix": st.fixed_dictionaries({"r1": st.integers(1, 5), "r2": st.integers(1, 5)}),
    "number": st.integers(-10, 10) | st.floats(-10, 10.5, allow_nan=False),
    "date": st.dates(date(1900, 1, 1), date(2100, 12, 31)).map(str),
    "text": st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=50),
}
ODD_TEXTS = ("a\u0007", "д" * 4_001, "x\u0085x", "a\uffff")
SPOILED: Mapping[str, tuple[Json, ...]] = {
    "single": (
        "e",
        "A",
        "а",
        1,
        True,
        ["a"],
        {"code": "a"},
        {"code": "other"},
        {"code": "other", "text": " "},
        "other",
    ),
    "multiple": (["e"], ["a", "a"], list("abc"), "a", {"a": True}, [["a"]], [1], [{"code": "other", "text": "x"}]),
    "rank": (["a", "a"], list("abcd"), ["e"], "a", [1], [None]),
    "scale": (0, 6, -1, 2.5, "3", True, [3], 10**15),
    "matrix": ({"r3": 1}, {"r1": 0}, {"r1": "3"}, {"r1": True}, {"r1": 1.5}, [1, 2], 3, {"r1": None}),
    "number": (11, -10.5, "5", True, [5], 1e300, "١٢"),
    "date": ("31.12.2026", "2026-02-30", "2026-13-01", "1899-12-31", "2101-01-01", 20260501, "2026-5-1", "٢٠٢٦-٠٥-٠١"),
    "text": (5, True, ["a"], {"a": "b"}, *ODD_TEXTS),
}
WIDE, NARROW = "q0 >= 1", "q0 <= 2"
"""Conditions on the first question, a scale that is always answered."""


SCALE = {
    "title": {"bg": "Скала"},
    "pages": [{"id": "p", "questions": [{"id": "q0", "kind": "scale", "low": 1, "high": 5, "text": {"bg": "?"}}]}],
}


@dataclass
class Sheet:
    """A questionnaire, answers that fit it, and those of them that were spoiled, by question."""

    questionnaire: Json
    answers: dict[str, Json]
    spoiled: set[str] = field(default_factory=set)


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    """A questionnaire of up to eight questions, some of them asked on a condition, and answers that fit."""
    kinds = ["scale", *draw(st.lists(st.sampled_from(sorted(SHAPES)), min_size=1, max_size=7))]
    first = draw(FITTING["scale"])
    questions, answers = [], {"q0": first}
    for number, kind in enumerate(kinds):
        name, relevant = f"q{number}", draw(st.sampled_from([None, None, WIDE, NARROW])) if number else None
        required = number == 0 or draw(st.booleans())
        more = {"relevant": relevant} if relevant else {}
        questions.append({"id": name, "kind": kind, "text": {"bg": "?"}, "required": required, **SHAPES[kind], **more})
        is_asked = relevant != NARROW or first <= 2
        if number and is_asked and (required or draw(st.booleans())):
            answers[name] = draw(FITTING[kind])
    pages = [{"id": "p", "questions": questions}]
    return Sheet({"title": {"bg": "Създадена"}, "pages": pages}, answers)


@st.composite
def spoiled_sheets(draw: st.DrawFn) -> Sheet:
    """The same, with at least one answer that does not fit, is missing, or was not asked for."""
    sheet = draw(sheets())
    questions = sheet.questionnaire["pages"][0]["questions"]
    for question in draw(st.lists(st.sampled_from(questions[1:]), min_size=1, unique_by=lambda each: each["id"])):
        name, was_asked = question["id"], question.get("relevant") != NARROW or sheet.answers["q0"] <= 2
        if was_asked and question["required"] and draw(st.booleans()):
            sheet.answers.pop(name)
        else:
            sheet.answers[name] = draw(st.sampled_from(SPOILED[question["kind"]]))
        sheet.spoiled.add(name)
    if draw(st.booleans()):
        sheet.answers["q99"] = 1
        sheet.spoiled.add("q99")
    return sheet


class House:
    """A surveys service in memory, in which each example is a survey of its own."""

    def __init__(self) -> None:
        self.square = a_square()
        self.loop = asyncio.Runner()
        self.opened = 0

    def run(self, trial: Coroutine[Any, Any, None]) -> None:
        self.loop.run(trial)

    async def open(self, questionnaire: Json) -> str:
        """Open a survey under a new name."""
        self.opened += 1
        name = f"made-{self.opened}"
        await self.square.opened(questionnaire | {"id": name})
        await self.square.deliver()
        return name

    async def send(self, survey: str, answers: Json) -> tuple[int, list[str]]:
        """Send answers; answers the status and the questions that are told."""
        reply = await self.square.ask("PUT", f"/surveys/{survey}/responses/{client_id(1)}", {"answers": answers})
        errors = reply.json().get("errors", [])
        return reply.status_code, sorted(error["pointer"].removeprefix("/answers/") for error in errors)

    async def counted(self, survey: str) -> tuple[int, int]:
        """How many responses of a survey are kept, and how many events told of any."""
        await self.square.deliver()
        kept = [each async for each in self.square.documents.responses_of(survey)]
        told = [
            each for each in self.square.announced if isinstance(each, ResponseSubmitted) and each.survey_id == survey
        ]
        return len(kept), len(told)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    made = House()
    yield made
    made.loop.close()


@given(spoiled_sheets())
@settings(max_examples=150)
def test_answers_that_do_not_fit_are_told_by_question_and_none_is_counted(house: House, sheet: Sheet) -> None:
    """P-47: of any questionnaire, each answer that does not fit is told once, no other is, and nothing is counted."""

    async def tried() -> None:
        survey = await house.open(sheet.questionnaire)

        assert (422, sorted(sheet.spoiled)) == await house.send(survey, sheet.answers)
        assert (0, 0) == await house.counted(survey)

    house.run(tried())


@given(sheets())
@settings(max_examples=100)
def test_answers_that_fit_are_taken(house: House, sheet: Sheet) -> None:
    """P-47: of any questionnaire, answers that fit are taken, and counted once."""

    async def tried() -> None:
        survey = await house.open(sheet.questionnaire)

        assert (201, []) == await house.send(survey, sheet.answers)
        assert (1, 1) == await house.counted(survey)

    house.run(tried())


@given(st.lists(st.integers(1, 5), min_size=1, max_size=5), st.sampled_from(["x", "0", "6", "2,5", "1_0", "три"]))
@settings(max_examples=20)
def test_a_row_that_does_not_fit_keeps_the_others_out(house: House, marks: list[int], odd: str) -> None:
    """P-47: a file with a row that does not fit is told by row and column, and no row of it is counted."""

    async def tried() -> None:
        survey = await house.open(SCALE)
        rows = "".join(f'"{mark}"\n' for mark in [*marks, odd])
        path = f"/surveys/{survey}/responses/import"
        reply = await house.square.ask("POST", path, role="expert", content=f"q0\n{rows}".encode())

        assert [f"row {len(marks) + 2}, column A"] == [error["pointer"] for error in reply.json()["errors"]]
        assert (0, 0) == await house.counted(survey)

    house.run(tried())


@pytest.mark.parametrize("answers", [[], "x", None, {"q0": {"a": {"b": [1]}}}, {"q0": 1, "": 1}, {"q0": 1, "q0/~": 1}])
def test_answers_of_no_shape_are_refused(house: House, answers: Json) -> None:
    """P-47: what is not even answers by question is a 422 with its place."""

    async def tried() -> None:
        survey = await house.open(SCALE)
        status, places = await house.send(survey, answers)

        assert (422, 1) == (status, len(places))
        assert (0, 0) == await house.counted(survey)

    house.run(tried())
