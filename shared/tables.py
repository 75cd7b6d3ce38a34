"""Tables that people bring and take away: CSV and XLSX, read as text, written without formulas."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import xlsxwriter

from shared.encodings import decoded
from shared.errors import FieldError, Invalid, TooLarge, shown
from shared.language import Text
from shared.spreadsheets import read_in_child
from shared.tables_child import NOT_COMPUTED

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 100_000
MAX_COLUMNS = 1_000
MAX_ERRORS = 1_000

CSV_START = "\ufeff"
"""Begins every CSV that we write: spreadsheets then read it as UTF-8."""

Cell = str | int | float | None

_CHILD = Path(__file__).with_name("tables_child.py")
_LIKE_FORMULA = r"=+\-@＝＋－＠'"
_TO_SHIELD = re.compile(rf"(?:^(?=[{_LIKE_FORMULA}\t\r\n])|(?<=[;\t\r\n\"])(?=[{_LIKE_FORMULA}]))")
_SHIELDED = re.compile(rf"(?:^'(?=[{_LIKE_FORMULA}\t\r\n])|(?<=[;\t\r\n\"])'(?=[{_LIKE_FORMULA}]))")
"""Where a spreadsheet could see a formula: at the start, and, since in Bulgaria it may separate by semicolons, behind
what could separate."""


@dataclass(frozen=True)
class Table:
    """A header of distinct names, and the rows that are not blank, each with its number in the file (header: 1)."""

    header: list[str]
    rows: list[tuple[int, list[str]]]


def at(row: int, column: int | None = None) -> str:
    """Name a place as a spreadsheet does, e.g. «row 3, column F»; columns count from 0."""
    return f"row {row}" if column is None else f"row {row}, column {column_letters(column)}"


def in_bulgarian(place: str) -> str:
    """Name a place that `at` named in a Bulgarian sentence, e.g. «ред 3, колона F»."""
    return re.sub(r"\bcolumn (?=[A-Z])", "колона ", re.sub(r"\brow (?=[0-9])", "ред ", place))


def column_letters(column: int) -> str:
    """Name a column as a spreadsheet does: 0 is A, 26 is AA."""
    before, last = divmod(column, 26)
    return (column_letters(before - 1) if before else "") + chr(ord("A") + last)


def read_table(name: str, data: bytes) -> Table:
    """Read a CSV (comma, semicolon or tab) or the first sheet of an XLSX; the content decides which it is.

    It may take seconds: call it in a thread. Raises TooLarge (20 MB, 100,000 rows) and Invalid, with each fault at
    its row and column.
    """
    if len(data) > MAX_BYTES:
        raise TooLarge(Text(bg=f"„{name}“ е над 20 MB. Разделете го.", en=f"“{name}” is over 20 MB. Split it."))
    return _checked(_xlsx_rows(name, data) if data.startswith(b"PK\x03\x04") else _csv_rows(data))


def _csv_rows(data: bytes) -> list[list[str]]:
    text = decoded(data)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[list[str]] = []
    try:
        for row in reader:
            if len(rows) > MAX_ROWS or len(row) > MAX_COLUMNS:
                raise _too_many_rows()
            rows.append([_unshielded(cell) for cell in row])
    except csv.Error as fault:
        message = Text(
            bg="Кавичка не е затворена или стои насред клетка. Затворете я или я удвоете.",
            en="A quote is not closed, or stands inside a cell. Close it or double it.",
        )
        raise Invalid(message, [FieldError(at(len(rows) + 1), message)]) from fault
    return rows


def _delimiter(text: str) -> str:
    head = text.split("\n", 1)[0]
    unquoted = "".join(head.split('"')[::2])
    return max((",", ";", "\t"), key=unquoted.count)


def _xlsx_rows(name: str, data: bytes) -> list[list[str]]:
    rows: list[list[str]] = read_in_child(name, data, _CHILD, _too_many_rows())
    return rows


def _too_many_rows() -> TooLarge:
    return TooLarge(
        Text(
            bg="Таблицата е над 100 000 реда, 1000 колони или 250 листа. Разделете я и изтрийте празното след данните.",
            en="Over 100,000 rows, 1,000 columns or 250 sheets. Split the table; delete what is empty after the data.",
        )
    )


def _checked(rows: list[list[str]]) -> Table:
    header = [name.strip() for name in rows[0]] if rows else []
    while header and not header[-1]:
        header.pop()
    errors = [*_header_errors(header)]
    kept: list[tuple[int, list[str]]] = []
    for number, row in enumerate(rows, start=1):
        errors.extend(_formula_errors(number, row))
    for number, row in enumerate(rows[1:], start=2):
        if any(cell.strip() for cell in row):
            errors.extend(_width_errors(number, row, len(header)))
            kept.append((number, row[: len(header)]))
    if errors:
        raise Invalid(
            Text(bg="Таблицата не е наред; нищо не е записано.", en="The table is not in order; nothing was stored."),
            errors[:MAX_ERRORS],
        )
    return Table(header, kept)


def _header_errors(header: list[str]) -> Iterator[FieldError]:
    if not header:
        yield FieldError(
            at(1),
            Text(
                bg="Първият ред е празен. На него трябва да са имената на колоните.",
                en="The first row is empty. It must hold the names of the columns.",
            ),
        )
    for column, name in enumerate(header):
        if not name:
            yield FieldError(
                at(1, column), Text(bg="Колоната няма име. Дайте ѝ име.", en="The column has no name. Name it.")
            )
        elif name in header[:column]:
            yield FieldError(
                at(1, column),
                Text(
                    bg=f"Колоната „{shown(name)}“ е два пъти. Оставете една.",
                    en=f"The column “{shown(name)}” stands twice. Keep one.",
                ),
            )


def _formula_errors(number: int, row: list[str]) -> Iterator[FieldError]:
    if NOT_COMPUTED in row:
        for column, cell in enumerate(row):
            if cell == NOT_COMPUTED:
                yield FieldError(
                    at(number, column),
                    Text(
                        bg="Формулата няма стойност или дава грешка (#DIV/0!). Поправете я в Excel и запишете файла.",
                        en="The formula has no value, or an error (#DIV/0!). Mend it in Excel and save the file.",
                    ),
                )


def _width_errors(number: int, row: list[str], width: int) -> Iterator[FieldError]:
    if NOT_COMPUTED in row:
        return  # That is said already, and what stands around such a cell is not known.
    if any(cell.strip() for cell in row[width:]):
        yield FieldError(
            at(number, width),
            Text(
                bg="Редът има повече клетки от заглавния. Изтрийте излишните или сложете кавички.",
                en="The row has more cells than the header. Delete the extra ones, or quote the text.",
            ),
        )
    elif len(row) < width:
        yield FieldError(
            at(number),
            Text(
                bg=f"Клетките на реда са {len(row)}, а на заглавния – {width}. Допълнете реда.",
                en=f"The row has {len(row)} cells, the header {width}. Complete it.",
            ),
        )


def with_rows(table: Table) -> Table:
    """Return a table that somebody brings to have it stored. Raises Invalid if nothing stands under its header."""
    if table.rows:
        return table
    empty = Text(
        bg="Под заглавния ред няма нищо. Попълнете поне един ред или изберете файла с данните.",
        en="There is nothing under the header. Fill in at least one row, or choose the file with the data.",
    )
    raise Invalid(empty, [FieldError(at(2), empty)])


def csv_line(cells: Iterable[Cell]) -> str:
    """Write a row of a CSV. What looks like a formula in a text gets an apostrophe, which reading takes away again."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow([_shielded(cell) for cell in cells])
    return out.getvalue()


