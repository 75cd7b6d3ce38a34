"""Numbers of many different values, put into bins of round width."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.surveys.domain.sums import Sum, together

_MOST_BINS = 20
_ROUND = (Decimal(1), Decimal(2), Decimal(5))


@dataclass(frozen=True)
class Bin:
    """The answers from `at_least` up to, but not, `below`."""

    at_least: Decimal
    below: Decimal
    answers: Sum


def binned(values: Mapping[Decimal, Sum]) -> tuple[Bin, ...]:
    """Put two or more different values into at most 20 bins, 1, 2 or 5 times a power of ten wide.

    Each begins at a multiple of the width.
    """
    width = _width(max(values) - min(values))
    groups: dict[Decimal, list[Sum]] = {}
    for value, part in values.items():
        groups.setdefault(value // width * width - (width if value < 0 and value % width else 0), []).append(part)
    return tuple(Bin(edge, edge + width, together(groups.get(edge, ()))) for edge in _edges(groups, width))


def _edges(groups: Iterable[Decimal], width: Decimal) -> list[Decimal]:
    first, last = min(groups), max(groups)
    return [first + width * step for step in range(int((last - first) / width) + 1)]


def _width(reach: Decimal) -> Decimal:
    """The smallest round width that needs at most 20 bins, wherever the first begins."""
    needed = reach / (_MOST_BINS - 1)
    power = Decimal(1).scaleb(needed.adjusted())
    return next(step * power for step in (*_ROUND, Decimal(10)) if step * power >= needed)
