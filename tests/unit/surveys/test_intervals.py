"""Intervals of shares, and the size of drawn samples."""

from math import inf

import pytest
from scipy.special import stdtrit

from services.surveys.domain.inference import share_of, share_variance
from services.surveys.domain.intervals import (
    finite_n,
    infinite_sample_size,
    margin_of_error,
    sample_size,
    t_quantile,
    wilson,
)
from services.surveys.domain.sums import Sum
from tests.domain_cases import Case, cases

_WILSON = [cases(name)[0] for name in ("wilson_middle", "wilson_zero", "wilson_all", "wilson_small")]
_WEIGHTED = [cases(name)[0] for name in ("weighted_share", "weighted_share_all")]


def _sums(case: Case) -> tuple[Sum, Sum]:
    """Those who said yes, and all."""
    pairs = list(zip(case.inputs["answers"], case.inputs["weights"], strict=True))
    yes, everybody = [w for answer, w in pairs if answer], [w for _, w in pairs]
    part, base = (Sum(len(ws), sum(ws), sum(w * w for w in ws)) for ws in (yes, everybody))
    return part, base


@pytest.mark.parametrize("case", _WILSON, ids=lambda case: case.name)
def test_share_has_its_wilson_interval(case: Case) -> None:
    """A share of equal weights has the interval of Wilson, also at none and at all."""
    successes, n = case.inputs["successes"], case.inputs["n"]

    share = share_of(Sum(successes, successes, successes), Sum(n, n, n))

    assert share is not None
    expected = [case.expected[name] for name in ("share", "low", "high")]
    assert expected == pytest.approx([share.share, share.low, share.high], abs=case.tolerance)


@pytest.mark.parametrize("case", _WEIGHTED, ids=lambda case: case.name)
def test_weighted_share_is_linearised(case: Case) -> None:
    """A weighted share has the interval of its effective number, which is Kish's where nobody disagrees."""
    share = share_of(*_sums(case))

    assert share is not None
    expected = [case.expected[name] for name in ("share", "low", "high")]
    assert expected == pytest.approx([share.share, share.low, share.high], abs=case.tolerance)


def test_weighted_share_has_its_standard_error() -> None:
    """The linearised variance is that of R's svymean."""
    case = cases("weighted_share")[0]

    variance = share_variance(0.5, *_sums(case))

    assert case.expected["standard_error"] == pytest.approx(variance**0.5, abs=case.tolerance)


def test_one_answer_has_an_interval() -> None:
    """A single weighted answer is all of it, with the interval of one."""
    share = share_of(Sum(1, 2.5, 6.25), Sum(1, 2.5, 6.25))

    assert share is not None
    assert (1.0, wilson(1.0, 1).low, 1.0) == (share.share, share.low, share.high)


def test_no_base_has_no_share() -> None:
    """Where nobody answered, nothing is claimed, not even a zero."""
    assert share_of(Sum(0, 0, 0), Sum(0, 0, 0)) is None


def test_margin_of_a_drawn_sample() -> None:
    """The margin narrows with the part of the population that was asked and widens with the design effect."""
    case = cases("margin_of_error")[0]
    n, population = case.inputs["n"], case.inputs["N"]

    margins = [margin_of_error(n), margin_of_error(n, population), margin_of_error(n, population, design_effect=1.4)]

    expected = [case.expected[name] for name in ("without_fpc", "with_fpc", "with_fpc_and_deff")]
    assert expected == pytest.approx(margins, abs=case.tolerance)


def test_a_census_has_no_margin() -> None:
    """Where everybody answered, there is nothing left to err about."""
    case = cases("margin_of_error_census")[0]

    margin = margin_of_error(case.inputs["n"], case.inputs["N"], case.inputs["p"])

    assert (case.expected["with_fpc"], inf) == (margin, finite_n(120, 120))
    assert (0.4, 0.4) == (wilson(0.4, inf).low, wilson(0.4, inf).high)


def test_sample_size_for_a_margin() -> None:
    """The size for a margin is rounded up and smaller for a small village."""
    case = cases("sample_size")[0]
    margin = case.inputs["margin"]

    sizes = [sample_size(margin, population) for population in case.inputs["N"]]

    assert case.expected["n"] == sizes
    assert case.expected["n0"] == pytest.approx(infinite_sample_size(margin), abs=case.tolerance)


def test_wilson_in_a_finite_population() -> None:
    """A share of a sample that is a good part of the population is surer."""
    case = cases("wilson_fpc")[0]
    share = case.inputs["successes"] / case.inputs["n"]
    used = finite_n(case.inputs["n"], case.inputs["N"])

    interval = wilson(share, used)

    expected = [case.expected[name] for name in ("n_used", "share", "low", "high")]
    assert expected == pytest.approx([used, share, interval.low, interval.high], abs=case.tolerance)


def test_t_quantile() -> None:
    """The quantile of Student's t for nine degrees of freedom is the tables' 2.262."""
    assert 2.262 == round(t_quantile(9), 3)


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 7, 10, 29, 30, 100, 199, 200, 201, 1_000, 1_000_000])
def test_the_t_quantile_is_that_of_the_library_of_statistics(degrees: int) -> None:
    """Our own quantile of Student's t, which spares a library of 100 MB, agrees with that library's."""
    assert float(stdtrit(degrees, 0.975)) == pytest.approx(t_quantile(degrees), rel=1e-11)
