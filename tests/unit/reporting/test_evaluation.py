"""Any day, as known at any time: which value counts, and which version of the plan."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.reporting.domain.documents import History, Leaf, Recorded
from services.reporting.domain.leaves import Known, judged, moment_of
from tests.unit.reporting.builders import PLAN, an_indicator


def a_leaf(**more: Any) -> Leaf:
    definition = an_indicator("i1", **more)
    return Leaf(id="g/i1", generation="g", plan_id=PLAN, order=0, path=("m1", ""), definition=definition, weight=10**18)


def a_version(period: str, value: str, at: str, position: int, verified_at: str | None = None) -> Recorded:
    return Recorded(
        period=period,
        value=value,
        state="given",
        value_version=1,
        position=position,
        recorded_at=f"{at}T09:00:00.000Z",
        verified_position=position + 1 if verified_at else None,
        verified_at=f"{verified_at}T09:00:00.000Z" if verified_at else None,
    )


def value_on(day: str, known: str, *versions: Recorded, **more: Any) -> str | None:
    """Which value counts on a day, as known at the end of another."""
    history = History(id="i1", plan_id=PLAN, shard="s", versions=versions)
    moment = moment_of(date.fromisoformat(day), 2020, Known(time=f"{known}T23:59:59.999Z"))
    leaf = judged(a_leaf(**more), history, moment)
    return leaf.value if leaf.state != "given" else None


YEARS = (
    a_version("2016", "20", "2017-03-01", 1, "2017-04-01"),
    a_version("2017", "30", "2018-03-01", 3, "2018-04-01"),
    a_version("2017", "35", "2019-03-01", 5, "2019-04-01"),
)


@pytest.mark.parametrize(
    ("day", "known", "value"),
    [
        ("2017-12-31", "2020-01-01", "35"),  # its period has ended, however late it was recorded
        ("2017-12-30", "2020-01-01", "20"),  # 2017 has not ended, and nothing was recorded for it by then
        ("2018-12-31", "2018-03-31", "20"),  # 2017 was recorded, and not verified yet
        ("2018-12-31", "2018-04-01", "30"),
        ("2018-12-31", "2019-03-15", "20"),  # corrected, and the correction not verified yet
        ("2018-12-31", "2019-04-01", "35"),
        ("2016-06-30", "2020-01-01", None),
        ("2025-01-01", "2025-01-01", "35"),
        ("2018-12-31", "2017-03-15", None),
    ],
)
def test_the_value_that_counts_follows_both_dates(day: str, known: str, value: str | None) -> None:
    """As of a day: periods ended by then; as known at a time: what was recorded and verified by then."""
    assert value == value_on(day, known, *YEARS)


@pytest.mark.parametrize(
    ("day", "value"),
    [("2018-03-31", None), ("2018-04-14", None), ("2018-04-15", "7"), ("2018-05-15", "8"), ("2018-06-30", "8")],
)
def test_within_a_period_what_was_recorded_by_the_day_counts(day: str, value: str | None) -> None:
    """A quarter in its course counts from its record on; each day has the version that it had."""
    versions = (
        a_version("2018-Q2", "7", "2018-04-15", 1, "2018-04-15"),
        a_version("2018-Q2", "8", "2018-05-15", 3, "2018-05-15"),
    )

    assert value == value_on(day, "2020-01-01", *versions, frequency="quarter")


def test_a_later_period_recorded_too_early_does_not_count() -> None:
    """A period counts on no day before it begins."""
    assert "20" == value_on(
        "2018-12-31", "2020-01-01", *YEARS[:1], a_version("2019", "9", "2018-06-01", 3, "2018-06-01")
    )


def test_the_share_due_is_that_of_the_periods_end() -> None:
    """Two years later, a figure for 2017 is still measured by what was due in 2017."""
    history = History(id="i1", plan_id=PLAN, shard="s", versions=YEARS)

    expected = {
        judged(a_leaf(), history, moment_of(date(year, 12, 31), 2020, Known())).expected for year in (2017, 2018, 2019)
    }

    assert {"0.571372702386"} == expected


@pytest.mark.parametrize(("day", "status"), [("2019-12-31", "behind"), ("2020-01-01", "no_data")])
def test_a_value_is_stale_from_its_day_on(day: str, status: str) -> None:
    """After two further periods a figure for 2017 is no data, on any day asked."""
    history = History(id="i1", plan_id=PLAN, shard="s", versions=YEARS)

    leaf = judged(a_leaf(stale_after=2), history, moment_of(date.fromisoformat(day), 2020, Known()))

    assert (status, "35") == (leaf.status, leaf.value)


@pytest.mark.parametrize("accumulation", ["last", "sum", "mean"])
@pytest.mark.parametrize(("period", "status"), [("2012", "no_data"), ("2013", "no_data"), ("2014", "off_track")])
def test_a_value_of_the_baselines_own_period_is_no_measurement(period: str, status: str, accumulation: str) -> None:
    """What does not end after the baseline's period says where the way begins, not how far one has come."""
    history = History(
        id="i1", plan_id=PLAN, shard="s", versions=(a_version(period, "0", "2015-01-05", 1, "2015-01-06"),)
    )

    leaf = judged(a_leaf(accumulation=accumulation), history, moment_of(date(2018, 12, 31), 2020, Known()))

    assert (status, 0 if status == "no_data" else 10**18) == (leaf.status, leaf.sums.with_data)


def test_a_context_indicator_shows_a_value_of_its_baselines_period() -> None:
    """Nothing of it is judged, so nothing is hidden."""
    assert "5" == value_on(
        "2018-12-31", "2020-01-01", a_version("2013", "5", "2015-01-05", 1, "2015-01-06"), target=None
    )


def test_a_value_of_the_baselines_own_period_waits_for_nothing() -> None:
    """Its verification would change no figure."""
    history = History(id="i1", plan_id=PLAN, shard="s", versions=(a_version("2013", "0", "2015-01-05", 1),))

    leaf = judged(a_leaf(), history, moment_of(date(2018, 12, 31), 2020, Known()))

    assert ("no_data", None, None) == (leaf.status, leaf.value, leaf.given)


def test_a_day_after_the_end_is_read_as_the_end() -> None:
    """Nothing goes stale after the plan has ended."""
    history = History(
        id="i1", plan_id=PLAN, shard="s", versions=(a_version("2018", "50", "2019-01-05", 1, "2019-01-06"),)
    )

    leaf = judged(a_leaf(stale_after=2), history, moment_of(datetime(2026, 11, 1, tzinfo=UTC).date(), 2020, Known()))

    assert "on_track" == leaf.status
