"""Files that people send: their content tells what they are; reading takes a thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from fastapi import Request
from pydantic import ValidationError

from services.monitoring.bodies import PlanBody, ValueRowsBody
from services.monitoring.domain.definitions import PlanContent
from services.monitoring.domain.values import Entry
from services.monitoring.tables.columns import VALUES
from services.monitoring.tables.plan_import import PlanFile, plan_from_table, plan_from_workbook
from services.monitoring.tables.value_rows import ValueRow, rows_from_table
from services.monitoring.tables.workbook import is_workbook, read_workbook
from services.monitoring.usecases.imports import FileDoesNotFit, ReadRows
from shared.encodings import decoded
from shared.errors import FieldError, Invalid, TooLarge
from shared.language import Text
from shared.problems import unfit
from shared.strict_json import read_json
from shared.tables import MAX_BYTES, Table, read_table, with_rows
from shared.turns import Turns

_BEFORE_JSON = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"
"""What may stand before JSON in files: byte order marks, the empty halves of UTF-16, blanks."""


@dataclass(frozen=True)
class Sent:
    """A file as it came."""

    name: str
    data: bytes

    @property
    def is_json(self) -> bool:
        return self.data.lstrip(_BEFORE_JSON)[:1] in (b"{", b"[")

    @property
    def json(self) -> bytes:
        """A file of JSON as UTF-8, whatever an editor has saved it as. Raises Invalid if that can't be told."""
        return decoded(self.data).encode()


async def sent_file(request: Request, name: str) -> Sent:
    """Take a file from a request's body. Raises TooLarge beyond 20 MB, without reading on, and Invalid if empty."""
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > MAX_BYTES:
            raise TooLarge(Text(bg=f"„{name}“ е над 20 MB. Разделете го.", en=f"“{name}” is over 20 MB. Split it."))
    if not data:
        raise _nothing_in_it("row 1")
    return Sent(name, bytes(data))


def _nothing_in_it(place: str) -> Invalid:
    empty = Text(
        bg="Във файла няма нищо. Изберете файла с данните и опитайте отново.",
        en="There is nothing in the file. Choose the file with the data and try again.",
    )
    return Invalid(empty, [FieldError(place, empty)])


async def read_value_rows(files: Turns, file: Sent) -> ReadRows:
    """Read values from JSON, CSV or XLSX (the sheet of values, or else the first), with what can't be read of them.

    Raises FileDoesNotFit if no row can be told, and Invalid.
    """
    if file.is_json:
        return await files.run(lambda: _rows_from_json(file.json))
    rows, faults = await files.run(partial(_rows_from_table, file))
    if faults and not rows:
        raise FileDoesNotFit(faults)
    return rows, faults


def _rows_from_table(file: Sent) -> tuple[list[ValueRow], list[FieldError]]:
    if is_workbook(file.data):
        sheet = read_workbook(file.name, file.data).get(VALUES.code)
        if sheet is not None:
            return rows_from_table(with_rows(sheet), named=True)
    return rows_from_table(with_rows(read_table(file.name, file.data)))


def _rows_from_json(data: bytes) -> ReadRows:
    said = read_json(data)
    prefix = "" if isinstance(said, list) else "/values"
    whole = b'{"values":' + data + b"}" if isinstance(said, list) else data
    try:
        body = ValueRowsBody.model_validate_json(whole)
    except ValidationError as fault:
        found = unfit(fault.errors()).errors
        faults = [FieldError(prefix + each.pointer.removeprefix("/values"), each.message) for each in found]
        return _named_rows(said if isinstance(said, list) else said.get("values"), prefix, faults), faults
    if not body.values:
        raise _nothing_in_it(prefix)
    rows = [
        ValueRow(
            place=f"{prefix}/{number}",
            indicator=row.indicator,
            period=row.period,
            entry=Entry(row.value, row.source, row.note, row.evidence, row.disaggregation),
            is_correction=row.correction,
        )
        for number, row in enumerate(body.values)
    ]
    return rows, []


def _named_rows(items: object, prefix: str, faults: Sequence[FieldError]) -> list[ValueRow]:
    """The rows of a body with faults, as far as they say which value they are of: that is checked none the less."""
    told = {fault.pointer for fault in faults}
    rows = []
    for number, item in enumerate(items if isinstance(items, list) else []):
        place = f"{prefix}/{number}"
        indicator, period = (item.get("indicator"), item.get("period")) if isinstance(item, dict) else (None, None)
        if isinstance(indicator, str) and isinstance(period, str) and place not in told:
            rows.append(ValueRow(place, indicator, period, Entry("0", ""), is_correction=True, is_whole=False))
    return rows


async def read_plan_file(files: Turns, file: Sent, earlier: PlanContent | None) -> PlanFile:
    """Read a plan from JSON, from the workbook of the template, or from one table of its nodes or indicators."""
    return await files.run(
        partial(_plan_from_json, file) if file.is_json else partial(_plan_from_tables, file, earlier)
    )


def _plan_from_json(file: Sent) -> PlanFile:
    data = file.json
    read_json(data)
    try:
        content = PlanBody.model_validate_json(data).content()
    except ValidationError as fault:
        raise unfit(fault.errors()) from None
    return PlanFile(content=content, rows=1 + len(content.nodes) + len(content.indicators) + len(content.units or ()))


def _plan_from_tables(file: Sent, earlier: PlanContent | None) -> PlanFile:
    tables: dict[str, Table] = read_workbook(file.name, file.data) if is_workbook(file.data) else {}
    if tables:
        return plan_from_workbook(tables, earlier)
    return plan_from_table(with_rows(read_table(file.name, file.data)), earlier)
