"""Raking to known margins, its merging of small categories, and trimming."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.surveys.domain.margins import prepared
from services.surveys.domain.raking import Group, design_effect, rake, trim
from services.surveys.domain.weighting import weigh
from tests.domain_cases import cases

Cells = list[tuple[dict[str, str], int]]


def _cells(name: str) -> tuple[Cells, dict[str, dict[str, float]]]:
    inputs = cases(name)[0].inputs
    margins: dict[str, dict[str, float]] = inputs["margins"]
    return [({question: cell[question] for question in margins}, cell["n"]) for cell in inputs["cells"]], margins


def _share(cells: Cells, weights: tuple[float, ...], question: str, code: str) -> float:
    answered = [(cell[question], n * w) for (cell, n), w in zip(cells, weights, strict=True) if cell[question]]
    return sum(w for chosen, w in answered if chosen == code) / sum(w for _, w in answered)


def test_kish() -> None:
    """Uneven weights cost precision by Kish's design effect."""
    case = cases("kish")[0]
    weights = case.inputs["weights"]

    effect = design_effect(weights, [1] * len(weights))

    assert case.expected["deff"] == pytest.approx(effect, abs=case.tolerance)
    assert case.expected["n_effective"] == pytest.approx(len(weights) / effect, abs=case.tolerance)


def test_raking_reaches_the_margins() -> None:
    """The weights of a worked example come out, of mean 1, with their design effect."""
    case = cases("raking")[0]
    cells, margins = _cells("raking")

    weighting = weigh(cells, margins)

    assert case.expected["weights"] == pytest.approx(weighting.weights, abs=case.tolerance)
    assert case.expected["sum"] == pytest.approx(sum(n * w for (_, n), w in zip(cells, weighting.weights, strict=True)))
    assert case.expected["deff"] == pytest.approx(weighting.design_effect, abs=case.tolerance)
    assert case.expected["n_effective"] == pytest.approx(weighting.effective_n, abs=case.tolerance)
    assert (True, False, ("age", "sex")) == (weighting.converged, weighting.capped, weighting.to)


def test_trimming_tells_how_far_margins_moved() -> None:
    """Weights above the cap are cut, the others take over, and the margins' errors are told."""
    case = cases("raking_trimmed")[0]
    cells, margins = _cells("raking_trimmed")

    weighting = weigh(cells, margins, cap=case.inputs["cap"])

    assert case.expected["trimmed"] == pytest.approx(weighting.weights, abs=case.tolerance)
    assert case.expected["deff_trimmed"] == pytest.approx(weighting.design_effect, abs=case.tolerance)
    after = case.expected["margins_after"]
    assert after == {
        question: {code: pytest.approx(_share(cells, weighting.weights, question, code)) for code in codes}
        for question, codes in after.items()
    }
    assert weighting.capped
    assert case.expected["largest_margin_error"] == pytest.approx(max(weighting.margins_off.values()))


def test_raking_before_trimming() -> None:
    """A cap that nobody reaches leaves the raked weights."""
    case = cases("raking_trimmed")[0]
    cells, margins = _cells("raking_trimmed")

    weighting = weigh(cells, margins, cap=10)

    assert case.expected["raked"] == pytest.approx(weighting.weights, abs=case.tolerance)
    assert case.expected["deff_raked"] == pytest.approx(weighting.design_effect, abs=case.tolerance)


def test_small_categories_merge() -> None:
    """Categories under five respondents are put together, smallest first, until there are five; targets add up."""
    margin = prepared("age", {"a": 2, "b": 1, "c": 9, "d": 30}, {"a": 10, "b": 20, "c": 30, "d": 40})

    assert margin is not None
    assert ("a", "b", "c") == margin.merged
    assert (0.4, 0.6) == margin.targets
    assert margin.group_of["a"] == margin.group_of["b"] == margin.group_of["c"] != margin.group_of["d"]


def test_a_category_of_nobody_merges() -> None:
    """A category without population would weigh its respondents away, so that it is put together with others."""
    margin = prepared("place", {"a": 8, "b": 9, "c": 30}, {"a": 0, "b": 20, "c": 80})

    assert margin is not None
    assert ("a", "b") == margin.merged


