"""Tables are read as they were meant or refused, and written so that nothing in them runs."""

import io
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import xlsxwriter

from shared import tables_child
from shared.errors import Invalid, TooLarge
from shared.tables import CSV_START, MAX_BYTES, MAX_ROWS, Table, at, csv_line, read_table, write_xlsx

CYRILLIC = "място;отговор\r\nгр. Балчик;„Да“ – за пътя\r\nс. Оброчище;не знам\r\n"
CYRILLIC_TABLE = Table(["място", "отговор"], [(2, ["гр. Балчик", "„Да“ – за пътя"]), (3, ["с. Оброчище", "не знам"])])
TRICKY = ["=1+1", "-5", "@x", "+359", "\tтаб", "'=цитат", "a\nb", ' "кав" ', "x" * 32_767]


def workbook(rows: list[list[object]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return out.getvalue()


def workbook_with(write: Callable[[Any], object]) -> bytes:
    """A workbook with the header a, b and what is written below it."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["a", "b"])
        write(sheet)
    return out.getvalue()


def faults(data: bytes) -> list[str]:
    with pytest.raises(Invalid) as refused:
        read_table("t.csv", data)
    return [error.pointer for error in refused.value.errors]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251"])
def test_one_table_in_every_encoding_that_offices_write(encoding: str) -> None:
    """The same rows come out of each encoding."""
    data = CYRILLIC.encode(encoding)

    assert CYRILLIC_TABLE == read_table("t.csv", data)


@pytest.mark.parametrize("encoding", ["cp866", "koi8-r", "mac-cyrillic", "iso8859-5"])
def test_an_encoding_that_is_not_told_for_sure_is_refused(encoding: str) -> None:
    """Old encodings are refused rather than read as other letters."""
    data = "място;отговор\r\nгр. Балчик;село и път\r\nс. Оброчище;не знам какво\r\n".encode(encoding)

    with pytest.raises(Invalid):
        read_table("t.csv", data)


def test_text_of_western_europe_is_refused() -> None:
    """A café in Windows-1252 would become another word in Windows-1251."""
    data = "name,word\r\nx,café\r\n".encode("cp1252")

    with pytest.raises(Invalid):
        read_table("t.csv", data)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_each_delimiter_is_found_by_the_header(delimiter: str) -> None:
    """Comma, semicolon and tab all separate."""
    data = f'"a;b"{delimiter}c\n1{delimiter}2\n'.encode()

    assert Table(["a;b", "c"], [(2, ["1", "2"])]) == read_table("t.csv", data)


@pytest.mark.parametrize(
    ("data", "places"),
    [
        (b"", ["row 1"]),
        (b"a,,c\n1,2,3\n", ["row 1, column B"]),
        (b"a,a\n1,2\n", ["row 1, column B"]),
        (b"a,b\n1\n1,2,3\n", ["row 2", "row 3, column C"]),
        (b'a,b\n1,"2\n3,4\n', ["row 2"]),
    ],
)
def test_faults_are_named_by_row_and_column(data: bytes, places: list[str]) -> None:
    """A wrong header, ragged rows and an open quote are found where they are."""
    assert places == faults(data)


def test_blank_rows_keep_the_numbers_of_the_others() -> None:
    """A blank row is passed over and still counted."""
    assert [(3, ["1"])] == read_table("t.csv", b"a\n\n1\n").rows


def test_a_text_goes_out_as_csv_and_comes_back_whole() -> None:
    """What looks like a formula is shown as text and read back as it was."""
    data = (CSV_START + csv_line([f"c{n}" for n in range(len(TRICKY))]) + csv_line(TRICKY)).encode()

    assert TRICKY == read_table("t.csv", data).rows[0][1]


def test_no_cell_of_a_csv_begins_like_a_formula() -> None:
    """A spreadsheet that opens our CSV computes nothing; a negative number stays a number."""
    assert "'=1+1,-5,'-5\r\n" == csv_line(["=1+1", -5, "-5"])


def test_a_text_goes_out_as_xlsx_and_comes_back_whole() -> None:
    """The same texts pass through a workbook, as texts."""
    out = io.BytesIO()
    with write_xlsx(out, "Отговори") as sheet:
        sheet.add([f"c{n}" for n in range(len(TRICKY))])
        sheet.add(TRICKY)

    assert TRICKY == read_table("t.xlsx", out.getvalue()).rows[0][1]


def test_a_text_too_long_for_a_cell_is_told() -> None:
    """XLSX takes 32,767 characters; more is refused rather than dropped."""
    with write_xlsx(io.BytesIO(), "x") as sheet, pytest.raises(Invalid):
        sheet.add(["x" * 32_768])


def test_cells_of_a_workbook_read_as_typed() -> None:
    """Whole numbers have no fraction, and the first row may lie lower than A1's neighbours."""
    data = workbook([["a", "b", "c"], [4, 3.5, True], [None, None, None], ["x", "", 1]])

    assert [(2, ["4", "3.5", "true"]), (4, ["x", "", "1"])] == read_table("t.xlsx", data).rows


def test_a_cell_in_the_last_corner_is_refused() -> None:
    """A workbook whose only data are at A1 and XFD1048576 does not fill the memory."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write(1_048_575, 16_383, "z")

    with pytest.raises((Invalid, TooLarge)):
        read_table("t.xlsx", out.getvalue())


def test_too_wide_a_sheet_is_refused() -> None:
    """1,000 columns are taken, not one more."""
    with pytest.raises(TooLarge):
        read_table("t.xlsx", workbook([[f"c{n}" for n in range(1_001)]]))


@pytest.mark.parametrize("epoch_1904", [False, True])
def test_days_of_a_workbook_read_as_days(*, epoch_1904: bool) -> None:
    """A date is its ISO text, whichever year the workbook counts from."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"date_1904": epoch_1904}) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "day")
        sheet.write_datetime(1, 0, date(2026, 5, 1), book.add_format({"num_format": "dd.mm.yyyy"}))

    assert [(2, ["2026-05-01"])] == read_table("t.xlsx", out.getvalue()).rows


def test_a_sheet_that_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading is given up after seconds, whatever is in the file."""
    monkeypatch.setattr("shared.spreadsheets.CHILD_TIMEOUT_S", 0.001)

    with pytest.raises(Invalid):
        read_table("t.xlsx", workbook([["a"], [1]]))


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    """The sizes that a zip declares are checked first."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/sharedStrings.xml", "w") as part:
        for _ in range(301):
            part.write(b" " * 1024 * 1024)

    with pytest.raises(TooLarge, match="unpacks to too much"):
        read_table("t.xlsx", out.getvalue())


@pytest.mark.parametrize("result", [0, ""])
def test_a_formula_that_was_never_computed_is_refused(result: float | str) -> None:
    """Whoever wrote the file left its result open: it is named by row and column rather than read as 0 or nothing."""
    data = workbook_with(lambda sheet: sheet.write_formula(2, 1, "=1+1", None, result))

    assert ["row 3, column B"] == faults(data)


def test_a_computed_formula_reads_as_its_result() -> None:
    """A number and a text."""
    data = workbook_with(
        lambda sheet: [
            sheet.write_formula(1, 0, "=1+1", None, 2),
            sheet.write_formula(2, 0, '="x"', None, "x"),
            sheet.write_string(2, 1, "y"),
        ]
    )

    assert [(2, ["2", ""]), (3, ["x", "y"])] == read_table("t.xlsx", data).rows


def test_an_uncomputed_formula_is_found_in_a_long_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the pieces are cut in which a sheet is looked through."""
    data = workbook_with(lambda sheet: [sheet.write_formula(row, 1, "=A1", None, row % 7) for row in range(1, 200)])
    places = [(row, 1) for row in range(1, 200) if row % 7 == 0]
    for size in (50, 333, 1_000_000):
        monkeypatch.setattr(tables_child, "_PIECE_BYTES", size)

        assert {"Sheet1": places} == tables_child.not_computed(data)


def test_numbers_of_a_workbook_have_fifteen_digits() -> None:
    """What a spreadsheet shows as 0.3 is not 0.30000000000000004."""
    data = workbook([["a"], [0.1 + 0.2], [1234.5678], [12345678901234.5]])

    assert [["0.3"], ["1234.5678"], ["12345678901234.5"]] == [row for _, row in read_table("t.xlsx", data).rows]


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    """Content decides what a file is, not its name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "x")

    with pytest.raises(Invalid):
        read_table("t.csv", out.getvalue())


def test_a_broken_zip_is_refused() -> None:
    """Half a workbook is told, not guessed at."""
    with pytest.raises(Invalid):
        read_table("t.xlsx", workbook([["a"], [1]])[:300])


def test_too_large_a_file_is_refused() -> None:
    """20 MB are taken, not a byte more."""
    with pytest.raises(TooLarge):
        read_table("t.csv", b"a" * (MAX_BYTES + 1))


def test_too_many_rows_are_refused() -> None:
    """100,000 rows are taken, not one more."""
    with pytest.raises(TooLarge):
        read_table("t.csv", b"a\n" + b"1\n" * (MAX_ROWS + 1))


@pytest.mark.parametrize(("column", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_are_named_as_in_a_spreadsheet(column: int, name: str) -> None:
    """Column 26 is AA."""
    assert f"row 3, column {name}" == at(3, column)


def test_a_table_of_very_many_columns_is_refused_at_once() -> None:
    """A hundred thousand columns are refused as what they are, before their names are compared."""
    with pytest.raises(TooLarge):
        read_table("wide.csv", ",".join(f"c{number}" for number in range(100_000)).encode())
