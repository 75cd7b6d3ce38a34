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
from contextlib import suppress
from datetime import date, datetime, time
from xml.etree import ElementTree as ET

MEMORY_BYTES = 512 * 1024 * 1024
CPU_S = 5
MOST_ROWS = 100_001
MOST_COLUMNS = 1_000
MOST_CELLS = 5_000_000
MOST_SHEETS = 250
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
_CELL = re.compile(rb"<c\s(?P<attributes>[^<>]*)>")
_ERROR = re.compile(rb'\bt="e"')
_STYLE = re.compile(rb'\bs="(?P<style>[0-9]{1,6})"')
_BOOK, _LINKS, _STYLES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"
_PLAIN_START = re.compile(
    rb"(?>\xef\xbb\xbf)?(?>\s*)(?P<head><\?xml\s[^<>]*\?>)?(?>\s++|<!--(?>.*?-->)|<\?(?>.*?\?>))*+<[A-Za-z_]", re.DOTALL
)
_SAID_ENCODING = re.compile(rb"encoding\s*=\s*[\"']([^\"']*)[\"']")
_NEVER_READ = ("docprops/", "customxml/")
_START_BYTES = 64 * 1024
_BUILT_IN_PERCENTS = frozenset({"9", "10"})
_QUOTED = re.compile(r'"[^"]*"|\\.')


def limit_itself() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def is_plain(data: bytes) -> bool:
    """Whether all XML of a workbook is UTF-8 without a document type, as every spreadsheet writes it.

    A document type is what entities, references to other files and their like need; another encoding would hide it.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.infolist():
            name = part.filename.lower()
            if name.endswith((".xml", ".rels", ".vml")) and not name.startswith(_NEVER_READ):
                with archive.open(part) as content:
                    if not _starts_plainly(content.read(_START_BYTES)):
                        return False
    return True


def _starts_plainly(start: bytes) -> bool:
    found = _PLAIN_START.match(start)
    said = _SAID_ENCODING.search(found["head"] or b"") if found else None
    return found is not None and (said is None or said[1].lower() in {b"utf-8", b"us-ascii"})


def as_text(value: object) -> str:
    """Write a cell as a person would have typed it: 4 and not 4.0, 0.3 and not 0.30000000000000004, 2026-05-01.

    A duration is 12:00:00, which nobody takes for a number. Spreadsheets keep 15 significant digits; what lies behind
    them comes of computing in binary.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT_INTEGERS else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def not_computed(data: bytes) -> dict[str, list[tuple[int, int]]]:
    """Find the cells (row and column, from 0) of each sheet whose formula holds no result, or an error such as #DIV/0!.

    Who writes a workbook without computing leaves the result out, or writes 0 and that all is to be computed on load.
    """
    found: dict[str, list[tuple[int, int]]] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if _BOOK not in archive.NameToInfo:
            return found  # Another format, such as ODS, which keeps results otherwise.
        waits = any(
            each.get("fullCalcOnLoad") in {"1", "true"} for each in _xml(archive, _BOOK).findall(".//{*}calcPr")
        )
        for name, path in _sheets(archive):
            pieces = _pieces(archive, path)
            found[name] = [cell for piece in pieces for cell in (*_empty_formulas(piece, waits=waits), *_errors(piece))]
    return found


def percents(data: bytes) -> dict[str, list[tuple[int, int]]]:
    """Find the cells of each sheet that are shown as percents: where a person sees 45 %, the file holds 0.45."""
    found: dict[str, list[tuple[int, int]]] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        styles = _percent_styles(archive) if _STYLES in archive.NameToInfo else frozenset()
        for name, path in _sheets(archive) if styles else ():
            found[name] = [cell for piece in _pieces(archive, path) for cell in _styled(piece, styles)]
    return found


