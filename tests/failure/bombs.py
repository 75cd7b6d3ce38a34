"""Workbooks that nobody means well with: each small, each made by hand."""

import io
import struct
import zipfile
from collections.abc import Callable, Mapping

MEGABYTE = 1024 * 1024
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_LINKED = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
SHEET, STRINGS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
STYLES, LINKS, TYPES = "xl/styles.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"


def sheet(cells: str, before: str = "") -> str:
    return f"{HEAD}<worksheet {_MAIN}>{before}<sheetData>{cells}</sheetData></worksheet>"


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def a_table(row: int = 1) -> str:
    """The rows of a sheet with a header and one row of values."""
    written = [("indicator", "period", "value", "source"), ("dzi_bel", "2019", "4.5", "НСИ")]
    rows = []
    for number, cells in enumerate(written, row):
        told = "".join(text_cell(f"{'ABCD'[column]}{number}", cell) for column, cell in enumerate(cells))
        rows.append(f'<row r="{number}">{told}</row>')
    return "".join(rows)


def parts(**changed: str) -> dict[str, str]:
    """The parts of a small workbook, by their paths; `sheet`, `strings`, `book`, `styles` and `links` change one."""
    listed = '<sheet name="Стойности" sheetId="1" r:id="rId1"/>'
    book = f"{HEAD}<workbook {_MAIN} {_LINKED}><sheets>{listed}</sheets></workbook>"
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_DOCUMENT}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(
            (("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"), ("styles", "styles.xml")),
            1,
        )
    )
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    types = (
        f'{HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/{BOOK}" ContentType="{kinds}.sheet.main+xml"/></Types>'
    )
    return {
        TYPES: types,
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_DOCUMENT}/officeDocument" Target="{BOOK}"/></Relationships>',
        BOOK: changed.get("book", book),
        LINKS: changed.get("links", f'{HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'),
        SHEET: changed.get("sheet", sheet(a_table())),
        STRINGS: changed.get("strings", f'{HEAD}<sst {_MAIN} count="1" uniqueCount="1"><si><t>a</t></si></sst>'),
        STYLES: changed.get("styles", f"{HEAD}<styleSheet {_MAIN}><cellXfs><xf/></cellXfs></styleSheet>"),
    }


def packed(contents: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return out.getvalue()


def _with_long_part(name: str, before: str, after: str, megabytes: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path, content in parts().items():
            if path != name:
                archive.writestr(path, content)
        with archive.open(name, "w") as part:
            part.write(before.encode())
            for _ in range(megabytes):
                part.write(b"a" * MEGABYTE)
            part.write(after.encode())
    return out.getvalue()


def long_string() -> bytes:
    """One string of 600 MB."""
    return _with_long_part(STRINGS, f"{HEAD}<sst {_MAIN}><si><t>", "</t></si></sst>", 600)


def long_cell() -> bytes:
    """One cell of 600 MB, in the sheet itself."""
    start = f'{HEAD}<worksheet {_MAIN}><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>'
    return _with_long_part(SHEET, start, "</t></is></c></row></sheetData></worksheet>", 600)


def liar() -> bytes:
    """The same string, in a file that says it unpacks to 1 kB."""
    data = bytearray(long_string())
    size = struct.pack("<I", len(f"{HEAD}<sst {_MAIN}><si><t></t></si></sst>".encode()) + 600 * MEGABYTE)
    at = data.find(size)
    while at >= 0:
        data[at : at + 4] = struct.pack("<I", 1000)
        at = data.find(size, at)
    return bytes(data)


def last_corner() -> bytes:
    """Cells at A1 and XFD1048576: a rectangle of 17 thousand million."""
    corner = f'<row r="1048576">{text_cell("XFD1048576", "z")}</row>'
    return packed(parts(sheet=sheet(a_table() + corner)))


def last_corner_alone() -> bytes:
    """One cell at XFD1048576."""
    return packed(parts(sheet=sheet(f'<row r="1048576">{text_cell("XFD1048576", "z")}</row>')))


def many_sheets() -> bytes:
    """10,000 sheets that are all the same part."""
    listed = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="rId1"/>' for n in range(1, 10_001))
    return packed(parts(book=f"{HEAD}<workbook {_MAIN} {_LINKED}><sheets>{listed}</sheets></workbook>"))


def many_parts() -> bytes:
    """10,000 parts."""
    return packed({**parts(), **{f"xl/worksheets/s{n}.xml": sheet("") for n in range(10_000)}})


def repeated_string() -> bytes:
    """90,000 cells that all show one string of 32,000 letters: 2.9 GB."""
    strings = f"{HEAD}<sst {_MAIN}><si><t>{'a' * 32_000}</t></si></sst>"
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 90_001))
    return packed(parts(strings=strings, sheet=sheet(cells)))


def many_cells() -> bytes:
    """99,000 rows of 60 cells: six million."""
    row = "<row>" + "<c><v>1</v></c>" * 60 + "</row>"
    return packed(parts(sheet=sheet(row * 99_000)))


def said_to_hold_all() -> bytes:
    """A sheet that says it reaches from A1 to XFD1048576."""
    return packed(parts(sheet=sheet(a_table(), '<dimension ref="A1:XFD1048576"/>')))


def many_strings_said() -> bytes:
    """Strings that say they are 18 million million million."""
    return packed(parts(strings=f'{HEAD}<sst {_MAIN} count="{2**64 - 1}" uniqueCount="{2**64 - 1}"><si/></sst>'))


def row_before_the_first() -> bytes:
    """A cell in row 0."""
    return packed(parts(sheet=sheet(f'<row r="0">{text_cell("A0", "z")}</row>')))


def row_beyond_counting() -> bytes:
    """A cell in a row and column that no number holds."""
    return packed(parts(sheet=sheet(f'<row r="{2**32}">{text_cell(f"ZZZZZZZZZZ{2**64}", "z")}</row>')))


def many_merged() -> bytes:
    """A million merged ranges over the whole sheet."""
    merged = '<mergeCell ref="A1:XFD1048576"/>' * 1_000_000
    whole = f"{HEAD}<worksheet {_MAIN}><sheetData>{a_table()}</sheetData><mergeCells>{merged}</mergeCells></worksheet>"
    return packed(parts(sheet=whole))


def shared_formula() -> bytes:
    """A shared formula that says it fills the sheet."""
    cell = f'<row r="1"><c r="A1"><f t="shared" si="0" ref="A1:XFD1048576">{"A1+" * 5_000}1</f><v>1</v></c></row>'
    return packed(parts(sheet=sheet(cell)))


BOMBS: Mapping[str, Callable[[], bytes]] = {
    each.__name__: each
    for each in (
        *(long_string, long_cell, liar, last_corner, last_corner_alone, many_sheets, many_parts, repeated_string),
        *(many_cells, many_strings_said, row_before_the_first, row_beyond_counting),
    )
}
"""What must be refused."""

BLUFFS: Mapping[str, Callable[[], bytes]] = {
    each.__name__: each for each in (said_to_hold_all, many_merged, shared_formula)
}
"""What says that it is large, and is not: refused, or read as what is in it."""
