"""Charts: bars as rectangles of our own, trajectories by the engine."""

import re
from pathlib import Path

import pytest

from services.gateway.pages import charts
from services.gateway.pages.trajectory import Drawings, Point, Trajectory, specification, year_of

BARS = [charts.Bar("Пътища", 0.71, 0.67, 0.75, "71 %"), charts.Bar("Друго", None, None, None, "скрито")]
PATH = Trajectory(
    expected=(Point(2013, 28), Point(2020, 45)),
    measured=(Point(2013, 28), Point(2020, 39.6, solid=False)),
    target=Point(2020, 45),
    band=None,
    stepped=False,
    unit="%",
    words=("цел 45,0", "39,6"),
)


def _bars() -> tuple[str, str]:
    wide, tall = charts.bars(BARS, "Седем от десет", [f"{share:.0%}" for share in charts.axis(BARS)])
    return str(wide), str(tall)


def test_a_share_is_a_bar_from_zero() -> None:
    """Each share has its rectangle; a hidden one has words and no bar."""
    assert [1, 1] == [drawn.count("<rect") for drawn in _bars()]


def test_the_width_of_a_bar_is_its_share() -> None:
    """On the wide drawing 270 px are the axis up to 75 %."""
    width = re.search(r'<rect x="190" y="8" width="([\d.]+)"', _bars()[0])

    assert width is not None
    assert pytest.approx(270 * 0.71 / 0.75, abs=0.01) == float(width[1])


@pytest.mark.parametrize(
    ("longest", "ends"), [(0.2, 0.25), (0.25, 0.25), (0.4, 0.5), (0.71, 0.75), (0.9, 1.0), (1.2, 1.0)]
)
def test_the_axis_ends_at_a_quarter(longest: float, ends: float) -> None:
    """The end is the next quarter after the longest whisker, never past all."""
    assert ends == charts.axis([charts.Bar("", longest, None, longest, "")])[-1]


def test_steps_of_a_scale_lie_around_its_middle() -> None:
    """The middles of the neutral steps stand one under the other."""
    rows = [
        charts.Stack("a", (0.1, 0.2, 0.2, 0.3, 0.2), ("",) * 5),
        charts.Stack("b", (0.4, 0.1, 0.2, 0.2, 0.1), ("",) * 5),
    ]
    drawn = str(charts.stacks(rows, "скала")[0])
    neutral = re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="24" fill="var\(--likert-3\)"', drawn)

    middles = [float(x) + float(width) / 2 for x, width in neutral]
    assert pytest.approx(middles[0], abs=0.1) == middles[1]


@pytest.mark.parametrize(("period", "at"), [("2019", 2019.0), ("2019-Q3", 2018.75), ("2019-06", 2018.5)])
def test_a_period_stands_at_its_end(period: str, at: float) -> None:
    """A year's value is drawn at that year, parts of it before."""
    assert at == year_of(period)


async def test_a_trajectory_is_drawn_in_tokens(tmp_path: Path) -> None:
    """No colour of the light theme is left, no style, and the label says what it is."""
    drawn = await Drawings(tmp_path).draw(specification(PATH, 520), "bg", 'Дял "доволни"')

    left = re.findall(r"#[0-9a-f]{3,6}|style=|class=|<svg width", str(drawn))
    assert ([], True, True) == (left, "var(--chart-1)" in drawn, 'aria-label="Дял &#34;доволни&#34;"' in drawn)


async def test_a_trajectory_is_drawn_once(tmp_path: Path) -> None:
    """The same specification is read from the cache, in another process too."""
    spec = specification(PATH, 340)
    first = await Drawings(tmp_path).draw(spec, "bg", "едно")
    kept = next((tmp_path / "charts").glob("*.svg"))
    kept.write_text(kept.read_text("utf-8").replace("<svg", "<svg data-kept"), "utf-8")

    again = await Drawings(tmp_path).draw(spec, "bg", "едно")
    assert first == str(again).replace(" data-kept", "")


def test_labels_that_would_meet_move_apart() -> None:
    """A last value close to the target of the same year is written below it."""
    near = Trajectory(
        PATH.expected,
        (Point(2013, 28), Point(2020, 44.5)),
        PATH.target,
        None,
        stepped=True,
        unit="%",
        words=("цел", "44,5"),
    )
    moved = [layer["mark"]["dy"] for layer in specification(near, 520)["layer"] if layer["mark"]["type"] == "text"]

    assert [-10, 10] == moved


def test_a_range_to_hold_is_shaded() -> None:
    """An open end reaches as far as the values do."""
    held = Trajectory((), PATH.measured, None, (30, None), stepped=False, unit="души", words=("", "39,6"))
    shade = specification(held, 520)["layer"][0]["data"]["values"][0]

    assert (30, 39.6) == (shade["c"], shade["d"])
