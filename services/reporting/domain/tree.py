"""Up the tree: leaf weights, the sums that each node keeps, and the figures that they make (domain.md section 3).

Sums are integers of 1e-18 of the plan's whole weight: they fit 64 bits, add up to the same in any order, and a leaf of
a plan of ten thousand still has fourteen digits.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pydantic import BaseModel, ConfigDict, Field

from services.reporting.domain.progress import LeafStatus, Progress, Status, clipped, status_at

UNIT = 10**18
"""The plan's whole weight."""

ENOUGH = Fraction(1, 2)
"""Least coverage at which a node has a status."""

ROUNDING = Fraction(1, 10**12)
"""What rounded leaves may take off a score at most; it never decides on a status."""

ROOT = ""
"""The id of the node that stands for the whole plan."""


class Sums(BaseModel):
    """What a leaf adds to each node above it, and what a node has of all its leaves. Shares are clipped to 0..1.

    `weight` Σω, `with_data` Σω of leaves with data, `achieved` Σω·p, `expected` Σω·e, `delivered` Σω·min(p, e),
    `provisional` Σω of leaves that rest on provisional values; `statuses` counts leaves, none at 0.
    """

    model_config = ConfigDict(frozen=True)

    weight: int = 0
    with_data: int = 0
    achieved: int = 0
    expected: int = 0
    delivered: int = 0
    provisional: int = 0
    statuses: dict[LeafStatus, int] = Field(default_factory=dict)


_NUMBERS = ("weight", "with_data", "achieved", "expected", "delivered", "provisional")


def moved(sums: Sums, before: Sums, after: Sums) -> Sums:
    """Take one leaf's former part out of a node's sums and put its new part in."""
    numbers = {name: getattr(sums, name) - getattr(before, name) + getattr(after, name) for name in _NUMBERS}
    statuses = Counter(sums.statuses)
    statuses.subtract(before.statuses)
    statuses.update(after.statuses)
    return Sums(**numbers, statuses={status: count for status, count in sorted(statuses.items()) if count})


def part_of(weight: int, progress: Progress | None, status: LeafStatus, *, provisional: bool) -> Sums:
    """Tell what a leaf adds; `progress` is None where there is no data, and for context."""
    if progress is None:
        return Sums(weight=weight, statuses={status: 1})
    covered, expected = clipped(progress.covered), clipped(progress.expected)
    return Sums(
        weight=weight,
        with_data=weight,
        achieved=round(weight * covered),
        expected=round(weight * expected),
        delivered=round(weight * min(covered, expected)),
        provisional=weight if provisional else 0,
        statuses={status: 1},
    )


@dataclass(frozen=True)
class Figures:
    """A node's figures; a score never stands without its coverage. None where nothing is due or known."""

    score: Fraction | None
    achieved: Fraction | None
    expected: Fraction | None
    coverage: Fraction
    provisional: Fraction
    status: Status


def figures(sums: Sums) -> Figures:
    """Make a node's figures of its sums."""
    coverage = _share(sums.with_data, sums.weight) or Fraction(0)
    score = _share(sums.delivered, sums.expected)
    return Figures(
        score=score,
        achieved=_share(sums.achieved, sums.with_data),
        expected=_share(sums.expected, sums.with_data),
        coverage=coverage,
        provisional=_share(sums.provisional, sums.weight) or Fraction(0),
        status=_status(score, coverage, sums.statuses),
    )


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def _status(score: Fraction | None, coverage: Fraction, statuses: Mapping[LeafStatus, int]) -> Status:
    if coverage < ENOUGH:
        return "no_data"
    if coverage == 1 and not statuses.keys() - {"achieved", "context"}:
        return "achieved"
    if score is None:  # Nothing is due: as for one indicator, only a fall is off track.
        return "off_track" if statuses.get("off_track") else "on_track"
    return status_at(score + ROUNDING if score < 1 else score)


@dataclass(frozen=True)
class Member:
    """A node or an indicator with the node that it stands under, and its declared weight there."""

    id: str
    parent: str
    weight: Fraction


def leaf_weights(nodes: Sequence[Member], leaves: Sequence[Member]) -> dict[str, int]:
    """Tell each leaf's weight ω: the product of the normalised weights on its path, in units of 1/UNIT of the plan.

    Nodes come parents first. A node without anything to measure below it weighs nothing, so that the measures beside
    it carry the whole weight that was declared for their parent.
    """
    heavy = _with_leaves(nodes, [leaf for leaf in leaves if leaf.weight > 0])
    totals: dict[str, Fraction] = {}
    for member in (*heavy, *leaves):
        totals[member.parent] = totals.get(member.parent, Fraction(0)) + max(member.weight, Fraction(0))
    share = {ROOT: Fraction(1)}
    for node in heavy:
        share[node.id] = share.get(node.parent, Fraction(0)) * node.weight / totals[node.parent]
    return {
        leaf.id: round(UNIT * share.get(leaf.parent, Fraction(0)) * leaf.weight / totals[leaf.parent])
        if leaf.weight > 0
        else 0
        for leaf in leaves
    }


def _with_leaves(nodes: Sequence[Member], leaves: Sequence[Member]) -> list[Member]:
    wanted = {leaf.parent for leaf in leaves}
    heavy: list[Member] = []
    for node in reversed(nodes):
        if node.id in wanted and node.weight > 0:
            wanted.add(node.parent)
            heavy.append(node)
    return heavy[::-1]


def paths(nodes: Sequence[Member]) -> dict[str, tuple[str, ...]]:
    """Tell each node's way up: itself, its parent, and so on to the root. Nodes come parents first."""
    found: dict[str, tuple[str, ...]] = {ROOT: (ROOT,)}
    for node in nodes:
        found[node.id] = (node.id, *found[node.parent])
    return found
