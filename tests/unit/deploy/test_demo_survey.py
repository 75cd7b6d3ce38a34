"""The demo's survey is short and fits its plan; its example responses fit it and are made again byte for byte."""

import csv
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from deploy.demo import responses as made
from deploy.demo.opinions import FIELDS, LOW_INFLUENCE
from services.surveys.domain.answers import examined
from services.surveys.domain.checks import read_questionnaire
from services.surveys.domain.margin_sets import MarginSet, unmatched
from services.surveys.domain.reading import read_json
from services.surveys.domain.weighting import weigh

DEMO = Path(made.__file__).parent
RESPONSE = re.compile(r"[A-Za-z0-9_-]{22,64}")

Json = dict[str, Any]  # What json.loads gives.


@cache
def survey() -> Json:
    parsed: Json = json.loads((DEMO / "vision-2020.json").read_text(encoding="utf-8"))
    return parsed


def questions() -> dict[str, Json]:
    return {question["id"]: question for page in survey()["pages"] for question in page["questions"]}


def codes(question: Json, of: str = "choices") -> list[str]:
    return [choice["code"] for choice in question[of]]


def columns(question: Json) -> list[str]:
    """The columns that a question has in the file of responses."""
    rows = codes(question, "rows") if question["kind"] == "matrix" else []
    return [f"{question['id']}[{row}]" for row in rows] or [question["id"]]


def allowed(question: Json) -> list[str]:
    scale = question["kind"] in {"scale", "matrix"}
    return [str(mark) for mark in range(question["low"], question["high"] + 1)] if scale else codes(question)


def refused(row: dict[str, str], question: Json) -> list[str]:
    """What a response gives to a question and the question does not offer, or offers once and got twice."""
    several = question["kind"] in {"multiple", "rank"}
    cells = [row[column] for column in columns(question)]
    given = [code for cell in cells if cell for code in (cell.split("|") if several else [cell])]
    twice = [code for code, times in Counter(given).items() if times > 1] if several else []
    return [code for code in given if code not in allowed(question)] + twice


def answers_of(row: dict[str, str]) -> Json:
    """A response's answers in the form of the interface."""
    answers: Json = {}
    for question in questions().values():
        cells = {column: row[column] for column in columns(question) if row[column]}
        if question["kind"] == "matrix":
            answers[question["id"]] = {
                column[len(question["id"]) + 1 : -1]: int(mark) for column, mark in cells.items()
            }
        elif cells:
            answers[question["id"]] = parsed(question["kind"], row[question["id"]])
    return answers


def parsed(kind: str, cell: str) -> object:
    if kind == "scale":
        return int(cell)
    return cell.split("|") if kind in {"multiple", "rank"} else cell


