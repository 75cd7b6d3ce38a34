"""The three sums over responses that every share, mean and variance is made of.

Weights are added as whole numbers of 2^-s, with s as large as 64 bits allow: so the sums do not depend on the order of
the cells, nor on the machine, and a rebuild finds the same to the bit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

import numpy as np
from numpy.typing import NDArray

_BITS = 61
_FINEST = 50
"""Bits behind the point of a weight: a double holds no more of one that is near 1."""


@dataclass(frozen=True, slots=True)
class Sum:
    """Responses that say something: how many, their weights, and their squared weights."""

    count: int
    weight: float
    square: float


NOBODY = Sum(0, 0.0, 0.0)

Sums = Mapping[str, Sum]
"""The sums of a question, by the keys of what was said."""


class Table:
    """Counts of cells as a matrix: a line for each cell, a column for each key of each question, in their order."""

    def __init__(self, cells: Sequence[Mapping[str, Mapping[str, int]]]) -> None:
        known: dict[str, set[str]] = {}
        for cell in cells:
            for question, keys in cell.items():
                known.setdefault(question, set()).update(keys)
        columns = [(question, key) for question in sorted(known) for key in sorted(known[question])]
        places: dict[str, dict[str, int]] = {question: {} for question in known}
        for at, (question, key) in enumerate(columns):
            places[question][key] = at
        lines, at_columns, values = list[int](), list[int](), list[int]()
        for line, cell in enumerate(cells):
            for question, keys in cell.items():
                there = places[question]
                at_columns += [there[key] for key in keys]
                values += keys.values()
            lines += [line] * (len(values) - len(lines))
        counts = np.zeros((len(cells), len(columns)), np.int64)
        counts[lines, at_columns] = values
        self._columns = columns
        self._counts = counts

    def sums(self, weights: Sequence[float], lines: Sequence[int] | None = None) -> dict[str, dict[str, Sum]]:
        """Add up each key of each question over all cells, or those named; what nobody said is left out."""
        weight = np.asarray(weights, np.float64)
        counts = self._counts
        if lines is not None:
            counts, weight = counts[lines], weight[list(lines)]
        found: dict[str, dict[str, Sum]] = {}
        added = (counts.sum(0).tolist(), _weighted(counts, weight), _weighted(counts, weight * weight))
        for (question, key), count, total, square in zip(self._columns, *added, strict=True):
            if count:
                found.setdefault(question, {})[key] = Sum(count, total, square)
        return found


def _weighted(counts: NDArray[np.int64], factors: NDArray[np.float64]) -> list[float]:
    if not len(factors):
        return [0.0] * counts.shape[1]
    largest = max(1, int(factors.max()) + 1)
    bits = min(
        _FINEST,
        _BITS - largest.bit_length() - max(1, int(counts.sum(1).max())).bit_length() - len(factors).bit_length(),
    )
    whole = np.rint(np.ldexp(factors, bits)).astype(np.int64)
    added: list[float] = np.ldexp((counts * whole[:, None]).sum(0).astype(np.float64), -bits).tolist()
    return added


def together(parts: Iterable[Sum]) -> Sum:
    """Add up sums of different responses."""
    known = list(parts)
    return Sum(
        sum(part.count for part in known),
        fsum(part.weight for part in known),
        fsum(part.square for part in known),
    )
