"""How the command line speaks: the reader's language, tables for people, JSON for programs."""

import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from shared.errors import MegdanError
from shared.language import BULGARIAN, ENGLISH, Language, Text

Json = Any  # whatever the API answers


def command_language() -> Language:
    """The language of whoever types: MEGDAN_LANGUAGE, else the locale; Bulgarian unless it says English."""
    names = ("MEGDAN_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    chosen = next((os.environ[name] for name in names if os.environ.get(name)), BULGARIAN)
    return ENGLISH if chosen.startswith(ENGLISH) else BULGARIAN


def words(bg: str, en: str) -> str:
    """Choose between two wordings."""
    return Text(bg=bg, en=en).in_(command_language())


def out() -> Console:
    return Console(highlight=False, soft_wrap=True)


def err() -> Console:
    return Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(content: Json) -> None:
    sys.stdout.write(orjson.dumps(content, option=orjson.OPT_INDENT_2).decode() + "\n")


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; numbers and missing things as they are, nothing cut."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("–" if cell is None else escape(str(cell)) for cell in row))
    out().print(table)


def tell(error: MegdanError) -> None:
    """Say what is wrong and what to do, on standard error."""
    language, console = command_language(), err()
    console.print(f"[bold red]{error.title.in_(language)}.[/] {escape(error.text.in_(language))}", markup=True)
    for fault in error.errors[:50]:
        console.print(f"  {fault.pointer}: {fault.message.in_(language)}", markup=False)
    if len(error.errors) > 50:  # noqa: PLR2004 - a screen holds about fifty lines
        console.print(words(f"  … и още {len(error.errors) - 50}", f"  … and {len(error.errors) - 50} more"))
