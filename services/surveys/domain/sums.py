"""The three sums over responses that every share, mean and variance is made of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum


@dataclass(frozen=True)
class Sum:
    """Responses that say something: how many, their weights, and their squared weights."""

    count: int
    weight: float
    square: float


NOBODY = Sum(0, 0.0, 0.0)


@dataclass(frozen=True)
class WeightedCell:
    """The counts of one cell, whose responses weigh the same."""

    weight: float
    counts: Mapping[str, Mapping[str, int]]


def sums_of(question_id: str, cells: Sequence[WeightedCell]) -> dict[str, Sum]:
    """Add up each key of a question over cells; the sums are exact, so that the order of the cells does not matter."""
    found: dict[str, list[tuple[int, float]]] = {}
    for cell in cells:
        for key, count in cell.counts.get(question_id, {}).items():
            found.setdefault(key, []).append((count, cell.weight))
    return {key: _sum(found[key]) for key in sorted(found)}


def _sum(parts: Sequence[tuple[int, float]]) -> Sum:
    return Sum(
        sum(count for count, _ in parts),
        fsum([count * weight for count, weight in parts]),
        fsum([count * weight * weight for count, weight in parts]),
    )


def together(parts: Iterable[Sum]) -> Sum:
    """Add up sums of different responses."""
    known = list(parts)
    return Sum(
        sum(part.count for part in known),
        fsum(part.weight for part in known),
        fsum(part.square for part in known),
    )
