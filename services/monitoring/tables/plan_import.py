"""A plan from tables: a workbook says the whole of its sheets, a single table adds to and changes a plan there is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from services.monitoring.domain.definitions import Indicator, Node, PlanContent, Unit
from services.monitoring.domain.faults import fault
from services.monitoring.tables.cells import Grid, Row
from services.monitoring.tables.columns import INDICATORS, NODES, PLAN, UNITS, VALUES, Sheet
from services.monitoring.tables.plan_sheets import indicator_from, node_from, unit_from
from services.monitoring.tables.value_rows import ValueRow, rows_from_table
from shared.errors import FieldError
from shared.tables import Table

T = TypeVar("T", Node, Indicator, Unit)

_LISTS: tuple[Sheet, ...] = (UNITS, NODES, INDICATORS)


@dataclass
class PlanFile:
    """What a file says: the plan it makes (None if it can't be told), values beside it, and the faults found."""

    content: PlanContent | None = None
    values: list[ValueRow] = field(default_factory=list)
    faults: list[FieldError] = field(default_factory=list)
    grids: dict[str, Grid] = field(default_factory=dict)
    rows: int = 0
    changed_at: dict[str, list[int]] = field(default_factory=dict)


def plan_from_workbook(tables: Mapping[str, Table], earlier: PlanContent | None) -> PlanFile:
    """Read a workbook; a sheet that is not there leaves that part of the plan as it is."""
    file = PlanFile()
    for sheet in (PLAN, *_LISTS):
        if sheet.code in tables:
            file.grids[sheet.code] = Grid(sheet, tables[sheet.code], named=True)
    _read(file, earlier, add=False)
    if VALUES.code in tables:
        file.values, faults = rows_from_table(tables[VALUES.code], named=True)
        file.faults += faults
        file.rows += len(file.values)
    return file


def plan_from_table(table: Table, earlier: PlanContent | None) -> PlanFile:
    """Read one table of nodes, indicators or units (its header tells which); rows are added, or replace their like."""
    file = PlanFile()
    sheet = _sheet_of(table)
    if earlier is None:
        file.faults.append(
            fault(
                "row 1",
                "Още няма такъв план. Внесете първо целия план като XLSX по образеца или като JSON.",
                "There is no such plan yet. First import the whole plan, as XLSX after the template or as JSON.",
            )
        )
        return file
    file.grids[sheet.code] = Grid(sheet, table)
    _read(file, earlier, add=True)
    return file


def _sheet_of(table: Table) -> Sheet:
    """Tell which sheet a table is: the one with most of its headings, of equals the one with fewest columns."""

    def fitting(sheet: Sheet) -> tuple[int, int]:
        found = {sheet.column(heading) for heading in table.header} - {None}
        return len(found), -len(sheet.columns)

    return max(_LISTS, key=fitting)


def _read(file: PlanFile, earlier: PlanContent | None, *, add: bool) -> None:
    kept = earlier or _nothing()
    units = _items(file, UNITS, unit_from, kept.units or (), add=add)
    nodes = _items(file, NODES, node_from, kept.nodes, add=add)
    indicators = _items(file, INDICATORS, indicator_from, kept.indicators, add=add)
    head = _head(file, earlier)
    for grid in file.grids.values():
        file.faults += grid.faults
    if head is not None:
        parts = {"units": units or None, "nodes": nodes, "indicators": indicators}
        file.content = head.model_copy(update=parts)


def _nothing() -> PlanContent:
    return PlanContent.model_validate(
        {"title": {"bg": "–"}, "first_year": 2000, "last_year": 2000, "nodes": [], "indicators": []}
    )


def _items(file: PlanFile, sheet: Sheet, read: Callable[[Row], T], kept: Sequence[T], *, add: bool) -> tuple[T, ...]:
    grid = file.grids.get(sheet.code)
    if grid is None or grid.faults:
        return tuple(kept)
    read_rows = [(row.number, read(row)) for row in grid.rows()]
    file.rows += len(read_rows)
    items = _joined(kept, (item for _, item in read_rows)) if add else [item for _, item in read_rows]
    lines = {item.id: number for number, item in read_rows}
    file.changed_at[sheet.code] = (
        [lines.get(item.id, 1) for item in items] if add else [number for number, _ in read_rows]
    )
    return tuple(items)


def _joined(kept: Iterable[T], new: Iterable[T]) -> list[T]:
    items = {item.id: item for item in kept}
    items.update({item.id: item for item in new})
    return list(items.values())


def _head(file: PlanFile, earlier: PlanContent | None) -> PlanContent | None:
    grid = file.grids.get(PLAN.code)
    rows = list(grid.rows()) if grid and not grid.faults else []
    if grid is None or grid.faults:
        if earlier is None:
            file.faults.append(
                fault(PLAN.name, "Липсва листът „План“. Вземете образеца.", "The sheet “plan” is missing.")
            )
        return earlier
    if len(rows) != 1:
        grid.fail(2, None, "Тук се описва един план, на един ред.", "One plan is described here, in one row.")
        return earlier
    file.rows += 1
    return _described(rows[0])


def _described(row: Row) -> PlanContent:
    return PlanContent(
        title=row.title(),
        first_year=row.whole("from", 0),
        last_year=row.whole("to", 0),
        nodes=(),
        indicators=(),
        reconstructed=row.is_yes("reconstructed"),
        origin=row.texts("origin"),
    )


def at_its_row(file: PlanFile, found: FieldError) -> FieldError:
    """Tell a fault of the plan at the row and column of the file that it came from."""
    kind, _, rest = found.pointer.strip("/").partition("/")
    grid = file.grids.get(PLAN.code if kind in ("title", "period") else kind)
    if grid is None:
        return found
    if grid.sheet is PLAN:
        return FieldError(grid.place(2, _column(grid, rest or "title")), found.message)
    number, _, name = rest.partition("/")
    lines = file.changed_at.get(kind, [])
    if not number.isdigit() or int(number) >= len(lines):
        return FieldError(grid.place(1, None), found.message)
    return FieldError(grid.place(lines[int(number)], _column(grid, name)), found.message)


def _column(grid: Grid, name: str) -> int | None:
    parts = [part for part in name.split("/") if not part.isdigit()]
    for tried in ("_".join(parts), *(parts[:1] or ())):
        for code, column in grid.columns.items():
            if code == tried or code.startswith(f"{tried}_"):
                return column
    return None
