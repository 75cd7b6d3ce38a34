"""The data set of the first municipality keeps its own promises: it adds up, fits its shapes and says what is ours."""

import csv
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from deploy.demo import respondents
from services.monitoring.bodies import PlanBody
from services.monitoring.domain.plan_rules import plan_faults

DEMO = Path(respondents.__file__).parent
FED = {"roads", "water", "cleanliness", "influence", "employment"}
ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")

Json = dict[str, Any]  # What json.loads gives.


@cache
def document(name: str) -> Any:  # A parsed JSON file may be a list or an object.
    return json.loads((DEMO / name).read_text(encoding="utf-8"))


@cache
def table(name: str) -> list[dict[str, str]]:
    with (DEMO / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def questions() -> dict[str, Json]:
    return {
        question["id"]: question for page in document("vision-2020.json")["pages"] for question in page["questions"]
    }


def codes(question: Json, of: str = "choices") -> set[str]:
    return {choice["code"] for choice in question[of]}


def texts(value: object) -> list[Json]:
    """Every {bg, …} object anywhere inside."""
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    if not isinstance(value, dict):
        return []
    return [value] if "bg" in value else [text for item in value.values() for text in texts(item)]


def faults(indicator: Json) -> list[str]:
    """What the rules of the logical framework would refuse at import."""
    target, band, tolerance = indicator["target"], indicator["band"], indicator["tolerance"]
    if indicator["direction"] == "hold":
        return [] if tolerance and band and band != {"low": None, "high": None} else ["hold without tolerance or band"]
    if target is None:
        return []
    distance = target["value"] - indicator["baseline"]["value"]
    wrong_way = distance <= 0 if indicator["direction"] == "up" else distance >= 0
    late = not 2014 <= int(target["period"]) <= 2020 or target["period"] < indicator["baseline"]["period"]
    return ["target against the direction"] * wrong_way + ["target outside the period"] * late


def test_settlements_add_up_to_the_census() -> None:
    """Age bands and sexes of each settlement add up to its residents, and all of them to the municipality."""
    rows = table("settlements.csv")
    bands = ["age_0_14", "age_15_29", "age_30_44", "age_45_64", "age_65_plus"]
    unequal = [
        row["ekatte"]
        for row in rows
        if not sum(int(row[band]) for band in bands)
        == int(row["male"]) + int(row["female"])
        == int(row["population_2021"])
    ]

    assert [] == unequal
    assert 15_958 == sum(int(row["population_2021"]) for row in rows)


def test_margins_add_up_to_residents_of_fifteen_and_over() -> None:
    """Each margin counts the same 13,963 people."""
    margins = document("margins.json")["margins"]

    assert {"settlement": 13_963, "age": 13_963, "sex": 13_963} == {
        name: sum(m.values()) for name, m in margins.items()
    }


def test_margins_follow_from_the_settlements() -> None:
    """The margin of settlement is total less 0–14, that of age the sum over settlements, and none is empty."""
    rows = table("settlements.csv")
    adults = {row["ekatte"]: int(row["population_2021"]) - int(row["age_0_14"]) for row in rows}
    ages = {age: sum(int(row[f"age_{age}"]) for row in rows) for age in respondents.AGES}
    margins = document("margins.json")["margins"]

    assert {code: adult for code, adult in adults.items() if adult} == margins["settlement"]
    assert ages == margins["age"]


def test_margin_of_sex_is_derived_by_its_rule() -> None:
    """Residents under 15, split as in the country, are taken from the men and women of the municipality."""
    rows = table("settlements.csv")
    children = sum(int(row["age_0_14"]) for row in rows)
    boys = round(children * 524_196 / (524_196 + 495_799))
    men, women = (sum(int(row[sex]) for row in rows) for sex in ("male", "female"))
    margins = document("margins.json")

    assert {"female": women - (children - boys), "male": men - boys} == margins["margins"]["sex"]
    assert ["sex"] == margins["derived"]


def test_weighting_questions_offer_exactly_the_margin_categories() -> None:
    """Whoever is weighted to the census can say where in it they stand."""
    survey, margins = document("vision-2020.json"), document("margins.json")
    offered = {name: codes(questions()[name]) for name in survey["weight_to"]}

    assert {name: set(categories) for name, categories in margins["margins"].items()} == offered
    assert margins["id"] == survey["margins"]


@pytest.mark.parametrize("name", ["margins.json", "plan.json", "units.json", "vision-2020.json"])
def test_every_text_is_there_in_both_languages(name: str) -> None:
    """Nobody meets an empty or a missing text."""
    lacking = [text for text in texts(document(name)) if not text.get("bg") or not text.get("en")]

    assert [] == lacking


def test_ids_of_the_plan_are_unique_and_well_formed() -> None:
    """Nodes and indicators can stand side by side in one tree."""
    plan = document("plan.json")
    ids = [item["id"] for item in plan["nodes"] + plan["indicators"]]

    assert len(ids) == len(set(ids))
    assert [] == [each for each in ids if not ID.fullmatch(each)]


def test_tree_has_objectives_priorities_and_measures_in_order() -> None:
    """A parent stands before its children and one level above them."""
    above = {"priority": "objective", "measure": "priority"}
    seen: dict[str, str] = {}
    misplaced = []
    for node in document("plan.json")["nodes"]:
        misplaced += [node["id"]] if seen.get(node["parent"]) != above.get(node["kind"]) else []
        seen[node["id"]] = node["kind"]

    assert [] == misplaced
    assert Counter(objective=4, priority=11, measure=20) == Counter(seen.values())


def test_titles_begin_without_codes() -> None:
    """A title is words; numbering is the page's."""
    plan = document("plan.json")
    coded = [item["id"] for item in plan["nodes"] + plan["indicators"] if not item["title"]["bg"][0].isupper()]

    assert [] == coded


def test_every_indicator_hangs_on_a_measure_and_a_unit() -> None:
    """No indicator is without its place or without somebody who answers for it."""
    plan = document("plan.json")
    measures = {node["id"] for node in plan["nodes"] if node["kind"] == "measure"}
    units = {unit["id"] for unit in document("units.json")}
    lost = [i["id"] for i in plan["indicators"] if i["node"] not in measures or i["responsible"] not in units]

    assert [] == lost
    assert (42, 9) == (len(plan["indicators"]), len(units))


def test_every_indicator_would_be_accepted() -> None:
    """None breaks the rules that are checked at import."""
    refused = {i["id"]: faults(i) for i in document("plan.json")["indicators"] if faults(i)}

    assert {} == refused


def test_plan_weighs_its_parts_equally() -> None:
    """The plan's own weights were not found, so none is invented."""
    plan = document("plan.json")

    assert {1} == {item["weight"] for item in plan["nodes"] + plan["indicators"]}


def test_plan_says_what_is_reconstructed() -> None:
    """The tree is ours throughout, 27 indicators have a baseline or a target of ours, and each says its origin."""
    plan = document("plan.json")

    assert (True, {True}) == (plan["reconstructed"], {node["reconstructed"] for node in plan["nodes"]})
    assert 27 == sum(indicator["reconstructed"] for indicator in plan["indicators"])
    assert all(item["origin"]["bg"] for item in [plan, *plan["nodes"], *plan["indicators"]])


def test_five_questions_feed_indicators() -> None:
    """The share of the two best marks of each field feeds one indicator of the year 2020."""
    feeds = [indicator["feed"] for indicator in document("plan.json")["indicators"] if indicator["feed"]]
    shared = {"survey": "vision-2020", "statistic": "share", "choices": ["4", "5"], "period": "2020"}

    assert FED == {feed["question"] for feed in feeds}
    assert all(feed == {**shared, "question": feed["question"]} for feed in feeds)


def test_values_belong_to_indicators_and_come_once() -> None:
    """Each value is a number of one period of an indicator of the plan."""
    known = {indicator["id"] for indicator in document("plan.json")["indicators"]}
    rows = table("values.csv")
    keys = [(row["indicator"], row["period"]) for row in rows]
    wrong = [row for row in rows if row["indicator"] not in known or not re.fullmatch(r"-?\d+(\.\d+)?", row["value"])]

    assert [] == wrong
    assert (176, 176) == (len(keys), len(set(keys)))


def test_values_are_not_finer_than_their_indicator_shows() -> None:
    """The decimals of an indicator suffice for all its values."""
    decimals = {indicator["id"]: indicator["decimals"] for indicator in document("plan.json")["indicators"]}
    finer = [row for row in table("values.csv") if len(row["value"].partition(".")[2]) > decimals[row["indicator"]]]

    assert [] == finer


def test_baselines_are_the_values_of_their_period() -> None:
    """A baseline and the value of the same period agree."""
    values = {(row["indicator"], row["period"]): float(row["value"]) for row in table("values.csv")}
    differing = [
        indicator["id"]
        for indicator in document("plan.json")["indicators"]
        if not indicator["feed"]
        and values.get((indicator["id"], indicator["baseline"]["period"])) != indicator["baseline"]["value"]
    ]

    assert [] == differing


def test_sources_are_named_in_words() -> None:
    """Every figure names a source of the list, in words."""
    named = {row["title_bg"] for row in table("sources.csv")}
    plan = {indicator["source"] for indicator in document("plan.json")["indicators"]}

    assert set() == (plan | {row["source"] for row in table("values.csv")}) - named


def test_monitoring_would_adopt_the_plan_with_its_units() -> None:
    """The service that keeps plans reads all that the files say and finds nothing to mend."""
    plan = PlanBody.model_validate_json(json.dumps(document("plan.json") | {"units": document("units.json")}))

    assert [] == plan_faults(plan.content())
