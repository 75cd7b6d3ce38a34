"""Workbooks of several sheets: read in a child process with limits, written without formulas."""

import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import xlsxwriter

from services.monitoring.tables.columns import SHEETS, Sheet
from shared.errors import FieldError, Invalid, TooLarge
from shared.language import Text
from shared.spreadsheets import read_in_child
from shared.tables import (
    CSV_START,
    MAX_BYTES,
    Cell,
    Table,
    XlsxRows,
    csv_line,
    read_table,
)

_CHILD = Path(__file__).with_name("workbook_child.py")
_ZIP = b"PK\x03\x04"
_PLAIN_TEXT = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "nan_inf_to_errors": False,
}


def is_workbook(data: bytes) -> bool:
    return data.startswith(_ZIP)


def read_workbook(name: str, data: bytes) -> dict[str, Table]:
    """Read the sheets that we know, by their codes; others are passed over. It may take seconds: call it in a thread.

    Raises TooLarge and Invalid, with each fault at its sheet, row and column.
    """
    if len(data) > MAX_BYTES:
        raise TooLarge(Text(bg=f"„{name}“ е над 20 MB. Разделете го.", en=f"“{name}” is over 20 MB. Split it."))
    rows = _rows(name, data)
    known = {sheet: found for found in rows if (sheet := _known(found)) is not None}
    return {sheet.code: _table(sheet, rows[found]) for sheet, found in known.items() if rows[found]}


def _known(name: str) -> Sheet | None:
    written = name.strip().lower()
    return next((sheet for sheet in SHEETS if written in (sheet.code, sheet.name.lower())), None)


def _rows(name: str, data: bytes) -> dict[str, list[list[str]]]:
    too_many = TooLarge(
        Text(
            bg="Лист е над 100 000 реда или 1000 колони, или листовете са над 20. Разделете файла.",
            en="A sheet has over 100,000 rows or 1,000 columns, or there are over 20 sheets. Split the file.",
        )
    )
    rows: dict[str, list[list[str]]] = read_in_child(name, data, _CHILD, too_many)
    return rows


def _table(sheet: Sheet, rows: Sequence[Sequence[str]]) -> Table:
    """Check a sheet as every table is checked."""
    as_csv = CSV_START + "".join(csv_line(row) for row in rows)
    try:
        return read_table(f"{sheet.name}.csv", as_csv.encode())
    except Invalid as fault:
        named = [FieldError(f"{sheet.name}, {each.pointer}", each.message) for each in fault.errors]
        raise Invalid(fault.text, named) from fault


def written_workbook(sheets: Mapping[str, Iterable[Sequence[Cell]]]) -> bytes:
    """Write a workbook: each sheet by its name with all its rows. Raises Invalid where a text does not fit a cell."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, _PLAIN_TEXT)
    try:
        for name, rows in sheets.items():
            sheet = XlsxRows(book.add_worksheet(name))
            for row in rows:
                sheet.add(row)
    finally:
        book.close()
    return out.getvalue()
