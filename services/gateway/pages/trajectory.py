"""The path of an indicator, drawn by the chart engine (vl-convert) and kept by the hash of what was asked for.

Loading the engine takes 0.4 s and 80 MB, so it comes with the first drawing, never at start; drawing runs in a thread.
Reports draw the same chart from the same specification; pages put a token in the place of each colour.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from markupsafe import Markup, escape

from shared.language import Language

Spec = dict[str, Any]  # Any: a Vega-Lite specification is free JSON

TOKENS = {
    "#0b5876": "chart-1",
    "#cf5f2e": "chart-2",
    "#14252c": "ink",
    "#4a5a62": "muted",
    "#6f7e85": "edge",
    "#dcd6c9": "line",
    "#ffffff": "page",
}
MOST_IN_MEMORY = 256
CLOSE = 0.12
QUARTERS = 4
MONTHS = 12


@dataclass(frozen=True)
class Point:
    """A figure at a time, in years; `solid` is a value that somebody verified."""

    at: float
    value: float
    solid: bool = True


@dataclass(frozen=True)
class Trajectory:
    """What a trajectory shows. `band` is the range to hold, either end of which may be open."""

    expected: tuple[Point, ...]
    measured: tuple[Point, ...]
    target: Point | None
    band: tuple[float | None, float | None] | None
    stepped: bool
    unit: str
    words: tuple[str, str]


def year_of(period: str) -> float:
    """Place a period at its end, in years: 2019 → 2019, 2019-Q3 → 2018.75, 2019-07 → 2018.583."""
    year, _, part = period.partition("-")
    if not part:
        return float(year)
    share = int(part[1:]) / QUARTERS if part.startswith("Q") else int(part) / MONTHS
    return int(year) - 1 + share


def _rows(points: Sequence[Point]) -> Spec:
    return {"values": [{"x": p.at, "y": p.value, "solid": p.solid} for p in points]}


def _x(low: float, high: float) -> Spec:
    ticks = list(range(int(low), int(high) + 1))
    thinned = ticks if len(ticks) <= 8 else ticks[::2]  # noqa: PLR2004 - as many years as stand side by side
    axis = {"format": "d", "values": thinned, "title": None, "labelAngle": 0}
    return {"field": "x", "type": "quantitative", "scale": {"domain": [low, high], "nice": False}, "axis": axis}


def _y(path: Trajectory) -> Spec:
    axis = {"title": path.unit, "tickCount": 4}
    return {"field": "y", "type": "quantitative", "scale": {"zero": False, "nice": True}, "axis": axis}


def _said(point: Point, text: str, dy: int) -> Spec:
    """Write a label to the right of a point."""
    mark = {"type": "text", "dx": 12, "dy": dy, "align": "left", "color": "#14252c", "fontSize": 14, "fontWeight": 700}
    return {
        "data": {"values": [{"x": point.at, "y": point.value}]},
        "mark": mark,
        "encoding": {"text": {"value": text}},
    }


def _band(path: Trajectory, low: float, high: float) -> list[Spec]:
    if path.band is None:
        return []
    values = [point.value for point in (*path.expected, *path.measured)]
    bottom = path.band[0] if path.band[0] is not None else min(values)
    top = path.band[1] if path.band[1] is not None else max([*values, bottom])
    data = {"values": [{"a": low, "b": high, "c": bottom, "d": top}]}
    encoding = {name: {"field": field} for name, field in (("x", "a"), ("x2", "b"), ("y", "c"), ("y2", "d"))}
    return [{"data": data, "mark": {"type": "rect", "color": "#0b5876", "opacity": 0.12}, "encoding": encoding}]


def _apart(path: Trajectory) -> tuple[int, int]:
    """How far to move the labels of the target and of the last value, so that they don't cover one another."""
    if path.target is None or not path.measured or path.target.at != path.measured[-1].at:
        return 0, 0
    values = [point.value for point in (*path.expected, *path.measured)]
    gap = (path.target.value - path.measured[-1].value) / ((max(values) - min(values)) or 1)
    if abs(gap) > CLOSE:
        return 0, 0
    return (-10, 10) if gap >= 0 else (10, -10)


def _expected(path: Trajectory) -> list[Spec]:
    if not path.expected:
        return []
    line = {"type": "line", "color": "#6f7e85", "strokeDash": [7, 5], "strokeWidth": 2}
    if path.stepped:
        line["interpolate"] = "step-after"
    layers: list[Spec] = [{"data": _rows(path.expected), "mark": line}]
    if path.target:
        diamond = {"type": "point", "shape": "diamond", "filled": True, "color": "#cf5f2e", "size": 130, "opacity": 1}
        layers.append({"data": _rows([path.target]), "mark": diamond})
        layers.append(_said(path.target, path.words[0], _apart(path)[0]))
    return layers


