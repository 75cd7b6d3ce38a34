"""Charts of shares, drawn here as SVG.

Bars are rectangles: drawing them in Python takes microseconds, where the chart engine takes 20 ms each and 80 MB of
memory, and a live page of fifteen questions is drawn anew at every step of the survey. Trajectories use the engine
(trajectory.py). Colours are the pages' tokens. Each chart comes wide (520 px) and tall (340 px), for its own box.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from markupsafe import Markup, escape

TEXT_PX = 14
LINE_PX = 18
CHARACTER_PX = 8.2
SQUARE = Markup(
    '<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path fill="var(--likert-{})" d="M0 0h16v16H0z"/></svg>'
)
BAR_PX = 20


@dataclass(frozen=True)
class Bar:
    """One bar: a share of 1 with its interval, and how the share is written. A hidden one has no share, no bar."""

    label: str
    share: float | None
    low: float | None
    high: float | None
    written: str


@dataclass(frozen=True)
class Stack:
    """Shares of the steps of a scale, lowest first, each with how it is written; they add up to 1.

    Where some steps are kept back they add up to less, and `note` says which are missing.
    """

    label: str
    shares: tuple[float, ...]
    written: tuple[str, ...]
    note: str = ""


def _text(x: float, y: float, said: str, *, anchor: str = "start", fill: str = "ink", weight: int = 400) -> str:
    bold = f' font-weight="{weight}"' if weight != 400 else ""  # noqa: PLR2004 - the weight of plain text
    end = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text x="{x:.5g}" y="{y:.5g}" font-size="{TEXT_PX}" fill="var(--{fill})"{bold}{end}>{escape(said)}</text>'


def _rect(x: float, y: float, width: float, height: float, fill: str) -> str:
    return f'<rect x="{x:.5g}" y="{y:.5g}" width="{max(width, 0):.5g}" height="{height:.5g}" fill="var(--{fill})"/>'


def _line(x1: float, x2: float, y: float, stroke: str, width: float) -> str:
    return f'<path d="M{x1:.5g} {y:.5g}H{x2:.5g}" stroke="var(--{stroke})" stroke-width="{width:g}"/>'


def _svg(width: float, height: float, parts: Sequence[str], label: str) -> Markup:
    # The parts were escaped where they were written; the label is escaped here.
    box = f'<svg viewBox="0 0 {width:.5g} {height:.5g}" role="img" aria-label="{escape(label)}">'
    return Markup(box + "".join(parts) + "</svg>")  # noqa: S704 - see the comment above


def _lines(label: str, room: float) -> list[str]:
    return wrap(label, max(8, int(room / CHARACTER_PX))) or [""]


def axis(bars: Sequence[Bar]) -> tuple[float, ...]:
    """Where the grid lines of these bars stand, as shares: from zero to the next quarter after the longest whisker."""
    longest = max([bar.high or bar.share or 0 for bar in bars], default=0)
    end = next((quarter for quarter in (0.25, 0.5, 0.75) if longest <= quarter), 1.0)
    steps = {0.25: 5, 0.5: 5, 0.75: 3, 1.0: 4}[end]
    return tuple(end * step / steps for step in range(steps + 1))


def _bar(bar: Bar, x: float, y: float, scale: float) -> list[str]:
    if bar.share is None:
        return [_text(x, y + BAR_PX - 5, bar.written, fill="muted")]
    parts = [_rect(x, y, bar.share * scale, BAR_PX, "chart-1")]
    end = bar.share
    if bar.low is not None and bar.high is not None:
        middle, start, end = y + BAR_PX / 2, x + bar.low * scale, max(bar.high, bar.share)
        parts += [_line(start, x + bar.high * scale, middle, stroke, px) for stroke, px in (("surface", 6), ("ink", 2))]
    return [*parts, _text(x + end * scale + 8, y + BAR_PX - 5, bar.written, weight=700)]


def _grid(x: float, height: float, scale: float, ticks: Sequence[tuple[float, str]]) -> list[str]:
    parts = []
    for share, said in ticks:
        at = x + share * scale
        parts.append(f'<path d="M{at:.5g} 0V{height:.5g}" stroke="var(--line)" stroke-dasharray="2 3"/>')
        parts.append(_text(at, height + 18, said, anchor="middle", fill="muted"))
    return parts


def _bars_wide(bars: Sequence[Bar], label: str, ticks: Sequence[tuple[float, str]]) -> Markup:
    left = 190.0
    scale = (520 - left - 60) / ticks[-1][0]
    parts, y = [], 8.0
    for bar in bars:
        lines = _lines(bar.label, left - 12)
        height = max(BAR_PX, len(lines) * LINE_PX)
        first = y + height / 2 - len(lines) * LINE_PX / 2 + TEXT_PX - 1
        parts += [_text(left - 10, first + n * LINE_PX, line, anchor="end") for n, line in enumerate(lines)]
        parts += _bar(bar, left, y + (height - BAR_PX) / 2, scale)
        y += height + 14
    return _svg(520, y + 26, [*_grid(left, y, scale, ticks), *parts], label)


def _bars_tall(bars: Sequence[Bar], label: str) -> Markup:
    scale = (340 - 60) / axis(bars)[-1]
    parts, y = [], 2.0
    for bar in bars:
        lines = _lines(bar.label, 330)
        parts += [_text(0, y + TEXT_PX + n * LINE_PX, line) for n, line in enumerate(lines)]
        y += len(lines) * LINE_PX + 4
        parts += _bar(bar, 0, y, scale)
        y += BAR_PX + 14
    return _svg(340, y, parts, label)


def bars(rows: Sequence[Bar], label: str, written: Sequence[str]) -> tuple[Markup, Markup]:
    """Draw bars from zero with their intervals, wide and tall; `written` names the lines of their `axis`."""
    ticks = list(zip(axis(rows), written, strict=True))
    return _bars_wide(rows, label, ticks), _bars_tall(rows, label)


def _stack(stack: Stack, middle: float, y: float, scale: float) -> list[str]:
    """Draw the steps of a scale around the middle of its neutral step; an even scale has none."""
    half = len(stack.shares) // 2
    below = sum(stack.shares[:half]) + (stack.shares[half] / 2 if len(stack.shares) % 2 else 0)
    x, parts = middle - below * scale, []
    for step, (share, written) in enumerate(zip(stack.shares, stack.written, strict=True)):
        token = _likert(step, len(stack.shares))
        parts.append(_rect(x, y, share * scale, 24, f"likert-{token}"))
        if share * scale >= 26:  # noqa: PLR2004 - the width of two figures
            ink = "likert-end" if token in (1, 5) else "likert-ink"
            parts.append(_text(x + share * scale / 2, y + 17, written, anchor="middle", fill=ink, weight=700))
        x += share * scale
    return parts


def _likert(step: int, steps: int) -> int:
    """Spread the five colours over a scale of any length."""
    return 1 + round(step * 4 / max(steps - 1, 1))


def _stacks(rows: Sequence[Stack], label: str, width: float) -> Markup:
    below = max(_side(stack.shares) for stack in rows)
    above = max(_side(stack.shares[::-1]) for stack in rows)
    scale = (width - 2) / (below + above or 1)
    parts, y = [], 0.0
    for stack in rows:
        lines = _lines(stack.label, width)
        parts += [_text(0, y + TEXT_PX + n * LINE_PX, line, weight=700) for n, line in enumerate(lines)]
        notes = _lines(stack.note, width) if stack.note else []
        first = y + TEXT_PX + len(lines) * LINE_PX
        parts += [_text(0, first + n * LINE_PX, line, fill="muted") for n, line in enumerate(notes)]
        y += (len(lines) + len(notes)) * LINE_PX + 4
        parts += _stack(stack, below * scale + 1, y, scale)
        y += 24 + 14
    return _svg(width, y, parts, label)


def _side(shares: Sequence[float]) -> float:
    half = len(shares) // 2
    return sum(shares[:half]) + (shares[half] / 2 if len(shares) % 2 else 0)


def stacks(rows: Sequence[Stack], label: str) -> tuple[Markup, Markup]:
    """Draw scales as diverging bars around their middle, wide and tall; each label stands above its bar."""
    return _stacks(rows, label, 520), _stacks(rows, label, 340)


def key(steps: int) -> list[Markup]:
    """Draw the little squares that name the colours of a scale's steps."""
    return [SQUARE.format(_likert(step, steps)) for step in range(steps)]
