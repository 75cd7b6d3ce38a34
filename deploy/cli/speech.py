"""How the command line speaks: the reader's language, tables for people, JSON for programs."""

import errno
import os
import re
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


WIDTH_ELSEWHERE = 140
"""Columns of a table that goes to a file or a pipe, where nobody's screen sets a limit."""


def out() -> Console:
    """The console for answers."""
    return Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDTH_ELSEWHERE)


def err() -> Console:
    """The console for what is said beside the answer."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def said_of(fault: OSError) -> str:
    """Say what the operating system refused, in the reader's language."""
    known = _FAULTS.get(fault.errno or 0)
    return known.in_(command_language()) if known else os.strerror(fault.errno or 0)


_FAULTS = {
    errno.ENOENT: Text(bg="няма такъв файл или папка", en="there is no such file or folder"),
    errno.EACCES: Text(bg="нямате права за това", en="you have no right to it"),
    errno.EPERM: Text(bg="нямате права за това", en="you have no right to it"),
    errno.EISDIR: Text(bg="това е папка", en="it is a folder"),
    errno.ENOTDIR: Text(bg="това не е папка", en="it is no folder"),
    errno.ENOSPC: Text(bg="мястото свърши", en="no space is left"),
    errno.EROFS: Text(bg="тук може само да се чете", en="it can only be read"),
}

_WORDS = {
    "accepted": "приети",
    "repeated": "повторени",
    "rows": "редове",
    "recorded": "записани",
    "unchanged": "без промяна",
    "dry_run": "само проверка",
    "version": "версия",
    "state": "състояние",
    "id": "код",
    "draft": "чернова",
    "plan": "план",
    "survey": "анкета",
}


def told(reply: Json) -> str:
    """Say the short fields of an answer in a line, in the reader's language."""
    if not isinstance(reply, dict):
        return ""
    fields = {name: value for name, value in reply.items() if isinstance(value, int | str)}
    if command_language() == ENGLISH:
        return ", ".join(f"{name} {value}" for name, value in fields.items())
    return ", ".join(f"{_WORDS.get(name, name)} {_plain(value)}" for name, value in fields.items())


def _plain(value: object) -> str:
    return {"True": "да", "False": "не"}.get(str(value), _WORDS.get(str(value), str(value)))


def placed(pointer: str) -> str:
    """Write a place in a file («row 3, column B») in the reader's language."""
    if command_language() == ENGLISH:
        return pointer
    return re.sub(r"\bcolumn\b", "колона", re.sub(r"\brow\b", "ред", pointer))


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
        console.print(f"  {placed(fault.pointer)}: {fault.message.in_(language)}", markup=False)
    if len(error.errors) > 50:  # noqa: PLR2004 - a screen holds about fifty lines
        console.print(words(f"  … и още {len(error.errors) - 50}", f"  … and {len(error.errors) - 50} more"))
