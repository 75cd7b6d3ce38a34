"""The template is read back as it was written, and no workbook is read beyond its limits."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest
import xlsxwriter

from services.monitoring.bodies import PlanBody
from services.monitoring.domain.definitions import PlanContent
from services.monitoring.tables import workbook_child
from services.monitoring.tables.columns import INDICATORS, NODES, PLAN, SHEETS, UNITS, VALUES
from services.monitoring.tables.plan_import import plan_from_workbook
from services.monitoring.tables.template import template
from services.monitoring.tables.workbook import read_workbook, written_workbook
from shared import tables_child
from shared.errors import Invalid, TooLarge
from shared.tables_child import NOT_READABLE, TOO_MANY_CELLS
from tests.unit.monitoring.builders import a_fed_indicator, a_plan, an_indicator, demo_plan

Json = Any  # a plan as it is sent


def content_of(plan: Mapping[str, Json]) -> PlanContent:
    return PlanBody.model_validate(plan, strict=False).content()


@pytest.mark.parametrize(
    "plan",
    [
        demo_plan(),
        a_plan(),
        a_plan(
            an_indicator("held", direction="hold", tolerance=1.5, band={"low": -18.25, "high": 7}, stale_after=None),
            an_indicator("context", target=None, milestones=[], unit_text={"bg": "бр.", "en": "pcs"}, shape="step"),
            an_indicator("two", milestones=[{"period": "2015", "value": 41}, {"period": "2016-Q2", "value": 42.75}]),
            a_fed_indicator(continues="lit", frequency="year", weight=0.5, source="=1+1"),
        ),
    ],
    ids=["demo", "small", "every field"],
)
def test_a_template_is_read_back_as_it_was_written(plan: Mapping[str, Json]) -> None:
    """Every field of a plan survives the way through the workbook."""
    content = content_of(plan)
    read = plan_from_workbook(read_workbook("plan.xlsx", template(content, [])), None)

    assert ([], content) == (read.faults, read.content)


def test_an_empty_template_explains_itself() -> None:
    """Headings in Bulgarian with their codes, and each column on a sheet of explanations."""
    tables = read_workbook("plan.xlsx", template(None, []))

    assert {sheet.code for sheet in SHEETS} == set(tables)
    assert "Наименование (title_bg)" in tables["nodes"].header
    assert all(not table.rows for table in tables.values())


def a_workbook_of(sheets: int, cell: tuple[int, int]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    for _ in range(sheets):
        book.add_worksheet().write(*cell, 1)
    book.close()
    return out.getvalue()


def test_workbooks_have_limits() -> None:
    """Too many sheets, a cell far out, a file over 20 MB."""
    for data in (a_workbook_of(21, (0, 0)), a_workbook_of(1, (1_048_575, 16_383)), b"x" * (20 * 1024 * 1024 + 1)):
        with pytest.raises(TooLarge):
            read_workbook("big.xlsx", data)


def test_what_is_no_workbook_is_refused() -> None:
    """Whatever its first bytes say."""
    with pytest.raises(Invalid, match="can't be read"):
        read_workbook("odd.xlsx", b"PK\x03\x04 and nothing behind")


def test_a_broken_sheet_is_named() -> None:
    """With its name before the row."""
    broken = written_workbook({NODES.name: [["id", "id"], ["m1", "m1"]]})

    with pytest.raises(Invalid) as refused:
        read_workbook("plan.xlsx", broken)

    assert ["Възли, row 1, column B"] == [error.pointer for error in refused.value.errors]


def test_every_column_is_found_by_heading_code_and_name() -> None:
    """In letters of any size."""
    for sheet in (PLAN, UNITS, NODES, INDICATORS, VALUES):
        for column in sheet.columns:
            assert column is sheet.column(column.heading)
            assert column is sheet.column(f" {column.code.upper()} ")
        assert len(sheet.columns) == len({column.code for column in sheet.columns})
        assert len(sheet.columns) == len({column.name for column in sheet.columns})


def test_the_child_reads_every_sheet(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What it prints is the sheets by name; what it can't read it tells by its exit code."""
    monkeypatch.setattr(tables_child, "limit_itself", lambda: None)
    whole = written_workbook({"План": [["от", 2014]], "Друг": [[1.5]]})
    codes = []
    for data in (
        whole,
        b"odd",
        a_workbook_of(21, (0, 0)),
        a_workbook_of(1, (9, 2_000)),
        a_workbook_of(1, (90_000, 900)),
    ):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
        codes.append(tables_child.answer(workbook_child.sheets_of))

    assert [0, NOT_READABLE, *[TOO_MANY_CELLS] * 3] == codes
    assert {"План": [["от", "2014"]], "Друг": [["1.5"]]} == json.loads(capsys.readouterr().out)


def test_a_child_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is then not readable."""
    monkeypatch.setattr("shared.spreadsheets.CHILD_TIMEOUT_S", 0.001)

    with pytest.raises(Invalid, match="can't be read"):
        read_workbook("slow.xlsx", template(None, []))


def test_a_formula_that_was_never_computed_is_named() -> None:
    """With its sheet, row and column."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet(VALUES.name)
        sheet.write_row(0, 0, ["indicator", "period", "value", "source"])
        sheet.write_row(1, 0, ["lit", "2019"])
        sheet.write_formula(1, 2, "=1+1")

    with pytest.raises(Invalid) as refused:
        read_workbook("plan.xlsx", out.getvalue())

    assert ["Стойности, row 2, column C"] == [error.pointer for error in refused.value.errors]


def test_a_workbook_that_unpacks_to_too_much_says_so() -> None:
    """Before it is unpacked."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/workbook.xml", "w") as part:
        for _ in range(301):
            part.write(b" " * 1024 * 1024)

    with pytest.raises(TooLarge, match="unpacks to too much"):
        read_workbook("bomb.xlsx", out.getvalue())
