"""Weighted shares and means with their intervals. Variances are linearised: n/(n-1)·Σ(w(y-p)/Σw)², no clusters."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, sqrt

from services.surveys.domain.intervals import t_quantile, wilson
from services.surveys.domain.sums import Sum

_HALF = 0.5 * (1 - 1e-12)
"""A cumulative weight that reaches one half but for rounding has reached it."""


@dataclass(frozen=True)
class Share:
    """A part of a base, with its 95 % interval."""

    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Mean:
    """A mean with its standard deviation and 95 % interval; None where one answer tells of no spread."""

    mean: float
    sd: float | None
    low: float | None
    high: float | None


def share_of(part: Sum, base: Sum) -> Share | None:
    """The share of `part` in `base`; None for an empty base."""
    if base.weight <= 0:
        return None
    share = 0.0 if part.count == 0 else 1.0 if part.count == base.count else min(part.weight / base.weight, 1.0)
    interval = wilson(share, _effective_n(share, part, base))
    return Share(share, interval.low, interval.high)


def _effective_n(share: float, part: Sum, base: Sum) -> float:
    if base.square == base.weight:
        return base.count  # Everybody weighs 1: the plain interval of a share, by the number of answers.
    variance = share_variance(share, part, base)
    if variance > 0 and 0 < share < 1:
        return share * (1 - share) / variance
    return base.weight * base.weight / base.square


def share_variance(share: float, part: Sum, base: Sum) -> float:
    """The linearised variance of a weighted share; 0 for a single answer."""
    if base.count < 2:  # noqa: PLR2004 - one answer tells of no spread
        return 0.0
    others = max(base.square - part.square, 0.0)
    squares = part.square * (1 - share) ** 2 + others * share**2
    return base.count / (base.count - 1) * squares / (base.weight * base.weight)


def mean_of(values: Sequence[tuple[float, Sum]]) -> Mean | None:
    """The weighted mean ± t(n-1) standard errors of values and who gave them; None where nobody did."""
    n = sum(part.count for _, part in values)
    weight = fsum(part.weight for _, part in values)
    if weight <= 0:
        return None
    mean = fsum(value * part.weight for value, part in values) / weight
    if n < 2:  # noqa: PLR2004 - one answer tells of no spread
        return Mean(mean, None, None, None)
    spread = n / (n - 1)
    sd = sqrt(spread * fsum(part.weight * (value - mean) ** 2 for value, part in values) / weight)
    squares = fsum(part.square * (value - mean) ** 2 for value, part in values)
    reach = t_quantile(n - 1) * sqrt(spread * squares) / weight
    return Mean(mean, sd, mean - reach, mean + reach)


def median_of(values: Sequence[tuple[float, Sum]]) -> float | None:
    """The lower weighted median: the first value, in order, at which the weights reach one half."""
    weight = fsum(part.weight for _, part in values)
    reached = 0.0
    for value, part in sorted(values, key=lambda pair: pair[0]):
        reached += part.weight
        if weight > 0 and reached >= weight * _HALF:
            return value
    return None