def _percent_styles(archive: zipfile.ZipFile) -> frozenset[bytes]:
    styles = _xml(archive, _STYLES)
    codes = {each.get("numFmtId", ""): each.get("formatCode", "") for each in styles.findall(".//{*}numFmt")}
    wanted = {number for number, code in codes.items() if "%" in _QUOTED.sub("", code)} | _BUILT_IN_PERCENTS
    formats = styles.findall("./{*}cellXfs/{*}xf")
    return frozenset(str(place).encode() for place, each in enumerate(formats) if each.get("numFmtId") in wanted)


def _xml(archive: zipfile.ZipFile, part: str) -> ET.Element:
    return ET.fromstring(archive.read(part))  # noqa: S314 - only a child with limits does this


def _sheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Tell each sheet's name and the part that holds its cells."""
    if not {_BOOK, _LINKS} <= archive.NameToInfo.keys():
        return
    targets = {link.get("Id"): str(link.get("Target")) for link in _xml(archive, _LINKS)}
    for sheet in _xml(archive, _BOOK).findall(".//{*}sheet"):
        link = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), None)
        part = targets.get(link, "")
        path = part.lstrip("/") if part.startswith("/") else f"xl/{part}"
        if path in archive.NameToInfo:
            yield str(sheet.get("name")), path


def _pieces(archive: zipfile.ZipFile, path: str) -> Iterator[bytes]:
    """Read a part in pieces of whole rows."""
    left = b""
    with archive.open(path) as part:
        while piece := part.read(_PIECE_BYTES):
            whole, left = _cut(left + piece)
            yield whole
    yield left


def _cut(text: bytes) -> tuple[bytes, bytes]:
    """Cut before the last row, which may go on in the next piece."""
    end = max(text.rfind(b"<row"), 0)
    return text[:end], text[end:]


def _empty_formulas(text: bytes, *, waits: bool) -> Iterator[tuple[int, int]]:
    for cell in _FORMULA.finditer(text):
        value = cell["value"]
        is_empty = not value and not _TEXT.search(cell["attributes"])  # A text may be empty.
        if is_empty or (waits and value == b"0"):
            yield from _placed(cell["attributes"])


def _errors(text: bytes) -> Iterator[tuple[int, int]]:
    for cell in _CELL.finditer(text):
        if _ERROR.search(cell["attributes"]):
            yield from _placed(cell["attributes"])


def _styled(text: bytes, styles: frozenset[bytes]) -> Iterator[tuple[int, int]]:
    for cell in _CELL.finditer(text):
        style = _STYLE.search(cell["attributes"])
        if style is not None and style["style"] in styles:
            yield from _placed(cell["attributes"])


def _placed(attributes: bytes) -> Iterator[tuple[int, int]]:
    place = _PLACE.search(attributes)
    if place is not None:
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


def with_percents(rows: list[list[str]], cells: list[tuple[int, int]]) -> list[list[str]]:
    """Write what is shown as a percent as one: 0.45 becomes 45%, which is no number, so that nobody mistakes it."""
    for row, column in cells:
        if row < len(rows) and column < len(rows[row]):
            with suppress(ValueError):  # It is a text.
                rows[row][column] = f"{float(rows[row][column]) * 100:.15g}%"
    return rows


def rows_of(data: bytes) -> list[list[str]] | int:
    """Return the first sheet's rows from A1 on, or the exit code that says why not."""
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 - only the child may load it, after its limits are set

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    if len(book.sheet_names) > MOST_SHEETS:
        return TOO_MANY_CELLS
    sheet = book.get_sheet_by_index(0)
    last_row, last_column = sheet.end or (0, 0)  # counted from 0; an empty sheet has no end
    if last_row >= MOST_ROWS or last_column >= MOST_COLUMNS or (last_row + 1) * (last_column + 1) > MOST_CELLS:
        return TOO_MANY_CELLS
    rows = [[as_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    return marked(with_percents(rows, percents(data).get(sheet.name, [])), not_computed(data).get(sheet.name, []))


def answer(read: Callable[[bytes], object]) -> int:
    """Read what comes on standard input within limits and write it as JSON; return the exit code."""
    limit_itself()
    try:
        data = sys.stdin.buffer.read()
        found = read(data) if is_plain(data) else NOT_READABLE
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