def _measured(path: Trajectory) -> list[Spec]:
    if not path.measured:
        return []
    line = {"type": "line", "color": "#0b5876", "strokeWidth": 3}
    solid = [point for point in path.measured if point.solid]
    hollow = [point for point in path.measured if not point.solid]
    dot = {"type": "point", "color": "#0b5876", "filled": True, "size": 80, "opacity": 1}
    ring = {"type": "point", "stroke": "#0b5876", "fill": "#ffffff", "strokeWidth": 3, "size": 110, "opacity": 1}
    last = path.measured[-1]
    return [
        {"data": _rows(path.measured), "mark": line},
        {"data": _rows(solid), "mark": dot},
        {"data": _rows(hollow), "mark": ring},
        _said(last, path.words[1], _apart(path)[1]),
    ]


def _config() -> Spec:
    label = {"labelColor": "#4a5a62", "labelFontSize": 14, "titleColor": "#4a5a62", "titleFontSize": 14}
    return {
        "background": "transparent",
        "font": "system-ui, sans-serif",
        "padding": 4,
        "view": {"stroke": None},
        "axis": {**label, "domainColor": "#6f7e85", "gridColor": "#dcd6c9", "gridDash": [2, 3], "ticks": False}
        | {"labelPadding": 6, "titleFontWeight": "normal"},
        "axisX": {"grid": False},
        "axisY": {
            "domain": False,
            "titleAngle": 0,
            "titleAlign": "left",
            "titleAnchor": "end",
            "titleX": 0,
            "titleY": -14,
        },
    }


def specification(path: Trajectory, width: int) -> Spec:
    """Write the chart as Vega-Lite, in light colours, for a box of `width` px."""
    times = [point.at for point in (*path.expected, *path.measured)]
    low, high = min(times), max(times)
    margin = max((high - low) * 0.04, 0.2)
    layers = [*_band(path, low - margin, high + margin), *_expected(path), *_measured(path)]
    return {
        "width": width - 130,
        "height": 240 if width > 400 else 220,  # noqa: PLR2004 - between the two widths that are drawn
        "encoding": {"x": _x(low - margin, high + margin), "y": _y(path)},
        "layer": layers,
        "config": _config(),
    }


def _tidied(svg: str) -> str:
    """Leave out what a picture with a label needs not, and let it take the width of its box."""
    svg = re.sub(
        r' (?:class|role|aria-[a-z]+|pointer-events|xmlns(?::xlink)?|version|stroke-miterlimit)="[^"]*"', "", svg
    )
    svg = re.sub(r' (?:opacity="1"|font-family="[^"]*")', "", svg)
    svg = re.sub(r'<svg width="[^"]*" height="[^"]*"', "<svg", svg, count=1)
    svg = re.sub(r'<path(?: d="M0,0h0v0h0Z"| d="" display="none"| d=""(?: display="none")?)/>', "", svg)
    svg = re.sub(r"(\d+\.\d{2})\d+", r"\1", svg)
    return re.sub(r"#[0-9a-f]{6}", lambda found: f"var(--{TOKENS[found[0]]})", svg)


def _drawn(spec: Spec, language: Language) -> str:
    import vl_convert  # noqa: PLC0415 - loading the engine takes 0.4 s and belongs to the first drawing

    decimal, thousands = (",", "\u00a0") if language == "bg" else (".", ",")
    locale = {
        "decimal": decimal,
        "thousands": thousands,
        "grouping": [3],
        "currency": ["", "\u00a0€"],
        "percent": "\u00a0%",
    }
    return _tidied(vl_convert.vegalite_to_svg(spec, format_locale=locale))


class Drawings:
    """Charts that were drawn before, in memory and in `cache`/charts."""

    def __init__(self, cache: Path) -> None:
        self._folder = cache / "charts"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()

    async def draw(self, spec: Spec, language: Language, label: str) -> Markup:
        """Draw a specification, or return what was drawn of it before; `label` says in words what it shows."""
        key = sha256(orjson.dumps([spec, language, TOKENS], option=orjson.OPT_SORT_KEYS)).hexdigest()
        async with self._one_at_a_time:
            if key not in self._kept:
                self._keep(key, await asyncio.to_thread(self._found_or_drawn, key, spec, language))
        self._kept.move_to_end(key)
        named = self._kept[key].replace("<svg", f'<svg role="img" aria-label="{escape(label)}"', 1)
        return Markup(named)  # noqa: S704 - the engine escapes the texts of a specification, the label is escaped above

    def _keep(self, key: str, svg: str) -> None:
        self._kept[key] = svg
        if len(self._kept) > MOST_IN_MEMORY:
            self._kept.popitem(last=False)

    def _found_or_drawn(self, key: str, spec: Spec, language: Language) -> str:
        place = self._folder / f"{key}.svg"
        if place.exists():
            return place.read_text("utf-8")
        svg = _drawn(spec, language)
        half = place.with_suffix(".half")
        half.write_text(svg, "utf-8")
        half.replace(place)
        return svg
