"""Texts that a spreadsheet could run: shown as text, whole, and read back as they were, in every export."""

import csv
import io
import re
import zipfile
from collections.abc import AsyncIterator, Sequence
from html import unescape

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import Invalid
from shared.tables import CSV_START, csv_line, read_table, write_xlsx
from tests.failure.bringing import PLAN, VALUES, bring, kept
from tests.system.conftest import Town, a_town, load_balchik

in_a_town = pytest.mark.asyncio(loop_scope="module")

RUN = tuple("=+-@＝＋－＠")
TRICKY = (
    "=1+1",
    "+359 88 123",
    "-5",
    "@SUM(A1:A9)",
    '=HYPERLINK("http://example.org";"виж")',
    "=cmd|'/c calc'!A1",
    "повече пейки;=1+1;-2",
    "първо\n=1+1\n- второ",
    "'=цитат",
    "''",
    '„Да“, каза тя; "не"',
    "_x0041_ _x000D_",
    "＝1＋1",
    "<b>&amp;</b>",
    "12.05.2026",
    "00123",
    "1E5",
    "TRUE",
    "д" * 3_900,
)
ANY = st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufffe\uffff\ufdd0"), min_size=1)
SIGNS = [*"=+-@\t\r\n';,\"ab ", "_x0041_", "\x01", "\x1f", "\x85", "\u2028", "＝"]
LIKELY = st.lists(st.sampled_from(SIGNS), min_size=1).map("".join)
TEXTS = st.lists((ANY | LIKELY | st.sampled_from(TRICKY)).filter(lambda text: text.strip()), min_size=1, max_size=8)


def header(texts: Sequence[str]) -> list[str]:
    return [f"c{number}" for number in range(len(texts))]


@given(TEXTS)
@settings(max_examples=300)
def test_texts_go_out_as_csv_and_come_back_whole(texts: list[str]) -> None:
    """P-44: whatever a text holds, a CSV of ours gives it back as it was."""
    data = (CSV_START + csv_line(header(texts)) + csv_line(texts)).encode()

    assert [texts] == [row for _, row in read_table("t.csv", data).rows]


@given(TEXTS)
@settings(max_examples=300)
def test_no_cell_of_a_csv_begins_like_a_formula(texts: list[str]) -> None:
    """P-44: no cell begins like a formula, whether a spreadsheet separates by commas, semicolons or tabs."""
    line = csv_line(["r1", *texts])
    cells = [
        cell
        for delimiter in (",", ";", "\t")
        for row in csv.reader(io.StringIO(line, newline=""), delimiter=delimiter)
        for cell in row
    ]

    assert [] == [cell for cell in cells if cell.lstrip("\t\r\n").startswith(RUN)]


@given(st.lists((ANY | LIKELY).filter(lambda text: text.strip()), min_size=20, max_size=60))
@settings(max_examples=5)
def test_texts_go_out_as_xlsx_and_come_back_whole(texts: list[str]) -> None:
    """P-44: whatever a text holds, a workbook of ours gives it back as it was, and holds no formula and no link."""
    out = io.BytesIO()
    with write_xlsx(out, "Отговори") as sheet:
        sheet.add(["text", "other"])
        for text in texts:
            sheet.add([text, "x"])
    written = zipfile.ZipFile(out).read("xl/worksheets/sheet1.xml")

    assert texts == [row[0] for _, row in read_table("t.xlsx", out.getvalue()).rows]
    assert not re.search(rb"<f[ >]|hyperlink", written)


def test_a_text_of_the_greatest_length_is_whole_and_a_longer_one_is_told() -> None:
    """P-44: XLSX shows 32,767 characters whole; a longer text is told rather than dropped, and CSV has it whole."""
    longest, longer = "д" * 32_767, "=" * 32_768
    out = io.BytesIO()
    with write_xlsx(out, "x") as sheet:
        sheet.add(["text"])
        sheet.add([longest])
        with pytest.raises(Invalid):
            sheet.add([longer])
    as_csv = (CSV_START + csv_line(["text"]) + csv_line([longer])).encode()

    assert [[longest], [longer]] == [read_table("t", data).rows[0][1] for data in (out.getvalue(), as_csv)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """Balchik, with every tricky text as an answer, and as the source and note of a value."""
    async with a_town(tmp_path_factory.mktemp("formulas"), writes_per_client=1_000_000) as opened:
        await load_balchik(opened)
        for number, text in enumerate(TRICKY):
            answers = {"settlement": "02508", "age": "15_29", "idea": text}
            path = f"/surveys/vision-2020/responses/tricky-{number:022d}"
            await opened.done(None, "PUT", path, {"answers": answers})
            value = {"value": number, "source": text[:2000], "note": text[:2000]}
            await opened.done("expert", "PUT", f"/indicators/dzi_bel/values/{2000 + number}", value)
        yield opened


@in_a_town
@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_responses_are_exported_whole_and_read_back_as_known(town: Town, form: str) -> None:
    """P-44: an export of responses holds each text whole; brought back it is the same responses and adds none."""
    data = (await town.ask("expert", "GET", f"/surveys/vision-2020/responses.{form}")).content
    table = read_table("r", data)
    ideas = {row[table.header.index("idea")] for _, row in table.rows}
    told = await town.done("expert", "POST", "/surveys/vision-2020/responses/import?name=r", content=data)

    assert set(TRICKY) == ideas
    assert (0, len(TRICKY)) == (told["accepted"], told["repeated"])


@in_a_town
async def test_values_are_exported_whole_and_read_back_as_known(town: Town) -> None:
    """P-44: the values' CSV holds each source and note whole; brought back it changes nothing."""
    data = (await town.ask("expert", "GET", "/plans/balchik-2014-2020/values.csv")).content
    table = read_table("v", data)
    notes = {row[table.header.index("note")] for _, row in table.rows if row[0] == "dzi_bel"}
    before = await kept(town)

    assert {text[:2000] for text in TRICKY} <= notes
    assert (200, {}) == await bring(town, VALUES, data)
    assert before == await kept(town)


@in_a_town
async def test_a_plan_is_exported_whole_and_read_back_as_known(town: Town) -> None:
    """P-44: the plan's workbook holds each text whole and no formula; brought back it changes nothing."""
    data = (await town.ask("expert", "GET", "/plans/balchik-2014-2020/template.xlsx")).content
    before = await kept(town)
    told = await town.done("expert", "POST", PLAN, content=data)

    assert (0, False) == (told["recorded"], told["plan"]["changed"])
    assert before == await kept(town)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not any(re.search(rb"<f[ >]|hyperlink", sheet) for sheet in sheets)


@in_a_town
async def test_a_page_shows_texts_whole(town: Town) -> None:
    """P-44: the page of an indicator shows each source as text, whole."""
    page = (await town.public.get("http://127.0.0.1:8080/indicators/dzi_bel")).text
    shown = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", page)))

    assert [] == [text for text in TRICKY if re.sub(r"\s+", " ", text[:2000]) not in shown]
