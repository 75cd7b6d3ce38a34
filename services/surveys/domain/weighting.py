"""The weight of each cell of a survey, so that respondents stand for the population in its known margins."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.surveys.domain.margins import Margin, prepared
from services.surveys.domain.raking import Group, collapsed, design_effect, margin_errors, rake, trim

CAP = 5.0
"""The largest weight, in means of the weights."""

Margins = Mapping[str, Mapping[str, float]]
"""For each weighting question, how many people of the population each code stands for (or their shares)."""


@dataclass(frozen=True)
class Weighting:
    """Weights of mean 1, one for each cell in the order given, and how they came about.

    Attributes:
        weights: one for each cell.
        to: the questions that were weighted to, sorted.
        dropped: those that had to be left out, because fewer than two categories had enough respondents.
        merged: for each question, the categories that were put together, if any.
        converged: whether all margins were reached before trimming.
        capped: whether a weight was trimmed.
        margins_off: for each question, how far its margin is from the population's after trimming, as a share.
        design_effect: Kish's.
        effective_n: respondents divided by the design effect.
    """

    weights: tuple[float, ...]
    to: tuple[str, ...]
    dropped: tuple[str, ...]
    merged: Mapping[str, tuple[str, ...]]
    converged: bool
    capped: bool
    margins_off: Mapping[str, float]
    design_effect: float
    effective_n: float


def weigh(cells: Sequence[tuple[Mapping[str, str], int]], margins: Margins, cap: float = CAP) -> Weighting:
    """Weight cells (code of each weighting question, respondents) to margins.

    Who did not answer a weighting question, or answered what the margin does not know, is not moved by that margin.
    """
    ready = {question: _margin(question, cells, margins[question]) for question in sorted(margins)}
    used = [margin for margin in ready.values() if margin is not None]
    keys = [tuple(margin.group_of.get(cell.get(margin.question, "")) for margin in used) for cell, _ in cells]
    respondents = [Group(groups, n) for groups, n in collapsed(keys, [n for _, n in cells]).items() if n > 0]
    counts = [group.n for group in respondents]
    targets = [margin.targets for margin in used]
    raked = rake(respondents, targets)
    trimmed = trim(raked.weights, counts, cap)
    weight_of = dict(zip([group.groups for group in respondents], trimmed, strict=True))
    effect = design_effect(trimmed, counts)
    return Weighting(
        weights=tuple(weight_of.get(key, 1.0) for key in keys),
        to=tuple(margin.question for margin in used),
        dropped=tuple(question for question, margin in ready.items() if margin is None),
        merged={margin.question: margin.merged for margin in used if margin.merged},
        converged=raked.converged,
        capped=trimmed != raked.weights,
        margins_off=dict(
            zip([margin.question for margin in used], margin_errors(respondents, trimmed, targets), strict=True)
        ),
        design_effect=effect,
        effective_n=sum(counts) / effect,
    )


def _margin(
    question: str, cells: Sequence[tuple[Mapping[str, str], int]], population: Mapping[str, float]
) -> Margin | None:
    respondents: Counter[str] = Counter()
    for cell, n in cells:
        respondents[cell.get(question, "")] += n
    return prepared(question, respondents, population)
