"""Odd numbers and dates in every format: the right value, or a refusal at their place."""

import io
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any

import orjson
import pytest
import pytest_asyncio
import xlsxwriter

from tests.failure.bringing import RESPONSES, VALUES, as_xlsx, bring, kept
from tests.system.conftest import Town, a_town, load_balchik

pytestmark = pytest.mark.asyncio(loop_scope="module")

SURVEY = {
    "id": "odd",
    "title": {"bg": "Странно"},
    "pages": [
        {
            "id": "p",
            "questions": [
                {"id": "day", "kind": "date", "text": {"bg": "Кога?"}},
                {"id": "amount", "kind": "number", "text": {"bg": "Колко?"}},
                {"id": "mark", "kind": "scale", "low": 1, "high": 10, "text": {"bg": "Каква оценка?"}},
            ],
        }
    ],
}
NUMBERS: dict[str, float | None] = {
    "1 234,5": 1234.5,
    "1\u00a0234,5": 1234.5,
    "1\u202f234\u202f567,25": 1234567.25,
    "12,5": 12.5,
    "12.50": 12.5,
    "\u22125": -5,
    " 7 ": 7,
    "1e-3": 0.001,
    "-0": 0,
    "1,234": None,
    "1.234,5": None,
    "1,234.5": None,
    "1 23,5": None,
    "1_000": None,
    "١٢": None,
    "１２": None,
    "²": None,
    "½": None,
    "nan": None,
    "inf": None,
    "-Infinity": None,
    "1e400": None,
    "1e999999999": None,
    "9" * 400: None,
    "0x10": None,
    "12 %": None,
    "12 лв.": None,
    "€5": None,
    "+5": None,
    "--5": None,
    "5-": None,
    "(5)": None,
    "1/2": None,
    "1:30": None,
    "true": None,
    "=1+1": None,
    "#DIV/0!": None,
}
DAYS: dict[str, str | None] = {
    "2026-05-01": "2026-05-01",
    "01.05.2026": "2026-05-01",
    "1.5.2026 г.": "2026-05-01",
    "29.02.2024": "2024-02-29",
    "31.02.2026": None,
    "29.02.2026": None,
    "2026-02-30": None,
    "00.01.2026": None,
    "1.13.2026": None,
    "01/05/2026": None,
    "05-01-2026": None,
    "2026-5-1": None,
    "20260501": None,
    "2026-W18-5": None,
    "46143": None,
    "1.5.26": None,
    "٠١.٠٥.2026": None,
    "2026-05-01T10:00:00": None,
    "1.5.0026": None,
    "31.12.9999": None,
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with a_town(tmp_path_factory.mktemp("numbers"), writes_per_client=1_000_000) as opened:
        await load_balchik(opened)
        await opened.done("expert", "POST", "/surveys/import?format=json", SURVEY)
        await opened.done("expert", "POST", "/surveys/odd/open")
        yield opened


async def value_of(town: Town, data: bytes) -> float | None:
    """Bring one value; answers what is recorded, or None where it was refused at its cell and nothing changed."""
    before = await kept(town)
    status, faults = await bring(town, VALUES, data)
    if status == 200:
        values = (await town.ask("expert", "GET", "/indicators/dzi_bel")).json()["values"]
        return float(next(each["value"] for each in values if each["period"] == "2019"))
    assert (422, True) == (status, any(at.endswith(("row 2, column C", "/0/value")) for at in faults)), faults
    assert before == await kept(town)
    return None


def a_workbook(*cells: tuple[Any, str | None], **options: Any) -> bytes:
    """A sheet with one row of values, each under its number format."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False, **options}) as book:
        sheet = book.add_worksheet("Стойности")
        sheet.write_row(0, 0, ["indicator", "period", "value", "source", "correction"])
        for column, (cell, shown) in enumerate(cells):
            sheet.write(1, column, cell, book.add_format({"num_format": shown or "General"}))
    return out.getvalue()


@pytest.mark.parametrize("written", NUMBERS)
async def test_a_number_of_a_csv_is_the_right_one_or_refused(town: Town, written: str) -> None:
    """P-41: a number in a CSV is read as it was meant, or refused at its cell; nothing else is ever recorded."""
    row = f'indicator;period;value;source;correction\ndzi_bel;2019;"{written}";НСИ;да\n'

    assert NUMBERS[written] == await value_of(town, row.encode())


async def test_a_number_as_text_of_a_workbook_is_the_right_one_or_refused(town: Town) -> None:
    """P-41: the same numbers in cells of text type are read the same."""
    read = {
        written: await value_of(
            town, a_workbook(("dzi_bel", None), ("2019", None), (written, "@"), ("НСИ", None), ("да", None))
        )
        for written in list(NUMBERS)[::3]
    }

    assert {written: NUMBERS[written] for written in read} == read


@pytest.mark.parametrize(
    ("cell", "shown", "value"),
    [
        (1234.5, "# ##0.00", 1234.5),
        (0.1 + 0.2, None, 0.3),
        (1e-7, None, 1e-7),
        (41, '0 "лв."', 41),
        (45, '0" %"', 45),
        (1e22, None, None),
        (True, None, None),
        (0.45, "0%", None),
        (0.4567, "0.00%", None),
        (0.45, '0 "от" %', None),
        (date(2026, 5, 1), "dd.mm.yyyy", None),
        (timedelta(hours=12), "[h]:mm", None),
        (0.5, "hh:mm", None),
    ],
)
async def test_a_number_of_a_workbook_is_what_a_person_sees(
    town: Town, cell: object, shown: str | None, value: float | None
) -> None:
    """P-41: a cell that is shown as a percent, a day or hours is refused, rather than recorded as what lies below."""
    data = a_workbook(("dzi_bel", None), (2019, None), (cell, shown), ("НСИ", None), ("да", None))

    assert value == await value_of(town, data)


@pytest.mark.parametrize("error", ["#DIV/0!", "#N/A", "#REF!"])
async def test_an_error_of_a_formula_is_refused(town: Town, error: str) -> None:
    """P-41: a cell that shows an error is told at its place, even where an empty cell would be taken."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["settlement", "age", "roads"])
        sheet.write_row(1, 0, ["02508", "15_29"])
        sheet.write_formula(1, 2, "=1/0", None, error)
    before = await kept(town)

    assert (422, ["row 2, column C"]) == ((told := await bring(town, RESPONSES, out.getvalue()))[0], list(told[1]))
    assert before == await kept(town)


@pytest.mark.parametrize(
    ("number", "value"),
    [
        (b"1234.5", 1234.5),
        (b"0.1", 0.1),
        (b"1e2", 100),
        (b"1e400", None),
        (b"NaN", None),
        (b'"5"', None),
        (b"true", None),
        (b"1234567890123456", None),
        (b"0.1234567890123", None),
        (b"1234567890.12345678901234", None),
        (b"0.30000000000000004", None),
    ],
)
async def test_a_number_of_json_is_the_right_one_or_refused(town: Town, number: bytes, value: float | None) -> None:
    """P-41: a number of JSON that can't be kept digit by digit is refused, never rounded."""
    row = orjson.dumps({"indicator": "dzi_bel", "period": "2019", "value": 0, "source": "НСИ", "correction": True})

    assert value == await value_of(town, b"[" + row.replace(b'"value":0', b'"value":' + number) + b"]")


async def answered(town: Town, name: str, data: bytes) -> object:
    """Bring one response; answers what is kept of a question, or None where it was refused at its cell."""
    before = (await town.ask("expert", "GET", "/surveys/odd/responses.csv")).text
    status, faults = await bring(town, "/surveys/odd/responses/import?name=r", data)
    after = (await town.ask("expert", "GET", "/surveys/odd/responses.csv")).text
    if status == 200:
        header, *rows = [line.split(",") for line in after.splitlines()]
        fresh = next(row for row in rows if ",".join(row) not in before)
        return fresh[header.index(name)]
    assert (422, ["row 2, column A"], before) == (status, list(faults), after)
    return None


@pytest.mark.parametrize("written", DAYS)
async def test_a_day_is_the_right_one_or_refused(town: Town, written: str) -> None:
    """P-41: a day in a CSV is read as it was meant, or refused at its cell."""
    assert DAYS[written] == await answered(town, "day", f"day;mark\n{written};5\n".encode())


@pytest.mark.parametrize("epoch_1904", [False, True])
async def test_a_day_of_a_workbook_counts_from_its_own_epoch(town: Town, *, epoch_1904: bool) -> None:
    """P-41: a day's serial number is read by the year that its workbook counts from, and a day as text is read too."""
    cells: list[tuple[object, str | None, str | None]] = [
        (date(2026, 5, 1), "dd.mm.yyyy", "2026-05-01"),
        (date(1904, 1, 2), "yyyy-mm-dd", "1904-01-02"),
        ("01.05.2026", "@", "2026-05-01"),
        ("31.02.2026", "@", None),
        (46_143, None, None),
        (datetime(2026, 5, 1, 10, 30), "dd.mm.yyyy hh:mm", None),  # noqa: DTZ001 - a spreadsheet knows no zone
    ]
    read = []
    for cell, shown, _ in cells:
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"date_1904": epoch_1904}) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, ["day", "mark"])
            sheet.write(1, 0, cell, book.add_format({"num_format": shown or "General"}))
            sheet.write(1, 1, 5)
        read.append(await answered(town, "day", out.getvalue()))

    assert [day for _, _, day in cells] == read


@pytest.mark.parametrize(
    ("written", "kept_as"),
    [("12,50", "12.5"), ("1_000", None), ("1,234", None), ("١٢", None), ("0,12345678901234567", None), ("1e400", None)],
)
async def test_an_answered_number_is_the_right_one_or_refused(town: Town, written: str, kept_as: str | None) -> None:
    """P-41: an answer that is a number is read as it was meant, or refused at its cell."""
    assert kept_as == await answered(town, "amount", f'amount;mark\n"{written}";5\n'.encode())


async def test_a_mark_is_a_whole_number(town: Town) -> None:
    """P-41: a mark on a scale is a whole number however it is written; half a mark is refused."""
    read = [
        await answered(town, "mark", as_xlsx([("mark", "day"), (cell, "2026-05-01")])) for cell in (4.0, "4", 4.5, "IV")
    ]

    assert ["4", "4", None, None] == read
