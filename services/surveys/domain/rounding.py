"""Public figures are rounded, so that small differences of weights tell nothing of single people.

Shares to 0.001, means to 0.01, the design effect to 0.1, the effective number to a whole one.
"""

from typing import Any, TypeVar

from pydantic import BaseModel

from services.surveys.domain.figures import Said, WeightingFigures

_DIGITS = {
    "share": 3,
    "low": 3,
    "high": 3,
    "mention": 3,
    "first": 3,
    "mean": 2,
    "sd": 2,
    "mean_low": 2,
    "mean_high": 2,
    "median": 2,
    "mean_rank": 2,
    "design_effect": 1,
    "effective_n": 0,
}

M = TypeVar("M", bound=BaseModel)
S = TypeVar("S", bound=Said)


def rounded(said: S) -> S:
    """Round the figures of one base and of its options."""
    lists = {
        name: tuple(_rounded_fields(part) for part in getattr(said, name))
        for name in ("choices", "values", "bins", "items")
        if getattr(said, name)
    }
    return _rounded_fields(said).model_copy(update=lists)


def rounded_weighting(weighting: WeightingFigures) -> WeightingFigures:
    trimmed = weighting.trimmed
    if trimmed is None:
        return _rounded_fields(weighting)
    off = {question: round(share, 3) for question, share in trimmed.margins_off.items()}
    update = {"trimmed": trimmed.model_copy(update={"margins_off": off})}
    return _rounded_fields(weighting).model_copy(update=update)


def _rounded_fields(figures: M) -> M:
    update: dict[str, Any] = {}  # Any: the model's fields
    for name in figures.model_fields_set & _DIGITS.keys():
        value = getattr(figures, name)
        update[name] = value if value is None else round(value, _DIGITS[name])
    return figures.model_copy(update=update)
