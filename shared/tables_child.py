"""Reads the first sheet of an XLSX in a process of its own: a crafted file may abort it or eat its memory, not ours.

It is run as a script: the file comes on standard input, the rows leave as JSON on standard output. Exit 3 = not a
readable workbook, 4 = more cells than are taken; anything else that is not 0 = it died of the file.
"""

import io
import json
import resource
import sys
from datetime import date, datetime, time, timedelta

MEMORY_BYTES = 512 * 1024 * 1024
CPU_S = 5
MOST_ROWS = 100_001
MOST_COLUMNS = 1_000
MOST_CELLS = 5_000_000
NOT_READABLE = 3
TOO_MANY_CELLS = 4
_EXACT_INTEGERS = 2**53


def limit_itself() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def as_text(value: object) -> str:
    """Write a cell as a person would have typed it: 4 and not 4.0, days as 2026-05-01."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT_INTEGERS else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value.total_seconds())
    return str(value)


def rows_of(data: bytes) -> list[list[str]] | int:
    """Return the first sheet's rows from A1 on, or the exit code that says why not."""
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 - only the child may load it, after its limits are set

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    last_row, last_column = sheet.end or (0, 0)  # counted from 0; an empty sheet has no end
    if last_row >= MOST_ROWS or last_column >= MOST_COLUMNS or (last_row + 1) * (last_column + 1) > MOST_CELLS:
        return TOO_MANY_CELLS
    return [[as_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]


def main() -> int:
    limit_itself()
    try:
        rows = rows_of(sys.stdin.buffer.read())
    except MemoryError:
        return TOO_MANY_CELLS
    except Exception:  # noqa: BLE001 - the reader raises errors of many kinds, all mean the same: not readable
        return NOT_READABLE
    if isinstance(rows, int):
        return rows
    json.dump(rows, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
