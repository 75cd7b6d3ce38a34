"""Intervals at 95 % for shares and means, and the size and margin of a drawn sample.

An open web survey is no random sample: its intervals are indicative, and the margin of error is not for it.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import atan2, ceil, cos, exp, inf, lgamma, log, log1p, pi, sin, sqrt

Z = 1.959963984540054
"""The normal quantile of a two-sided 95 %."""


@dataclass(frozen=True)
class Interval:
    """Where a figure lies, with 95 % confidence."""

    low: float
    high: float


def wilson(share: float, n: float) -> Interval:
    """The interval of a share of `n` (an effective number where weighted). E. B. Wilson (1927), JASA 22:209-212."""
    if n == inf:
        return Interval(share, share)
    spread = Z * Z / n
    centre = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * sqrt(share * (1 - share) / n + spread / (4 * n))
    low = 0.0 if share <= 0 else max(0.0, centre - half)
    high = 1.0 if share >= 1 else min(1.0, centre + half)
    return Interval(low, high)


def finite_n(n: int, population: int) -> float:
    """The sample size that an infinite population would need for the same precision: n(N-1)/(N-n), inf for a census."""
    return inf if n >= population else n * (population - 1) / (population - n)


def margin_of_error(n: int, population: int | None = None, share: float = 0.5, design_effect: float = 1.0) -> float:
    """Half the interval of a share in a drawn sample of `n` out of `population`. Cochran (1977), chapters 2 and 3."""
    part = 1.0 if population is None else _uncounted(n, population)
    return Z * sqrt(design_effect * share * (1 - share) / n * part)


def _uncounted(n: int, population: int) -> float:
    return 0.0 if n >= population else (population - n) / (population - 1)


def infinite_sample_size(margin: float) -> float:
    """How many answers a share needs for this margin, out of very many. Cochran (1977), section 4.4."""
    return Z * Z * 0.25 / (margin * margin)


def sample_size(margin: float, population: int) -> int:
    """How many answers a share needs for this margin out of `population`, rounded up."""
    needed = infinite_sample_size(margin)
    return ceil(needed / (1 + (needed - 1) / population))


@lru_cache(maxsize=4096)
def t_quantile(degrees: int) -> float:
    """The quantile of Student's t that leaves 2.5 % above it, for whole degrees of freedom; exact to 1e-11.

    By its expansion around the normal one, A&S 26.7.5, which is as exact from 200 degrees on; below it is
    where Newton's method begins. Abramowitz & Stegun (1964), Handbook of Mathematical Functions.
    """
    found: float = Z + sum(term / degrees**power for power, term in enumerate(_EXPANSION, 1))
    if degrees >= _MANY:
        return found
    for _ in range(_NEWTON):
        step = (_within(found, degrees) - 0.95) / (2 * _density(found, degrees))
        found -= step
        if abs(step) < _CLOSE:
            break
    return found


_MANY, _NEWTON, _CLOSE = 200, 8, 1e-7  # a step so small leaves an error of its square
_EXPANSION = (
    (Z**3 + Z) / 4,
    (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96,
    (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / 384,
    (79 * Z**9 + 776 * Z**7 + 1482 * Z**5 - 1920 * Z**3 - 945 * Z) / 92160,
)


def _within(t: float, degrees: int) -> float:
    """How much of Student's distribution lies between -t and t: the finite sums of A&S 26.7.3 and 26.7.4."""
    angle = atan2(t, sqrt(degrees))
    cosine, odd = cos(angle), degrees % 2
    term, total = (cosine if odd else 1.0), 0.0
    for number in range(1 + odd, degrees, 2):
        total += term
        term *= cosine * cosine * number / (number + 1)
    return 2 / pi * (angle + sin(angle) * total) if odd else sin(angle) * total


def _density(t: float, degrees: int) -> float:
    scale = lgamma((degrees + 1) / 2) - lgamma(degrees / 2) - log(degrees * pi) / 2
    return exp(scale - (degrees + 1) / 2 * log1p(t * t / degrees))
