"""The parts of a question's figure: a message, a chart in two widths, a table with the same numbers."""

from dataclasses import dataclass

from markupsafe import Markup

from services.gateway.pages.backend import Json
from services.gateway.pages.words import Words

UNKNOWN = "–"
Cells = tuple[Markup | str, ...]


@dataclass(frozen=True)
class Table:
    """Heads and rows of cells; the first cell of a row names it. A row of two cells is hidden from the second on."""

    heads: tuple[str, ...]
    rows: tuple[Cells, ...]


@dataclass(frozen=True)
class Figure:
    """What is drawn for a question, or for several (`ids`) that share a scale; `key` names the colours of its steps."""

    id: str
    title: Markup
    message: str
    sub: str
    plots: tuple[Markup, Markup] | None
    table: Table | None
    key: tuple[tuple[Markup, str], ...] = ()
    ids: tuple[str, ...] = ()


def is_hidden(part: Json) -> bool:
    """Whether an option's figures are kept back because too few people are behind them."""
    return bool(part.get("hidden")) or part.get("share") is None


def hidden_words(words: Words) -> str:
    return words.say("скрито поради малък брой")


def share_in_words(part: Json, words: Words) -> str:
    return hidden_words(words) if is_hidden(part) else words.percent(part["share"])


def interval(part: Json, words: Words) -> str:
    """Write an interval in brackets: (31–37 %)."""
    if part.get("low") is None or part.get("high") is None:
        return ""
    return f"({words.number(part['low'] * 100, 0)}–{words.percent(part['high'])})"


def share_cells(part: Json, words: Words) -> tuple[str, ...]:
    """Count, share and interval of an option as cells; the privacy words where it is hidden."""
    if is_hidden(part):
        return (hidden_words(words),)
    ends = [words.percent(part[end]) if part.get(end) is not None else UNKNOWN for end in ("low", "high")]
    return (words.number(part["count"]), words.percent(part["share"]), *ends)
