"""Reads every sheet of an XLSX in a process of its own, as shared/tables_child.py reads the first one.

It is run as a script: the file comes on standard input, {name: rows} leaves as JSON on standard output. The exit codes
are those of shared/tables_child.py.
"""

import io
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from shared.tables_child import (
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_ROWS,
    TOO_MANY_CELLS,
    answer,
    as_text,
    marked,
    not_computed,
    percents,
    with_percents,
)

MOST_SHEETS = 20


def sheets_of(data: bytes) -> dict[str, list[list[str]]] | int:
    """Return the rows of each sheet from A1 on, or the exit code that says why not."""
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 - only the child may load it, after its limits are set

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    if len(book.sheet_names) > MOST_SHEETS:
        return TOO_MANY_CELLS
    formulas, shares = not_computed(data), percents(data)
    found: dict[str, list[list[str]]] = {}
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        if sheet.total_height > MOST_ROWS or sheet.total_width > MOST_COLUMNS:
            return TOO_MANY_CELLS
        if sheet.total_height * sheet.total_width > MOST_CELLS:
            return TOO_MANY_CELLS
        rows = [[as_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
        found[name] = marked(with_percents(rows, shares.get(name, [])), formulas.get(name, []))
    return found


if __name__ == "__main__":
    sys.exit(answer(sheets_of))