@cache
def rows() -> list[dict[str, str]]:
    with (DEMO / "responses.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_survey_is_short() -> None:
    """Twelve to fifteen questions on four pages can be answered within 90 seconds."""
    assert 4 == len(survey()["pages"])
    assert 12 <= len(questions()) <= 15


def test_survey_is_open_and_live_in_steps_of_five() -> None:
    """The demo's results are public while the survey is open, weighted to the census."""
    said = {key: survey()[key] for key in ("id", "opens", "closes", "publish", "step", "weight_to", "languages")}

    assert {
        "id": "vision-2020",
        "opens": "2026-01-01",
        "closes": None,
        "publish": "live",
        "step": 5,
        "weight_to": ["settlement", "age", "sex"],
        "languages": ["bg", "en"],
    } == said


def test_ids_and_codes_are_unique() -> None:
    """No question id comes twice, nor a code within one question."""
    asked = [question for page in survey()["pages"] for question in page["questions"]]
    doubled = [
        question["id"]
        for question in asked
        for of in ("choices", "rows")
        if len(set(codes(question, of) if of in question else [])) != len(question.get(of, []))
    ]

    assert len(questions()) == len(asked)
    assert [] == doubled


def test_importance_is_asked_of_the_same_fields_as_satisfaction() -> None:
    """Importance and performance can be paired, on one scale."""
    satisfaction = [questions()[field] for field in FIELDS]

    assert set(FIELDS) == set(codes(questions()["importance"], "rows"))
    assert {("scale", 1, 5)} == {(question["kind"], question["low"], question["high"]) for question in satisfaction}
    assert (1, 5) == (questions()["importance"]["low"], questions()["importance"]["high"])


def test_only_place_and_age_are_required() -> None:
    """Nobody has to state their sex or to judge what they can't judge."""
    assert {"settlement", "age"} == {question["id"] for question in questions().values() if question["required"]}


def test_survey_says_that_its_responses_are_examples() -> None:
    """Whoever opens the survey is told that a program made the answers."""
    assert "примерни отговори" in survey()["note"]["bg"]


@pytest.mark.parametrize("again", [1, 2])
def test_responses_are_made_again_byte_for_byte(again: int) -> None:
    """The file is what the script makes, the first time and every time."""
    remade = [made.as_csv(made.responses()) for _ in range(again)][-1]

    assert (DEMO / "responses.csv").read_bytes() == remade.encode()


def test_another_seed_makes_other_responses() -> None:
    """The seed alone decides."""
    assert made.responses(1)[:3] != made.responses(2)[:3]


def test_header_names_every_question() -> None:
    """The columns are the ids of the response, then the questions in their order."""
    asked = [column for question in questions().values() for column in columns(question)]

    assert sorted(["response", "channel", "language", *asked]) == sorted(rows()[0])


def test_response_ids_are_long_enough_and_unique() -> None:
    """There are 1,200 of them, each as the interface asks."""
    ids = {row["response"] for row in rows()}

    assert (1200, 1200) == (len(rows()), len(ids))
    assert [] == [each for each in ids if not RESPONSE.fullmatch(each)]


def test_answers_fit_their_questions() -> None:
    """Every code, mark and rank is one that the question offers; only the open question is free."""
    closed = [question for question in questions().values() if question["kind"] != "text"]
    wrong = [(row["response"], question["id"]) for row in rows() for question in closed if refused(row, question)]

    assert [] == wrong
    assert 3 == max(len(row["priorities"].split("|")) for row in rows())


def test_required_answers_are_given() -> None:
    """Settlement and age are never missing."""
    assert [] == [row["response"] for row in rows() if not (row["settlement"] and row["age"])]


def test_nobody_answers_what_was_not_asked() -> None:
    """What would help to be heard is asked only of those who rate their influence 2 or lower."""
    relevant = questions()["heard"]["relevant"]
    unasked = [row for row in rows() if row["heard"] and int(row["influence"] or 5) > LOW_INFLUENCE]

    assert f"influence <= {LOW_INFLUENCE}" == relevant
    assert [] == unasked


def test_open_answers_are_our_own_sentences() -> None:
    """About forty different sentences, each of them written by us."""
    ours = set((DEMO / "ideas.txt").read_text(encoding="utf-8").splitlines())
    given = {row["idea"] for row in rows()} - {""}

    assert set() == given - ours
    assert 35 <= len(given)


def test_small_villages_are_under_represented() -> None:
    """Weighting has work to do: the town's share of the responses is higher than its share of the residents."""
    margin = json.loads((DEMO / "margins.json").read_text(encoding="utf-8"))["margins"]["settlement"]
    town_of_census = margin["02508"] / sum(margin.values())
    town_of_responses = sum(row["settlement"] == "02508" for row in rows()) / len(rows())

    assert town_of_responses > town_of_census + 0.05


def test_some_answers_are_missing() -> None:
    """Every question that may be left out is left out by somebody."""
    optional = [column for q in questions().values() if not q["required"] for column in columns(q)]

    assert [] == [column for column in optional if all(row[column] for row in rows())]


def test_surveys_take_the_questionnaire_as_it_is() -> None:
    """The service that asks it finds nothing to mend."""
    assert "vision-2020" == read_questionnaire(survey(), least_step=5).id


def test_surveys_take_the_margins_for_all_weighting_questions() -> None:
    """The service that weights finds a margin for each answer of each weighting question."""
    margins = read_json(MarginSet, json.loads((DEMO / "margins.json").read_text(encoding="utf-8")))

    assert [] == list(unmatched(read_questionnaire(survey(), least_step=5), margins))


def test_surveys_take_every_example_response() -> None:
    """No response would be refused, and none answers a question that it was not asked."""
    questionnaire = read_questionnaire(survey(), least_step=5)
    refusals = [row["response"] for row in rows() if examined(questionnaire, answers_of(row))[1]]

    assert [] == refusals


def test_responses_can_be_weighted_to_the_census() -> None:
    """Raking reaches all three margins, merges the smallest villages and pays a moderate design effect."""
    margins = json.loads((DEMO / "margins.json").read_text(encoding="utf-8"))["margins"]
    cells = Counter(tuple((name, row[name]) for name in survey()["weight_to"] if row[name]) for row in rows())
    weighting = weigh([(dict(cell), n) for cell, n in cells.items()], margins)

    assert weighting.converged
    assert ["settlement"] == list(weighting.merged)
    assert 1.1 < weighting.design_effect < 1.4
