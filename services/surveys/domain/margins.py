"""Known margins made ready for raking: categories that too few respondents stand for are put together."""

from collections.abc import Mapping
from dataclasses import dataclass

FEWEST = 5
"""Respondents that a category needs to be weighted on its own."""


@dataclass(frozen=True)
class Margin:
    """What raking brings a weighting question to.

    Attributes:
        question: the weighting question.
        group_of: the group of each code; a code without one counts as not answered.
        targets: the share of each group in the population, of sum 1.
        merged: codes put together into one group because respondents were too few; sorted.
    """

    question: str
    group_of: Mapping[str, int]
    targets: tuple[float, ...]
    merged: tuple[str, ...]


def prepared(
    question: str, respondents: Mapping[str, int], population: Mapping[str, float], fewest: int = FEWEST
) -> Margin | None:
    """Make a margin; None if fewer than two groups are left, so that there is nothing to weight to.

    Too small is a category with fewer than `fewest` respondents, or with nobody in the population (its respondents
    would weigh nothing). Such categories merge, smallest first, until together they are large enough.
    """

    def is_too_small(codes: list[str]) -> bool:
        there = sum(respondents.get(code, 0) for code in codes)
        return there < fewest or sum(population[code] for code in codes) <= 0

    waiting = sorted(population, key=lambda code: (not is_too_small([code]), respondents.get(code, 0), code))
    rest: list[str] = []
    while waiting and (is_too_small(waiting[:1]) or (rest and is_too_small(rest))):
        rest.append(waiting.pop(0))
    groups = [[code] for code in sorted(waiting)] + ([sorted(rest)] if rest else [])
    if len(groups) < 2:  # noqa: PLR2004 - two groups are the fewest that can be balanced
        return None
    total = sum(population.values())
    targets = tuple(sum(population[code] for code in codes) / total for codes in groups)
    group_of = {code: number for number, codes in enumerate(groups) for code in codes}
    return Margin(question, group_of, targets, tuple(sorted(rest)))
