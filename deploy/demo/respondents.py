"""Who gives the example responses: people drawn from the census of 2021, some more ready to answer than others.

The readiness figures are ours, chosen so that weighting has work to do; nothing was measured in the municipality.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TypeVar

T = TypeVar("T")

SETTLEMENTS = Path(__file__).with_name("settlements.csv")
AGES = ("15_29", "30_44", "45_64", "65_plus")
RESORTS = frozenset({"39459", "53120", "62788"})
"""Kranevo, Obrochishte and Rogachevo: the villages beside the sea resorts."""
SMALL_VILLAGE = 300
"""Residents under which a village counts as small."""

PLACE_READINESS = {"town": 1.2, "resort": 0.95, "village": 0.85, "small_village": 0.55}
AGE_READINESS = {"15_29": 0.6, "30_44": 0.95, "45_64": 1.15, "65_plus": 1.05}
WOMEN_READINESS = {"15_29": 1.1, "30_44": 1.2, "45_64": 1.25, "65_plus": 1.4}
"""How much more readily a woman of this age answers than a man."""
WOMEN_TILT = {"15_29": -0.03, "30_44": -0.02, "45_64": 0.0, "65_plus": 0.06}
"""How far the share of women at this age departs from their share in the settlement: women live longer."""
PAPER = {"15_29": 0.02, "30_44": 0.04, "45_64": 0.12, "65_plus": 0.38}
KIOSK = 0.04
UNSTATED_SEX = 0.03
ENGLISH = 0.015


@dataclass(frozen=True)
class Respondent:
    """Somebody who answers; `sex` is empty where it is not stated."""

    settlement: str
    place: str
    age: str
    sex: str
    channel: str
    language: str


@dataclass(frozen=True)
class _Cell:
    settlement: str
    place: str
    age: str
    women_share: float
    weight: float


def pick(rng: Random, weighted: Sequence[tuple[T, float]]) -> T:
    """Draw one item in proportion to its weight, with one call of `random()`."""
    total = 0.0
    for _, weight in weighted:
        total += weight  # The builtin sum() rounds otherwise from Python 3.12 on.
    left = rng.random() * total
    for item, weight in weighted:
        left -= weight
        if left < 0:
            return item
    return weighted[-1][0]


def census_cells() -> list[tuple[_Cell, float]]:
    """Return settlement × age, each with its residents times their readiness to answer."""
    with SETTLEMENTS.open(encoding="utf-8", newline="") as file:
        inhabited = [row for row in csv.DictReader(file) if row["population_2021"] != "0"]
    cells = [_cell(row, age) for row in inhabited for age in AGES]
    return [(cell, cell.weight) for cell in cells]


def draw_respondent(rng: Random, cells: Sequence[tuple[_Cell, float]]) -> Respondent:
    cell = pick(rng, cells)
    women = cell.women_share * WOMEN_READINESS[cell.age]
    sex = pick(rng, [("female", women), ("male", 1 - cell.women_share)])
    stated = rng.random() >= UNSTATED_SEX
    channel = pick(rng, [("paper", PAPER[cell.age]), ("kiosk", KIOSK), ("web", 1 - KIOSK - PAPER[cell.age])])
    english = rng.random() < ENGLISH and cell.place in ("town", "resort")
    return Respondent(cell.settlement, cell.place, cell.age, sex if stated else "", channel, "en" if english else "bg")


def _cell(row: dict[str, str], age: str) -> _Cell:
    place = _place(row)
    residents = int(row[f"age_{age}"])
    women_share = int(row["female"]) / int(row["population_2021"]) + WOMEN_TILT[age]
    return _Cell(row["ekatte"], place, age, women_share, residents * PLACE_READINESS[place] * AGE_READINESS[age])


def _place(row: dict[str, str]) -> str:
    if row["kind"] == "town":
        return "town"
    if row["ekatte"] in RESORTS:
        return "resort"
    return "small_village" if int(row["population_2021"]) < SMALL_VILLAGE else "village"
