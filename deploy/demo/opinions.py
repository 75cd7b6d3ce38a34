"""What the example respondents say. Every level here is ours: an example of answers, never a finding about a place."""

from collections.abc import Mapping, Sequence
from random import Random

from deploy.demo.respondents import Respondent, pick

FIELDS = ("roads", "water", "cleanliness", "employment", "influence")
LOWEST, HIGHEST = 1, 5
LOW_INFLUENCE = 2
"""The questionnaire asks `heard` only of those who rate their influence so or lower."""
MIDDLE = 3

SATISFACTION = {"roads": 3.2, "water": 3.35, "cleanliness": 3.85, "employment": 2.6, "influence": 3.05}
BY_PLACE: Mapping[str, Mapping[str, float]] = {
    "town": {"roads": 0.2, "water": 0.25, "cleanliness": 0.05, "employment": 0.1},
    "resort": {"water": -0.2, "cleanliness": -0.15, "employment": 0.4},
    "village": {"roads": -0.1, "water": -0.1, "employment": -0.2},
    "small_village": {"roads": -0.5, "water": -0.55, "employment": -0.5, "influence": 0.25},
}
BY_AGE: Mapping[str, Mapping[str, float]] = {
    "15_29": {"employment": -0.3, "influence": -0.25},
    "30_44": {"roads": -0.05, "employment": -0.05},
    "45_64": {"influence": 0.05},
    "65_plus": {"roads": -0.1, "cleanliness": 0.15, "influence": 0.1},
}
UNSURE = {"roads": 0.02, "water": 0.04, "cleanliness": 0.02, "employment": 0.06, "influence": 0.08}
UNSURE_RETIRED = {"employment": 0.22}

IMPORTANCE = {"roads": 4.3, "water": 4.2, "cleanliness": 4.0, "employment": 4.1, "influence": 3.6}
IMPORTANCE_BY_AGE: Mapping[str, Mapping[str, float]] = {
    "15_29": {"employment": 0.4, "influence": -0.1},
    "30_44": {"employment": 0.3},
    "45_64": {},
    "65_plus": {"employment": -0.6, "cleanliness": 0.2},
}
UNRATED = 0.04
WITHOUT_HEARD, WITHOUT_VISION, WITHOUT_PRIORITIES = 0.15, 0.06, 0.05
"""Shares of those asked who leave the question out."""
WITH_IDEA = 0.09

HEARD = {"meetings": 5, "answers": 6, "early": 5, "budget": 4, "online": 3, "representative": 2}
VISION = {"all_year": 5, "young": 6, "care": 3, "villages": 2, "nature": 4, "open": 2}
PRIORITIES = {
    "roads": 7,
    "water": 6,
    "cleanliness": 3,
    "jobs": 6,
    "health": 6,
    "education": 4,
    "care": 3,
    "tourism": 3,
    "transport": 2,
    "culture": 2,
}
FAVOURED: Mapping[str, Mapping[str, float]] = {
    "15_29": {"jobs": 2.0, "culture": 2.5, "health": 0.5, "care": 0.3, "young": 1.8, "online": 2.5},
    "30_44": {"jobs": 1.5, "education": 2.2, "young": 1.3, "online": 1.5},
    "45_64": {"tourism": 1.3, "all_year": 1.3},
    "65_plus": {"health": 2.2, "care": 2.2, "jobs": 0.5, "education": 0.6, "meetings": 1.8, "online": 0.3},
    "town": {"cleanliness": 1.3, "culture": 1.2, "transport": 0.3, "villages": 0.3},
    "resort": {"tourism": 1.5, "water": 1.3, "nature": 1.5},
    "village": {"transport": 1.8, "villages": 2.0, "representative": 1.8},
    "small_village": {"transport": 3.5, "roads": 1.5, "health": 1.2, "villages": 3.5, "representative": 2.5},
}


def satisfaction(rng: Random, who: Respondent) -> dict[str, str]:
    """Rate the five fields; one person's ratings go together, for some people are easier to please."""
    mood = 0.5 * _noise(rng)
    rated = {field: _rated(rng, _level(SATISFACTION, field, who) + mood) for field in FIELDS}
    unsure = UNSURE | UNSURE_RETIRED if who.age == "65_plus" else UNSURE
    return {field: "" if rng.random() < unsure[field] else str(rated[field]) for field in FIELDS}


def importance(rng: Random, who: Respondent, satisfied: Mapping[str, str]) -> dict[str, str]:
    """Rate how much each field matters: a little more where it is bad."""
    return {field: _importance_of(rng, who, field, satisfied[field]) for field in FIELDS}


def heard(rng: Random, who: Respondent, influence: str) -> str:
    """Choose one to three ways to be heard, if asked at all; codes joined by «|»."""
    asked = influence != "" and int(influence) <= LOW_INFLUENCE
    answers = rng.random() >= WITHOUT_HEARD
    count = pick(rng, [(1, 3.0), (2, 4.0), (3, 3.0)])
    chosen = _several(rng, _favoured(HEARD, who), count)
    return "|".join(code for code in HEARD if code in chosen) if asked and answers else ""


def vision(rng: Random, who: Respondent) -> str:
    answers = rng.random() >= WITHOUT_VISION
    return pick(rng, _favoured(VISION, who)) if answers else ""


def priorities(rng: Random, who: Respondent) -> str:
    """Rank up to three things, first things first; codes joined by «|»."""
    answers = rng.random() >= WITHOUT_PRIORITIES
    count = pick(rng, [(3, 86.0), (2, 9.0), (1, 5.0)])
    return "|".join(_several(rng, _favoured(PRIORITIES, who), count)) if answers else ""


def idea(rng: Random, who: Respondent, ideas: Sequence[str]) -> str:
    """Give one of our sentences, now and then; they are all Bulgarian."""
    answers = rng.random() < WITH_IDEA and who.language == "bg"
    return ideas[int(rng.random() * len(ideas))] if answers else ""


def _importance_of(rng: Random, who: Respondent, field: str, satisfied: str) -> str:
    missed = 0.15 * (MIDDLE - int(satisfied)) if satisfied else 0.0
    level = IMPORTANCE[field] + IMPORTANCE_BY_AGE[who.age].get(field, 0.0) + missed
    rated = _rated(rng, level)
    return "" if rng.random() < UNRATED else str(rated)


def _level(base: Mapping[str, float], field: str, who: Respondent) -> float:
    return base[field] + BY_PLACE[who.place].get(field, 0.0) + BY_AGE[who.age].get(field, 0.0)


def _rated(rng: Random, level: float) -> int:
    return min(HIGHEST, max(LOWEST, int(level + _noise(rng) + 0.5)))


def _noise(rng: Random) -> float:
    """Return a bell of mean 0 and deviation 1, from sums alone: `math` may differ in the last bit between machines."""
    return 2 * (rng.random() + rng.random() + rng.random() - 1.5)


def _favoured(codes: Mapping[str, float], who: Respondent) -> list[tuple[str, float]]:
    by_age, by_place = FAVOURED[who.age], FAVOURED[who.place]
    return [(code, weight * by_age.get(code, 1.0) * by_place.get(code, 1.0)) for code, weight in codes.items()]


def _several(rng: Random, weighted: Sequence[tuple[str, float]], count: int) -> list[str]:
    left, chosen = list(weighted), list[str]()
    for _ in range(count):
        chosen.append(pick(rng, left))
        left = [(code, weight) for code, weight in left if code != chosen[-1]]
    return chosen
