"""What an indicator's page says of its values."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.gateway.pages.indicator import trajectory
from services.gateway.pages.indicator_words import measured, message, notes, period_words
from services.gateway.pages.words import Words

BULGARIAN = Words("bg", UTC, datetime(2026, 11, 25, tzinfo=UTC))


def an_indicator(**more: Any) -> dict[str, Any]:
    return {
        "unit": "persons",
        "unit_text": {"bg": "души", "en": "persons"},
        "decimals": 0,
        "baseline": {"period": "2013", "value": 20112},
        "target": {"period": "2020", "value": 20500},
        "values": [{"period": "2019", "value": 19331, "state": "verified"}],
    } | more


def test_a_value_carries_its_unit() -> None:
    """The unit follows a space that does not break."""
    assert measured(19331, an_indicator(), BULGARIAN) == "19\u00a0331\u00a0души"


@pytest.mark.parametrize(
    ("indicator", "said"),
    [
        (an_indicator(), "19\u00a0331\u00a0души през 2019\u00a0г., целта е 20\u00a0500\u00a0души до 2020\u00a0г."),
        (an_indicator(target=None), "19\u00a0331\u00a0души през 2019\u00a0г."),
        (an_indicator(values=[]), "Още няма стойности."),
    ],
)
def test_the_message_tells_where_it_stands(indicator: dict[str, Any], said: str) -> None:
    """The last value, and the target where there is one."""
    assert said == message(indicator, None, BULGARIAN)


def a_leaf(**more: Any) -> dict[str, Any]:
    judged = {"period": "2020", "value": 6.31, "state": "verified", "status": "off_track"}
    return judged | {"given": None, "stale_from": "2025-01-01"} | more


def values(*periods: str, state: str = "verified") -> list[dict[str, Any]]:
    return [{"period": period, "value": 4.31, "state": state} for period in periods]


EVALUATED = {"period": {"from": 2014, "to": 2020}, "as_of": "2020-12-31"}
RATE = an_indicator(unit_text={"bg": "%"}, decimals=2, baseline={"period": "2016", "value": 7.4}, target=None)


def test_the_message_tells_the_value_judged() -> None:
    """A value after the plan's end is not what its status rests on."""
    assert message(RATE | {"values": values("2020", "2025")}, a_leaf(), BULGARIAN) == "6,31\u00a0% през 2020\u00a0г."


@pytest.mark.parametrize(
    ("given", "periods", "said"),
    [
        ({"period": "2020", "value": 5}, ("2020",), "Още няма потвърдена стойност."),
        (None, ("2016", "2022"), "В срока на плана няма стойност."),
        (None, ("2016",), "След базовата стойност още няма друга."),
    ],
)
def test_the_message_tells_why_nothing_counts(given: Any, periods: tuple[str, ...], said: str) -> None:
    """A value may wait, lie after the plan's end, or be the baseline's own."""
    leaf = a_leaf(period=None, value=None, state=None, status="no_data", stale_from=None, given=given)

    assert said == message(RATE | {"values": values(*periods)}, leaf, BULGARIAN)


@pytest.mark.parametrize(
    ("leaf", "later", "said"),
    [
        (a_leaf(), (), []),
        (
            a_leaf(),
            ("2025",),
            ["По-нова стойност: 4,31\u00a0% през 2025\u00a0г., след края на плана; не влиза в оценката му"],
        ),
        (a_leaf(period="2018"), (), ["По-нова стойност: 4,31\u00a0% през 2020\u00a0г.; тук не се брои"]),
        (
            a_leaf(given={"period": "2020", "value": 5}),
            (),
            ["Чака потвърждение: 5,00\u00a0% през 2020\u00a0г."],
        ),
        (
            a_leaf(status="no_data", stale_from="2020-01-01"),
            (),
            ["Стойността е твърде стара и не се брои от 01.01.2020\u00a0г."],
        ),
    ],
)
def test_what_does_not_count_is_told_apart(leaf: Any, later: tuple[str, ...], said: list[str]) -> None:
    """A later value, one that waits, and one that is too old each have a note of their own."""
    assert said == notes(RATE | {"values": values("2020", *later)}, leaf, EVALUATED, BULGARIAN)


@pytest.mark.parametrize(
    ("unit", "value", "said"),
    [("нощувки", 1, "1 (нощувки)"), ("оценка от 2 до 6", 3.94, "3,94 (оценка от 2 до 6)"), ("лв.", 1, "1\u00a0лв.")],
)
def test_a_unit_that_cannot_follow_stands_in_brackets(unit: str, value: float, said: str) -> None:
    """No plural beside a one, and no long unit in the middle of a sentence."""
    assert measured(value, an_indicator(unit_text={"bg": unit}, decimals=None), BULGARIAN) == said


def test_a_long_unit_follows_the_period() -> None:
    """First the figure and when it was, then on which scale."""
    grade = an_indicator(unit_text={"bg": "оценка от 2 до 6"}, decimals=2, target=None, values=values("2025"))

    assert message(grade, None, BULGARIAN) == "4,31 през 2025\u00a0г. (оценка от 2 до 6)"


@pytest.mark.parametrize(
    ("period", "said"), [("2019", "2019\u00a0г."), ("2019-Q3", "III тримесечие на 2019 г."), ("2019-07", "07.2019")]
)
def test_a_period_is_written_out(period: str, said: str) -> None:
    """Years, quarters and months are told as people tell them."""
    assert said == period_words(period, BULGARIAN)


def test_an_indicator_without_any_figure_has_no_chart() -> None:
    """There is nothing to draw."""
    assert trajectory(an_indicator(values=[], baseline=None, target=None), BULGARIAN) is None


def test_a_range_replaces_the_expected_line() -> None:
    """What is to be held is a band, not a way from here to there."""
    path = trajectory(an_indicator(band={"low": 19710, "high": None}), BULGARIAN)

    assert path is not None
    assert ((), None, (19710.0, None)) == (path.expected, path.target, path.band)
