"""Rows of values from a table or from JSON, before they are compared with what is recorded."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from services.monitoring.domain.faults import fault
from services.monitoring.domain.values import Entry
from services.monitoring.tables.cells import Grid, Row
from services.monitoring.tables.columns import VALUES
from shared.errors import FieldError
from shared.tables import Table, in_bulgarian


@dataclass(frozen=True)
class ValueRow:
    """A row: where it stood, for each field the place that a fault is told at, and what it says.

    One that is not whole had cells that could not be read: they hold something in their place, and are told already.
    """

    place: str
    indicator: str
    period: str
    entry: Entry
    is_correction: bool
    places: tuple[tuple[str, str], ...] = ()
    is_whole: bool = True

    @property
    def key(self) -> str:
        return f"{self.indicator}/{self.period}"

    def place_of(self, name: str) -> str:
        return dict(self.places).get(name, f"{self.place}/{name}" if self.place.startswith("/") else self.place)


def rows_from_table(table: Table, *, named: bool = False) -> tuple[list[ValueRow], list[FieldError]]:
    """Read a table of values; the faults name row and column (and the sheet, if `named`)."""
    grid = Grid(VALUES, table, named)
    if grid.faults:
        return [], grid.faults
    rows = [_row_from(row) for row in grid.rows()]
    return rows, grid.faults


def _row_from(row: Row) -> ValueRow:
    faults = len(row.grid.faults)
    read = _read(row)
    return replace(read, is_whole=len(row.grid.faults) == faults)


def _read(row: Row) -> ValueRow:
    return ValueRow(
        place=row.grid.place(row.number, None),
        indicator=row.needed("indicator"),
        period=row.needed("period"),
        entry=Entry(
            figure=row.number_of("value") or "0",
            source=row.needed("source"),
            note=row.text("note"),
            evidence=row.address("evidence"),
        ),
        is_correction=row.is_yes("correction"),
        places=tuple((name, row.place(name)) for name in ("indicator", "period", "value")),
    )


def doubled(rows: Iterable[ValueRow]) -> list[FieldError]:
    """Find rows that give a value which another row gives too."""
    first: dict[str, ValueRow] = {}
    faults = []
    for row in rows:
        earlier = first.setdefault(row.key, row)
        if earlier is not row:
            faults.append(
                fault(
                    row.place_of("period"),
                    f"Стойността вече е дадена ({in_bulgarian(earlier.place)}). Оставете един от двата реда.",
                    f"This value is given already ({earlier.place}). Keep one of the two rows.",
                )
            )
    return faults
