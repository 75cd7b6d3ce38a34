"""Raking: weights that bring respondents to known margins, and their trimming."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

_TOLERANCE = 1e-10
_MOST_ROUNDS = 500


@dataclass(frozen=True)
class Group:
    """Respondents who are alike for weighting: how many, and their group in each margin (None: not answered)."""

    groups: tuple[int | None, ...]
    n: int


@dataclass(frozen=True)
class Raked:
    """One weight for each group of respondents, of mean 1 over the respondents."""

    weights: tuple[float, ...]
    converged: bool


def rake(respondents: Sequence[Group], targets: Sequence[Sequence[float]]) -> Raked:
    """Scale to each margin in turn until all are within 1e-10. Deming & Stephan (1940), Ann. Math. Stat. 11:427-444.

    Those who did not answer a margin's question keep their weight when it is scaled; its shares are shares of those
    who did. Margins that contradict each other stop after a bounded number of rounds, with `converged` false.
    """
    totals = [float(group.n) for group in respondents]
    members = [_members(respondents, margin, len(shares)) for margin, shares in enumerate(targets)]
    rounds = 0
    while (error := max(_errors(totals, members, targets), default=0.0)) > _TOLERANCE and rounds < _MOST_ROUNDS:
        for groups, shares in zip(members, targets, strict=True):
            _scale(totals, groups, shares)
        rounds += 1
    scale = sum(group.n for group in respondents) / (fsum(totals) or 1.0)
    weights = tuple(total / group.n * scale for total, group in zip(totals, respondents, strict=True))
    return Raked(weights, error <= _TOLERANCE)


def margin_errors(
    respondents: Sequence[Group], weights: Sequence[float], targets: Sequence[Sequence[float]]
) -> tuple[float, ...]:
    """How far each margin is from its targets: its largest difference of shares."""
    totals = [group.n * weight for group, weight in zip(respondents, weights, strict=True)]
    members = [_members(respondents, margin, len(shares)) for margin, shares in enumerate(targets)]
    return _errors(totals, members, targets)


def _errors(
    totals: Sequence[float], members: Sequence[Sequence[Sequence[int]]], targets: Sequence[Sequence[float]]
) -> tuple[float, ...]:
    found = []
    for groups, shares in zip(members, targets, strict=True):
        sums = [fsum(totals[at] for at in group) for group in groups]
        whole = fsum(sums) or 1.0
        found.append(max(abs(part / whole - share) for part, share in zip(sums, shares, strict=True)))
    return tuple(found)


def _members(respondents: Sequence[Group], margin: int, groups: int) -> list[list[int]]:
    members: list[list[int]] = [[] for _ in range(groups)]
    for at, group in enumerate(respondents):
        chosen = group.groups[margin]
        if chosen is not None:
            members[chosen].append(at)
    return members


def _scale(totals: list[float], groups: Sequence[Sequence[int]], shares: Sequence[float]) -> None:
    sums = [fsum(totals[at] for at in group) for group in groups]
    whole = fsum(sums)
    for group, part, share in zip(groups, sums, shares, strict=True):
        factor = share * whole / part if part > 0 else 1.0
        for at in group:
            totals[at] *= factor


def trim(weights: Sequence[float], counts: Sequence[int], cap: float) -> tuple[float, ...]:
    """Cap weights of mean 1 at `cap`, spread the excess over the others in proportion, repeat. Potter (1990)."""
    n = sum(counts)
    trimmed = list(weights)
    capped: set[int] = set()
    while above := {at for at, weight in enumerate(trimmed) if weight > cap and at not in capped}:
        capped |= above
        others = [at for at in range(len(trimmed)) if at not in capped]
        left = fsum(trimmed[at] * counts[at] for at in others)
        room = n - cap * sum(counts[at] for at in capped)
        factor = room / left if left > 0 else 1.0
        trimmed = [cap if at in capped else weight * factor for at, weight in enumerate(trimmed)]
    return tuple(trimmed)


def design_effect(weights: Sequence[float], counts: Sequence[int]) -> float:
    """How much weighting widens the variance: n·Σw²/(Σw)². Kish (1965), Survey Sampling. 1 where nobody answered."""
    total = fsum(weight * n for weight, n in zip(weights, counts, strict=True))
    squares = fsum(weight * weight * n for weight, n in zip(weights, counts, strict=True))
    return sum(counts) * squares / (total * total) if total > 0 else 1.0


def collapsed(groups: Sequence[tuple[int | None, ...]], counts: Sequence[int]) -> Mapping[tuple[int | None, ...], int]:
    """Add up the cells that are alike for weighting, in the order of their first one."""
    alike: dict[tuple[int | None, ...], int] = {}
    for key, n in zip(groups, counts, strict=True):
        alike[key] = alike.get(key, 0) + n
    return alike
