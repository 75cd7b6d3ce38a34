"""Progress of one indicator: how much of its way is covered, how much is due, and what that is called.

Formulae: domain.md section 3. All is exact: fractions of decimal texts, so that a threshold is met or not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from services.reporting.domain.periods import period_of
from shared.events.monitoring import Accumulation, IndicatorDefinition, Shape
from shared.events.monitoring import Point as FigurePoint

Status = Literal["achieved", "on_track", "behind", "off_track", "no_data"]
LeafStatus = Literal["achieved", "on_track", "behind", "off_track", "no_data", "context"]

ON_TRACK = Fraction(95, 100)
"""Least pace that is on track."""

BEHIND = Fraction(60, 100)
"""Least pace that is behind; less is off track."""

WHOLE = Fraction(1)

Point = tuple[date, Fraction]
"""A figure and the last day of its period."""


@dataclass(frozen=True)
class Progress:
    """Shares of the way from baseline to target; both may lie outside 0 to 1, and are shown as they are."""

    covered: Fraction
    expected: Fraction
    status: LeafStatus

    @property
    def pace(self) -> Fraction | None:
        """Covered against expected, where anything is expected."""
        return self.covered / self.expected if self.expected > 0 else None

    @property
    def worsening(self) -> bool:
        """It moves away from the target."""
        return self.covered < 0

    @property
    def score(self) -> Fraction | None:
        """Of what was due, how much was delivered; null where nothing was due."""
        due = clipped(self.expected)
        return min(clipped(self.covered), due) / due if due else None


@lru_cache(maxsize=4096)
def figure_of(text: str) -> Fraction:
    """Read a figure; judging one indicator reads the same ones again and again."""
    return Fraction(text)


def clipped(share: Fraction) -> Fraction:
    """Keep a share within 0 to 1."""
    return min(max(share, Fraction(0)), WHOLE)


def trajectory(points: Sequence[Point], shape: Shape, on: date) -> Fraction:
    """Tell what is due on a day: on a straight line between points by days, or the last point passed.

    `points` lead from the baseline through the milestones to the target, in the order of time; before them the
    baseline is due, after them the target.
    """
    passed = [point for point in points if point[0] <= on] or [points[0]]
    ahead = [point for point in points if point[0] > on]
    (day, figure) = passed[-1]
    if shape == "step" or not ahead or on <= day:
        return figure
    (next_day, next_figure) = ahead[0]
    return figure + (next_figure - figure) * Fraction((on - day).days, (next_day - day).days)


def along(points: Sequence[Point], shape: Shape, actual: Fraction, on: date) -> Progress:
    """Judge a figure against its trajectory; up and down share the formula. Baseline and target must differ."""
    baseline, target = points[0][1], points[-1][1]
    covered = (actual - baseline) / (target - baseline)
    expected = (trajectory(points, shape, on) - baseline) / (target - baseline)
    return Progress(covered, expected, _status_along(covered, expected))


def _status_along(covered: Fraction, expected: Fraction) -> Status:
    if covered >= WHOLE:
        return "achieved"
    if expected <= 0:
        return "on_track" if covered >= expected else "off_track"
    return status_at(covered / expected)


def status_at(pace: Fraction) -> Status:
    """Name a pace by the thresholds."""
    if pace >= ON_TRACK:
        return "on_track"
    return "behind" if pace >= BEHIND else "off_track"


def distance(low: Fraction | None, high: Fraction | None, actual: Fraction) -> Fraction:
    """Tell how far a figure is outside of a band, of which one end may be open; 0 inside."""
    below = low - actual if low is not None else Fraction(0)
    above = actual - high if high is not None else Fraction(0)
    return max(below, above, Fraction(0))


def within(outside: Fraction, tolerance: Fraction) -> Progress:
    """Judge a figure that should hold, by its distance from the band; at `tolerance` or more nothing is left of it."""
    if outside == 0:
        return Progress(WHOLE, WHOLE, "on_track")
    covered = clipped(WHOLE - outside / tolerance) if tolerance > 0 else Fraction(0)
    return Progress(covered, WHOLE, "behind" if covered >= BEHIND else "off_track")


def accumulated(how: Accumulation, baseline: Point | None, values: Sequence[Point]) -> Fraction:
    """Make one figure of the values of periods, in their order: the last, baseline plus sum, or mean.

    Sum and mean take the periods after the baseline's; with none of them yet, what the baseline says holds.
    """
    since = [figure for day, figure in values if baseline is None or day > baseline[0]]
    if how == "sum":
        return sum(since, baseline[1] if baseline else Fraction(0))
    if how == "mean" and since:
        return sum(since, Fraction(0)) / len(since)
    return values[-1][1]


def is_context(definition: IndicatorDefinition) -> bool:
    """Without a target there is nothing to judge: the indicator is shown and weighs nothing."""
    if definition.direction == "hold":
        return definition.target is None and definition.band is None
    baseline, target = definition.baseline, definition.target
    return baseline is None or target is None or figure_of(baseline.value) == figure_of(target.value)


def course(definition: IndicatorDefinition) -> tuple[Point, ...]:
    """The points of an indicator's trajectory, each on the last day of its period."""
    ends = (definition.baseline, *sorted(definition.milestones, key=_last_day), definition.target)
    return tuple(_at_its_end(point) for point in ends if point)


def baseline_of(definition: IndicatorDefinition) -> Point | None:
    return _at_its_end(definition.baseline) if definition.baseline else None


def progress_of(definition: IndicatorDefinition, actual: Fraction, on: date) -> Progress:
    """Judge an indicator's figure, `on` being the end of its period. It must not be a context indicator."""
    if definition.direction != "hold":
        return along(course(definition), definition.shape, actual, on)
    low, high = _band(definition)
    return within(distance(low, high, actual), figure_of(definition.tolerance or "0"))


def _band(definition: IndicatorDefinition) -> tuple[Fraction | None, Fraction | None]:
    if band := definition.band:
        return _figure(band.low), _figure(band.high)
    aim = _figure(definition.target.value if definition.target else None)
    return aim, aim


def _figure(text: str | None) -> Fraction | None:
    return None if text is None else figure_of(text)


def _at_its_end(point: FigurePoint) -> Point:
    return _last_day(point), figure_of(point.value)


def _last_day(point: FigurePoint) -> date:
    return period_of(point.period).last
