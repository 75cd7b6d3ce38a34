"""Up the tree: the worked cases, weights, and what a node is called."""

from fractions import Fraction
from typing import Any

import pytest

from services.reporting.domain.progress import Progress
from services.reporting.domain.tree import ROOT, UNIT, Member, Sums, figures, leaf_weights, moved, part_of, paths
from tests.domain_cases import Case, cases

Flat = tuple[list[Member], list[tuple[Member, Progress | None]]]


def flattened(node: dict[str, Any], parent: str = ROOT) -> Flat:
    member = Member(node["id"], parent, exact(node["weight"]))
    if "children" not in node:
        known = node["covered"] is not None
        progress = Progress(exact(node["covered"]), exact(node["expected_share"]), "behind") if known else None
        return [], [(member, progress)]
    nodes: list[Member] = [member]
    leaves: list[tuple[Member, Progress | None]] = []
    for child in node["children"]:
        below, beside = flattened(child, node["id"])
        nodes, leaves = nodes + below, leaves + beside
    return nodes, leaves


def exact(number: float) -> Fraction:
    return Fraction(str(number))


def rolled_up(inputs: dict[str, Any]) -> dict[str, dict[str, float | None]]:
    nodes, leaves = flattened(inputs)
    weights, ways = leaf_weights(nodes, [member for member, _ in leaves]), paths(nodes)
    sums = {node.id: Sums() for node in nodes} | {ROOT: Sums()}
    for member, progress in leaves:
        part = part_of(weights[member.id], progress, "behind" if progress else "no_data", provisional=False)
        for node in ways[member.parent]:
            sums[node] = moved(sums[node], Sums(), part)
    names = ("achieved", "expected", "score", "coverage")
    made = {node: figures(each) for node, each in sums.items() if node != ROOT}
    return {node: {name: as_float(getattr(each, name)) for name in names} for node, each in made.items()}


def as_float(share: Fraction | None) -> float | None:
    return None if share is None else float(share)


@pytest.mark.parametrize("case", cases("tree"), ids=lambda case: case.name)
def test_worked_cases_of_the_tree(case: Case) -> None:
    """Every node's achieved, expected, score and coverage come out as computed by hand."""
    rolled = rolled_up(dict(case.inputs))

    expected = {
        node: {
            name: None if share is None else pytest.approx(share, abs=case.tolerance) for name, share in each.items()
        }
        for node, each in case.expected.items()
    }
    assert expected == rolled


def test_a_branch_without_anything_to_measure_weighs_nothing() -> None:
    """Its siblings carry the whole weight that was declared for their parent."""
    nodes = [Member("p", ROOT, Fraction(1)), Member("m", "p", Fraction(1)), Member("empty", "p", Fraction(5))]

    weights = leaf_weights(nodes, [Member("i", "m", Fraction(1)), Member("context", "empty", Fraction(0))])

    assert {"i": UNIT, "context": 0} == weights


def test_a_node_of_weight_nothing_weighs_nothing() -> None:
    """What was declared to weigh nothing takes no part, with all that is below it."""
    nodes = [Member("a", ROOT, Fraction(0)), Member("b", ROOT, Fraction(2))]

    weights = leaf_weights(nodes, [Member("i", "a", Fraction(1)), Member("j", "b", Fraction(3))])

    assert {"i": 0, "j": UNIT} == weights


def some_sums(*parts: tuple[str, str | None, Any]) -> Sums:
    sums = Sums()
    for covered, expected, status in parts:
        progress = Progress(Fraction(covered), Fraction(expected), status) if expected is not None else None
        sums = moved(sums, Sums(), part_of(UNIT // len(parts), progress, status, provisional=False))
    return sums


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ([("1", "1", "achieved"), ("1", "1/2", "achieved")], "achieved"),
        ([("1", "1", "achieved"), ("0", None, "no_data")], "on_track"),
        ([("1", "1", "achieved"), ("0", None, "no_data"), ("0", None, "no_data")], "no_data"),
        ([("1", "1", "achieved"), ("1", "1", "on_track")], "on_track"),
        ([("95/100", "1", "on_track")] * 3, "on_track"),
        ([("94/100", "1", "behind")] * 3, "behind"),
        ([("60/100", "1", "behind")] * 7, "behind"),
        ([("59/100", "1", "off_track")] * 3, "off_track"),
        ([("0", "0", "on_track")], "on_track"),
        ([("0", "0", "on_track"), ("-1", "0", "off_track")], "off_track"),
        ([], "no_data"),
    ],
)
def test_a_nodes_status_comes_from_its_score_and_coverage(parts: list[Any], status: str) -> None:
    """Achieved only if all are; no data below half of the weight; rounding decides nothing."""
    assert status == figures(some_sums(*parts)).status


def test_a_figure_is_shown_although_its_coverage_is_too_small() -> None:
    """Below half of the weight there is no status, but the score stays to be shown in brackets."""
    now = figures(some_sums(("1/2", "1", "off_track"), ("0", None, "no_data"), ("0", None, "no_data")))

    assert ["no_data", pytest.approx(0.5)] == [now.status, as_float(now.score)]


def test_a_provisional_leaf_is_told_by_weight() -> None:
    """Provisional is the share of the whole weight that rests on provisional values."""
    sums = moved(
        Sums(weight=UNIT),
        Sums(),
        part_of(UNIT, Progress(Fraction(1), Fraction(1), "achieved"), "achieved", provisional=True),
    )

    assert Fraction(1, 2) == figures(sums).provisional
