"""Reads the first sheet of an XLSX in a process of its own: a crafted file may abort it or eat its memory, not ours.

It is run as a script: the file comes on standard input, the rows leave as JSON on standard output. Exit 3 = not a
readable workbook, 4 = more cells than are taken; anything else that is not 0 = it died of the file.
"""

import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from xml.etree import ElementTree as ET

MEMORY_BYTES = 512 * 1024 * 1024
CPU_S = 5
MOST_ROWS = 100_001
MOST_COLUMNS = 1_000
MOST_CELLS = 5_000_000
NOT_READABLE = 3
TOO_MANY_CELLS = 4
NOT_COMPUTED = "\ufdd0"
"""Stands for a cell whose formula was never computed: no character that anybody writes."""

_EXACT_INTEGERS = 2**53
_PIECE_BYTES = 4 * 1024 * 1024
_FORMULA = re.compile(
    rb"<c\s(?P<attributes>[^<>]*)>\s*<f(?:\s[^<>]*?)?(?:/>|>[^<]*</f>)\s*(?:<v(?:\s[^<>]*)?>(?P<value>[^<]*)</v>)?"
)
_PLACE = re.compile(rb'\br="(?P<column>[A-Z]{1,3})(?P<row>[0-9]{1,7})"')
_TEXT = re.compile(rb'\bt="str"')
_BOOK, _LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


def limit_itself() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def as_text(value: object) -> str:
    """Write a cell as a person would have typed it: 4 and not 4.0, 0.3 and not 0.30000000000000004, 2026-05-01.

    Spreadsheets keep 15 significant digits; what lies behind them comes of computing in binary.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT_INTEGERS else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value.total_seconds())
    return str(value)


def not_computed(data: bytes) -> dict[str, list[tuple[int, int]]]:
    """Find the cells (row and column, from 0) of each sheet whose formula holds no result.

    Who writes a workbook without computing leaves the result out, or writes 0 and that all is to be computed on load.
    """
    found: dict[str, list[tuple[int, int]]] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if not {_BOOK, _LINKS} <= archive.NameToInfo.keys():
            return found  # Another format, such as ODS, which keeps results otherwise.
        book, links = (ET.fromstring(archive.read(part)) for part in (_BOOK, _LINKS))  # noqa: S314 - only a child with limits does this
        targets = {link.get("Id"): str(link.get("Target")) for link in links}
        waits = any(each.get("fullCalcOnLoad") in {"1", "true"} for each in book.findall(".//{*}calcPr"))
        for sheet in book.findall(".//{*}sheet"):
            link = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), None)
            part = targets.get(link, "")
            path = part.lstrip("/") if part.startswith("/") else f"xl/{part}"
            if path in archive.NameToInfo:
                found[str(sheet.get("name"))] = list(_without_result(archive, path, waits=waits))
    return found


def _without_result(archive: zipfile.ZipFile, path: str, *, waits: bool) -> Iterator[tuple[int, int]]:
    left = b""
    with archive.open(path) as part:
        while piece := part.read(_PIECE_BYTES):
            whole, left = _cut(left + piece)
            yield from _empty_formulas(whole, waits=waits)
    yield from _empty_formulas(left, waits=waits)


def _cut(text: bytes) -> tuple[bytes, bytes]:
    """Cut before the last row, which may go on in the next piece."""
    end = max(text.rfind(b"<row"), 0)
    return text[:end], text[end:]


def _empty_formulas(text: bytes, *, waits: bool) -> Iterator[tuple[int, int]]:
    for cell in _FORMULA.finditer(text):
        place, value = _PLACE.search(cell["attributes"]), cell["value"]
        is_empty = not value and not _TEXT.search(cell["attributes"])  # A text may be empty.
        if place is not None and (is_empty or (waits and value == b"0")):
            yield int(place["row"]) - 1, _column(place["column"].decode())


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def marked(rows: list[list[str]], cells: list[tuple[int, int]]) -> list[list[str]]:
    """Put NOT_COMPUTED into the cells of a sheet that have no result, be they inside of the rows or beyond."""
    for row, column in cells:
        if row < MOST_ROWS and column < MOST_COLUMNS:
            rows.extend([] for _ in range(row + 1 - len(rows)))
            rows[row].extend("" for _ in range(column + 1 - len(rows[row])))
            rows[row][column] = NOT_COMPUTED
    return rows


def rows_of(data: bytes) -> list[list[str]] | int:
    """Return the first sheet's rows from A1 on, or the exit code that says why not."""
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 - only the child may load it, after its limits are set

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    sheet = book.get_sheet_by_index(0)
    last_row, last_column = sheet.end or (0, 0)  # counted from 0; an empty sheet has no end
    if last_row >= MOST_ROWS or last_column >= MOST_COLUMNS or (last_row + 1) * (last_column + 1) > MOST_CELLS:
        return TOO_MANY_CELLS
    rows = [[as_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    return marked(rows, not_computed(data).get(sheet.name, []))


def answer(read: Callable[[bytes], object]) -> int:
    """Read what comes on standard input within limits and write it as JSON; return the exit code."""
    limit_itself()
    try:
        found = read(sys.stdin.buffer.read())
    except MemoryError:
        return TOO_MANY_CELLS
    except Exception:  # noqa: BLE001 - the reader raises errors of many kinds, all mean the same: not readable
        return NOT_READABLE
    if isinstance(found, int):
        return found
    json.dump(found, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(answer(rows_of))
