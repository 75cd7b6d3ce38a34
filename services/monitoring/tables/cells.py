"""Rows of a sheet, read cell by cell; each fault names its row and column and says what to write instead."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from services.monitoring.domain.evidence import NO_ADDRESS, is_address
from services.monitoring.domain.faults import fault
from services.monitoring.tables.columns import Sheet
from shared.errors import FieldError
from shared.events.base import Figure
from shared.language import Text
from shared.numbers import read_number
from shared.tables import Table, at

MOST_LETTERS = 2_000
MOST_DIGITS = 6
_YES = frozenset({"yes", "true", "1", "да"})
_NO = frozenset({"", "no", "false", "0", "не"})


@dataclass
class Grid:
    """A sheet's rows with the faults found so far; `named` says in places which sheet of a workbook it is."""

    sheet: Sheet
    table: Table
    named: bool = False
    faults: list[FieldError] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.columns = self._columns()

    def _columns(self) -> dict[str, int]:
        columns: dict[str, int] = {}
        for number, heading in enumerate(self.table.header):
            column = self.sheet.column(heading)
            if column is None or column.code in columns:
                self.fail(
                    1,
                    number,
                    "Такава колона няма или вече я има. Поправете името ѝ или я изтрийте.",
                    "There is no such column, or it stands here twice. Correct its name or delete it.",
                )
            else:
                columns[column.code] = number
        for column in self.sheet.columns:
            if column.required and column.code not in columns:
                self.fail(
                    1,
                    None,
                    f"Липсва колоната „{column.heading}“. Добавете я.",
                    f"The column “{column.code}” is missing. Add it.",
                )
        return columns

    def rows(self) -> Iterator["Row"]:
        return (Row(self, number, cells) for number, cells in self.table.rows)

    def place(self, row: int, column: int | None) -> str:
        return (f"{self.sheet.name}, " if self.named else "") + at(row, column)

    def fail(self, row: int, column: int | None, bg: str, en: str) -> None:
        self.faults.append(fault(self.place(row, column), bg, en))


@dataclass(frozen=True)
class Row:
    """One row. What a cell does not hold is None or the default; what it can't hold becomes a fault of the grid."""

    grid: Grid
    number: int
    cells: Sequence[str]

    def place(self, code: str) -> str:
        return self.grid.place(self.number, self.grid.columns.get(code))

    def fail(self, code: str, bg: str, en: str) -> None:
        self.grid.fail(self.number, self.grid.columns.get(code), bg, en)

    def text(self, code: str) -> str | None:
        """The cell as text; empty is None, which is a fault where the column is required."""
        at_column = self.grid.columns.get(code)
        written = self.cells[at_column].strip() if at_column is not None else ""
        if not written and at_column is not None and self._is_required(code):
            self.fail(code, "Клетката е празна. Попълнете я.", "The cell is empty. Fill it.")
        if len(written) > MOST_LETTERS:
            self.fail(code, f"Текстът е над {MOST_LETTERS} знака.", f"The text has over {MOST_LETTERS} characters.")
            return None
        return written or None

    def address(self, code: str) -> str | None:
        """The cell as an address of the web."""
        written = self.text(code)
        if written and not is_address(written):
            self.grid.faults.append(FieldError(self.place(code), NO_ADDRESS))
        return written

    def _is_required(self, code: str) -> bool:
        return any(column.required for column in self.grid.sheet.columns if column.code == code)

    def needed(self, code: str) -> str:
        return self.text(code) or ""

    def texts(self, code: str) -> Text | None:
        """The text in the columns `…_bg` and `…_en`."""
        bulgarian, english = self.text(f"{code}_bg"), self.text(f"{code}_en")
        if english and not bulgarian:
            self.fail(f"{code}_bg", "Попълнете и на български.", "Fill in the Bulgarian too.")
        return Text(bg=bulgarian, en=english) if bulgarian else None

    def title(self) -> Text:
        return self.texts("title") or Text(bg="–")

    def number_of(self, code: str) -> Figure | None:
        written = self.text(code)
        figure = read_number(written) if written else None
        if written and figure is None:
            self.fail(
                code,
                "Това не се чете еднозначно като число. Пишете 1234,5 или 1 234,5, без мярка и без % (до 12 знака "
                "след запетаята).",
                "This can't be read one way only. Write 1234.5 or 1 234.5, without unit or % (at most 12 decimals).",
            )
        return figure

    def whole(self, code: str, default: int) -> int:
        written = self.text(code)
        if written and not (written.isascii() and written.isdigit() and len(written) <= MOST_DIGITS):
            self.fail(code, "Тук се очаква цяло число.", "A whole number is expected here.")
            return default
        return int(written) if written else default

    def is_yes(self, code: str) -> bool:
        written = (self.text(code) or "").lower()
        if written not in _YES | _NO:
            self.fail(code, "Пишете да или не.", "Write yes or no.")
        return written in _YES

    def one_of(self, code: str, words: Mapping[str, str], default: str | None = None) -> str:
        """One of some codes, or its Bulgarian word; `words` maps each code to that word."""
        written = (self.text(code) or default or "").lower()
        found = next((each for each, word in words.items() if written in (each, word)), None)
        if written and found is None:
            choices = ", ".join(f"{each} ({word})" for each, word in words.items())
            self.fail(code, f"Пишете едно от: {choices}.", f"Write one of: {', '.join(words)}.")
        return found or next(iter(words))

    def listed(self, code: str) -> list[str]:
        """The parts of a cell between semicolons or bars."""
        return [part.strip() for part in re.split(r"[;|]", self.text(code) or "") if part.strip()]