def _shielded(cell: Cell) -> Cell:
    return _TO_SHIELD.sub("'", cell) if isinstance(cell, str) else cell


def _unshielded(cell: str) -> str:
    return _SHIELDED.sub("", cell) if "'" in cell else cell


class XlsxRows:
    """A sheet that grows row by row with little memory; texts stay texts, whatever they begin with."""

    def __init__(self, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        self._sheet = sheet
        self._next = 0

    def add(self, cells: Sequence[Cell]) -> None:
        """Write the next row. Raises Invalid where a text does not fit a cell (32,767 characters)."""
        for column, cell in enumerate(cells):
            if cell is not None and self._write(column, cell) != 0:
                raise Invalid(
                    Text(
                        bg="Текст не се побира в клетка на XLSX. Вземете CSV.",
                        en="A text does not fit in XLSX. Take the CSV.",
                    )
                )
        self._next += 1

    def _write(self, column: int, cell: str | float) -> int:
        if isinstance(cell, str):
            return int(self._sheet.write_string(self._next, column, cell))
        return int(self._sheet.write_number(self._next, column, cell))


@contextmanager
def write_xlsx(out: IO[bytes], sheet: str) -> Iterator[XlsxRows]:
    """Open a workbook of one sheet that is written to `out` when the block ends."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": False,
    }
    book = xlsxwriter.Workbook(out, options)
    try:
        yield XlsxRows(book.add_worksheet(sheet))
    finally:
        book.close()
