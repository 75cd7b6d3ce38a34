"""What a bench tells: measures, each beside its yardstick, as a table for people and as JSON for programs."""

import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from deploy.cli.speech import command_language, print_json, print_table, words
from shared.language import Text


@dataclass(frozen=True)
class Demand:
    """The ratio of value to yardstick that is asked for: at least or at most so much."""

    ratio: float
    at_least: bool

    def is_met(self, ratio: float) -> bool:
        return ratio >= self.ratio if self.at_least else ratio <= self.ratio

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.ratio:g}"


@dataclass(frozen=True)
class Measure:
    """A figure and what it is held against.

    The yardstick is a program that ran beside it, or a figure that is asked for; `low` and `high` are the least and the
    greatest ratio among the rounds.
    """

    bench: str
    name: Text
    value: float
    unit: str
    yardstick: Text
    yardstick_value: float | None
    demand: Demand | None = None
    low: float | None = None
    high: float | None = None

    @property
    def ratio(self) -> float | None:
        return self.value / self.yardstick_value if self.yardstick_value else None

    @property
    def is_met(self) -> bool | None:
        if self.demand is None or self.ratio is None:
            return None
        return self.demand.is_met(self.ratio)

    def as_json(self) -> dict[str, Any]:
        return {
            "bench": self.bench,
            "measure": self.name.en,
            "value": self.value,
            "unit": self.unit,
            "yardstick": self.yardstick.en,
            "yardstick_value": self.yardstick_value,
            "ratio": self.ratio,
            "ratio_low": self.low,
            "ratio_high": self.high,
            "demand": str(self.demand) if self.demand else None,
            "met": self.is_met,
        }


NONE = Text(bg="–", en="–")
A = Text(bg="А: само приемане", en="A: raw accept limit")
B = Text(bg="Б: целият път", en="B: raw loop")
DEMAND = Text(bg="изискване", en="demand")
AT_MOST, HALF = Demand(1.0, at_least=False), Demand(0.5, at_least=True)


@dataclass(frozen=True)
class Yardstick:
    """What a measure of several rounds is held against: its figures of the same rounds."""

    name: Text
    values: Sequence[float]


def beside(
    bench: str, name: Text, unit: str, values: Sequence[float], yardstick: Yardstick, demand: Demand | None = None
) -> Measure:
    """A measure of several rounds beside its yardstick: medians, and how far the ratios of the rounds reach."""
    ratios = [value / other for value, other in zip(values, yardstick.values, strict=True) if other]
    low, high = (min(ratios), max(ratios)) if ratios else (None, None)
    return Measure(bench, name, median(values), unit, yardstick.name, median(yardstick.values), demand, low, high)


def at_most(bench: str, name: Text, value: float, unit: str, most: float) -> Measure:
    """A measure that is asked to stay under a fixed figure."""
    return Measure(bench, name, value, unit, DEMAND, most, AT_MOST)


def alone(bench: str, name: Text, value: float, unit: str) -> Measure:
    """A measure without a yardstick."""
    return Measure(bench, name, value, unit, NONE, None)


def tell(measures: Sequence[Measure], *, as_json: bool) -> None:
    """Print them."""
    if as_json:
        print_json([measure.as_json() for measure in measures])
        return
    heads = (
        words("Проба", "Bench"),
        words("Мярка", "Measure"),
        words("Стойност", "Value"),
        words("Мерило", "Yardstick"),
        words("Негова стойност", "Its value"),
        words("Отношение", "Ratio"),
        words("Иска се", "Demand"),
        words("Изпълнено", "Met"),
    )
    print_table(f"{words('Скорост', 'Speed')}: {machine()}", heads, [_row(measure) for measure in measures])


def machine() -> str:
    """Where and when figures were taken, and how busy it was there: absolute ones say little without that."""
    found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    model = found[1] if found else platform.machine()
    load = words("натоварване", "load")
    day = datetime.now(UTC).date().isoformat()
    return f"{os.cpu_count()} × {model}, Python {platform.python_version()}, {day}, {load} {os.getloadavg()[0]:.1f}"


def _row(measure: Measure) -> Sequence[object]:
    language = command_language()
    met = {True: words("да", "yes"), False: words("НЕ", "NO"), None: None}[measure.is_met]
    other = None if measure.yardstick_value is None else f"{shown(measure.yardstick_value)} {measure.unit}"
    value = f"{shown(measure.value)} {measure.unit}"
    return (
        measure.bench,
        measure.name.in_(language),
        value.rstrip(),
        measure.yardstick.in_(language),
        other and other.rstrip(),
        _ratio(measure),
        measure.demand,
        met,
    )


def _ratio(measure: Measure) -> str | None:
    if measure.ratio is None:
        return None
    reach = (
        "" if measure.low is None or measure.low == measure.high else f" [{shown(measure.low)}–{shown(measure.high)}]"
    )
    return f"{shown(measure.ratio)}{reach}"


def shown(number: float | None) -> str:
    """A figure with as many digits as it deserves."""
    if number is None:
        return ""
    if number == int(number) or abs(number) >= 1000:
        return f"{number:,.0f}".replace(",", " ")
    return f"{number:.3g}"
