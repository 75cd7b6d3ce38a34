"""Progress of one indicator: every worked case of the field, and its edges."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from services.reporting.domain.periods import stale_from
from services.reporting.domain.progress import (
    Progress,
    accumulated,
    along,
    clipped,
    distance,
    is_context,
    progress_of,
    trajectory,
    within,
)
from shared.events.monitoring import Band, Point
from tests.domain_cases import Case, cases
from tests.unit.reporting.builders import an_indicator

ALONG = [case for case in cases("progress") if "actual" in case.inputs and case.inputs["actual"] is not None]


def exact(number: float) -> Fraction:
    return Fraction(str(number))


def points_of(inputs: Any) -> list[tuple[date, Fraction]]:
    written = [inputs["baseline"], *inputs["milestones"], inputs["target"]]
    return [(date.fromisoformat(day), exact(figure)) for day, figure in written]


def shown(progress: Progress) -> dict[str, Any]:
    due = clipped(progress.expected)
    return {
        "covered": float(progress.covered),
        "expected_share": float(progress.expected),
        "pace": None if progress.pace is None else float(progress.pace),
        "worsening": progress.worsening,
        "status": progress.status,
        "due_delivered": float(min(clipped(progress.covered), due)),
    }


def approximately(case: Case) -> dict[str, Any]:
    return {
        name: pytest.approx(figure, abs=case.tolerance, rel=0) if isinstance(figure, float) else figure
        for name, figure in case.expected.items()
    }


@pytest.mark.parametrize("case", ALONG, ids=lambda case: case.name)
def test_worked_cases_of_progress(case: Case) -> None:
    """Each worked case of a trajectory comes out as computed by hand."""
    points, on = points_of(case.inputs), date.fromisoformat(case.inputs["at"])

    progress = along(points, case.inputs["shape"], exact(case.inputs["actual"]), on)

    due = {"trajectory": float(trajectory(points, case.inputs["shape"], on))}
    assert approximately(case) == due | shown(progress)


@pytest.mark.parametrize("case", cases("hold"), ids=lambda case: case.name)
def test_worked_cases_of_holding(case: Case) -> None:
    """Each worked case of a band comes out as computed by hand."""
    low, high = (exact(end) for end in case.inputs["band"])
    outside = distance(low, high, exact(case.inputs["actual"]))

    progress = within(outside, exact(case.inputs["tolerance"]))

    figures = {"distance": float(outside), "covered": float(progress.covered), "expected_share": progress.expected}
    assert approximately(case) == figures | {"status": progress.status}


def test_worked_case_of_accumulation() -> None:
    """Yearly outputs are added to the baseline."""
    (case,) = cases("accumulated_output")
    baseline = (date(2020, 12, 31), exact(case.inputs["baseline"]))
    values = [(date.fromisoformat(day), exact(figure)) for day, figure in case.inputs["values"]]

    actual = accumulated("sum", baseline, values)

    assert case.expected["actual"] == actual


def test_worked_case_of_staleness() -> None:
    """A figure is good to the last day of the further periods, and stale on the next."""
    (case,) = cases("stale_value")

    first = stale_from(date.fromisoformat(case.inputs["period_end"]), 2, case.inputs["frequency"])

    assert first is not None
    assert case.expected["stale"] == [date.fromisoformat(day) >= first for day in case.inputs["as_of"]]


def test_a_mean_takes_the_periods_since_the_baseline() -> None:
    """What was before the baseline is no part of the mean."""
    baseline = (date(2013, 12, 31), Fraction(50))
    values = [
        (date(2013, 12, 31), Fraction(50)),
        (date(2014, 12, 31), Fraction(10)),
        (date(2015, 12, 31), Fraction(20)),
    ]

    assert Fraction(15) == accumulated("mean", baseline, values)


def test_a_mean_of_nothing_yet_is_the_last_value() -> None:
    """Before the first period after the baseline, the last value stands."""
    assert Fraction(50) == accumulated("mean", (date(2013, 12, 31), Fraction(1)), [(date(2013, 12, 31), Fraction(50))])


@pytest.mark.parametrize(
    ("figure", "status"), [("18", "on_track"), ("17.9", "on_track"), ("5", "on_track"), ("19", "behind")]
)
def test_a_band_may_be_open_at_one_end(figure: str, status: str) -> None:
    """A one-sided hold has no lower end to fall below."""
    holding = an_indicator("i", direction="hold", band=Band(low=None, high="18"), tolerance="4")

    assert status == progress_of(holding, Fraction(figure), date(2018, 12, 31)).status


def test_a_hold_without_a_band_keeps_its_target() -> None:
    """A single value to keep is a band of no width."""
    holding = an_indicator("i", direction="hold", tolerance="10")

    assert Fraction(7, 10) == progress_of(holding, Fraction(67), date(2018, 12, 31)).covered


def test_a_hold_without_tolerance_is_all_or_nothing() -> None:
    """Where no deviation is tolerated, none leaves anything."""
    assert [0, "off_track"] == [within(Fraction(1), Fraction(0)).covered, within(Fraction(1), Fraction(0)).status]


@pytest.mark.parametrize(
    ("more", "context"),
    [
        ({}, False),
        ({"target": None}, True),
        ({"baseline": None}, True),
        ({"target": Point(period="2020", value="0.0")}, True),
        ({"direction": "hold", "target": None}, True),
        ({"direction": "hold", "target": None, "band": Band(low="1")}, False),
    ],
)
def test_without_an_aim_an_indicator_is_context(more: dict[str, Any], *, context: bool) -> None:
    """What has no way to go is shown and not judged."""
    assert context == is_context(an_indicator("i", **more))


def test_a_threshold_is_met_exactly() -> None:
    """95 of 100 at the end is on track, although no float can say 0.95."""
    points = [(date(2013, 12, 31), Fraction(0)), (date(2020, 12, 31), Fraction(100))]

    assert "on_track" == along(points, "linear", Fraction(95), date(2020, 12, 31)).status


def test_the_score_is_what_was_delivered_of_what_was_due() -> None:
    """One indicator's score never exceeds 1, and is none where nothing was due."""
    scores = [
        Progress(Fraction(2), Fraction(1, 2), "achieved").score,
        Progress(Fraction(0), Fraction(0), "behind").score,
    ]

    assert [Fraction(1), None] == scores