def test_a_question_of_one_category_is_dropped() -> None:
    """What leaves one category is not weighted to, and the result says so."""
    cells: Cells = [({"sex": "f", "age": "x"}, 40), ({"sex": "m", "age": "x"}, 30), ({"sex": "m", "age": "y"}, 3)]

    weighting = weigh(cells, {"sex": {"f": 1, "m": 1}, "age": {"x": 1, "y": 1}})

    assert (("sex",), ("age",), {}) == (weighting.to, weighting.dropped, weighting.merged)


def test_who_did_not_answer_is_left_alone() -> None:
    """Without an answer to the only weighting question a response keeps the weight 1."""
    cells: Cells = [({"sex": "f"}, 60), ({"sex": "m"}, 20), ({"sex": ""}, 20)]

    weighting = weigh(cells, {"sex": {"f": 52, "m": 48}})

    assert (0.52 * 80 / 60, 0.48 * 80 / 20, 1.0) == pytest.approx(weighting.weights)


def test_margins_that_contradict_each_other_are_told() -> None:
    """Two margins on the same people that can't both hold end after bounded rounds, without convergence."""
    respondents = [Group((0, 0), 50), Group((1, 1), 50)]

    raked = rake(respondents, [(0.3, 0.7), (0.6, 0.4)])

    assert not raked.converged
    assert 100 == pytest.approx(sum(50 * weight for weight in raked.weights))


def test_nobody_is_weighted() -> None:
    """A survey without responses has no weights and no design effect."""
    weighting = weigh([], {"sex": {"f": 1, "m": 1}})

    assert ((), (), 1.0, 0.0) == (weighting.weights, weighting.to, weighting.design_effect, weighting.effective_n)


def test_raking_agrees_with_r() -> None:
    """R's survey package rakes 183 Californian schools (its data set apiclus1) to the mean 641.23."""
    schools = {
        ("E", "No"): (12, 7156),
        ("E", "Yes"): (132, 86281),
        ("H", "No"): (3, 1978),
        ("H", "Yes"): (11, 6682),
        ("M", "No"): (8, 4851),
        ("M", "Yes"): (17, 10935),
    }
    cells: Cells = [({"stype": stype, "wide": wide}, n) for (stype, wide), (n, _) in schools.items()]

    weights = weigh(cells, {"stype": {"E": 4421, "H": 755, "M": 1018}, "wide": {"No": 1072, "Yes": 5122}}).weights

    total = sum(weight * marks for weight, (_, marks) in zip(weights, schools.values(), strict=True))
    assert 641.23 == round(total / 183, 2)


_CELL = st.fixed_dictionaries({"sex": st.sampled_from(["f", "m", ""]), "age": st.sampled_from(["y", "o", "x", ""])})
_CELLS = st.lists(st.tuples(_CELL, st.integers(0, 60)), min_size=1, max_size=12)
_MARGINS = {"sex": {"f": 52, "m": 48}, "age": {"y": 30, "o": 70}}


@given(_CELLS)
def test_weights_have_mean_one(cells: Cells) -> None:
    """Whatever was answered or left out, the weights sum to the number of respondents."""
    weighting = weigh(cells, _MARGINS)

    n = sum(n for _, n in cells)
    assert n == pytest.approx(sum(n * w for (_, n), w in zip(cells, weighting.weights, strict=True)))


@given(_CELLS, st.randoms(use_true_random=False))
def test_the_order_of_cells_is_no_matter(cells: Cells, random: Random) -> None:
    """The same cells in another order have the same weights, to about the last bit."""
    order = list(range(len(cells)))
    random.shuffle(order)
    there = weigh(cells, _MARGINS).weights

    weights = weigh([cells[at] for at in order], _MARGINS).weights

    assert [there[at] for at in order] == pytest.approx(weights)


@given(st.lists(st.floats(0.01, 50), min_size=2, max_size=10), st.floats(1.5, 6))
def test_trimmed_weights_keep_their_sum(weights: list[float], cap: float) -> None:
    """Trimming caps every weight and loses none of their sum."""
    mean = sum(weights) / len(weights)
    trimmed = trim([weight / mean for weight in weights], [1] * len(weights), cap)

    assert max(trimmed) <= cap
    assert len(weights) == pytest.approx(sum(trimmed))
