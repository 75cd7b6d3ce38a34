"""What people bring as files: tables in every format, and what an installation holds before and after."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

from tests.system.conftest import Town

Json = Any  # what the API answers

VALUES = "/values/import?name=values"
PLAN = "/plans/balchik-2014-2020/import?name=plan"
RESPONSES = "/surveys/vision-2020/responses/import?name=responses"

Rows = Sequence[Sequence[object]]


def as_csv(rows: Rows) -> bytes:
    return "".join(",".join(map(str, row)) + "\n" for row in rows).encode()


def as_xlsx(rows: Rows, sheet: str = "Лист1") -> bytes:
    return workbook({sheet: rows})


def workbook(sheets: Mapping[str, Rows], **options: object) -> bytes:
    """A workbook as a spreadsheet saves it; texts stay texts."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False, **options}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return out.getvalue()


async def bring(town: Town, path: str, data: bytes, language: str = "bg") -> tuple[int, dict[str, str]]:
    """Bring a file as an expert; answers the status, and what is wrong by its place."""
    reply = await town.ask("expert", "POST", path, content=data, headers={"Accept-Language": language})
    told = reply.json()
    return reply.status_code, {each["pointer"]: each["message"] for each in told.get("errors", [])}


async def kept(town: Town) -> dict[str, Json]:
    """All that files can change, read back."""
    plan = (await town.ask("expert", "GET", "/plans/balchik-2014-2020")).json()
    values = (await town.ask("expert", "GET", "/plans/balchik-2014-2020/values.csv")).text
    surveys = (await town.ask("expert", "GET", "/surveys")).json()
    responses = (await town.ask("expert", "GET", "/surveys/vision-2020/responses.csv")).text
    margins = (await town.ask("expert", "GET", "/margins/census-2021-adults")).json()
    return {"plan": plan, "values": values, "surveys": surveys, "responses": responses, "margins": margins}
