"""What an indicator's page says of its values."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.gateway.pages.indicator import measured, message, period_words, trajectory
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
    assert said == message(indicator, BULGARIAN)


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
