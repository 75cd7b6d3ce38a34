"""Reads the rows of a table of responses; each fault with its row, its column and what to do."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import get_args

from services.surveys.domain.answers import Canonical, examined
from services.surveys.domain.columns import RESPONSE, Column, column_of
from services.surveys.domain.questionnaire import OTHER, Question, Questionnaire
from shared.errors import FieldError, Invalid, shown
from shared.events.surveys import Channel
from shared.language import Language, Text
from shared.numbers import figure_of, json_number, read_number
from shared.tables import Table, at

MAX_ERRORS = 1_000
_SEPARATOR = re.compile(r"[|;,\s]+")
_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?: г\.)?", re.ASCII)
_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{22,64}")
_YES = frozenset({"y", "yes", "1", "true", "да", "x", "х"})
_NO = frozenset({"n", "no", "0", "false", "не"})


@dataclass(frozen=True)
class ImportedRow:
    """A row that fits: whom it is from, how it came, and its canonical answers."""

    number: int
    client_id: str
    channel: Channel
    language: Language | None
    content: Mapping[str, Canonical]


class _Unread(Exception):
    def __init__(self, bg: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(bg=bg, en=en)


@dataclass
class _Gathered:
    answers: dict[str, object] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)
    places: dict[str, dict[int, str]] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)


def read_rows(questionnaire: Questionnaire, table: Table, file: bytes) -> list[ImportedRow]:
    """Read all rows, or raise Invalid with every fault. Ids come from the column `response`, else from file and row."""
    columns = _columns(questionnaire, table.header)
    digest = sha256(file).hexdigest()
    errors: list[FieldError] = []
    rows: list[ImportedRow] = []
    for number, cells in table.rows:
        if len(errors) < MAX_ERRORS:
            row = _row(questionnaire, columns, (number, cells), errors)
            rows.append(_identified(row, digest))
    errors.extend(_repeated(rows, columns))
    if errors:
        raise Invalid(
            Text(bg="Файлът не е наред; нищо не е записано.", en="The file is not in order; nothing was stored."),
            errors[:MAX_ERRORS],
        )
    return rows


def _columns(questionnaire: Questionnaire, header: Sequence[str]) -> list[Column]:
    found = [column_of(questionnaire, name) for name in header]
    errors = [
        FieldError(
            at(1, column),
            Text(
                bg=f"Анкетата няма въпрос „{shown(header[column])}“. Поправете името или махнете колоната.",
                en=f"The survey has no question “{shown(header[column])}”. Correct the name, or remove the column.",
            ),
        )
        for column, known in enumerate(found)
        if known is None
    ]
    if not any(column is not None and column.question is not None for column in found):
        errors.append(
            FieldError(
                at(1), Text(bg="Няма колона с въпрос от анкетата.", en="No column holds a question of the survey.")
            )
        )
    if errors:
        raise Invalid(Text(bg="Заглавният ред не подхожда.", en="The header does not fit."), errors)
    return [column for column in found if column is not None]


def _row(
    questionnaire: Questionnaire, columns: Sequence[Column], row: tuple[int, Sequence[str]], errors: list[FieldError]
) -> ImportedRow:
    number, cells = row
    gathered, unread = _Gathered(), set[str]()
    for place, (column, cell) in enumerate(zip(columns, cells, strict=True)):
        if cell.strip():
            try:
                _TAKE[column.holds](gathered, column, cell)
            except _Unread as fault:
                unread.add(column.question.id if column.question else "")
                errors.append(FieldError(at(number, place), fault.text))
    _put_together(questionnaire, gathered)
    content, faults = examined(questionnaire, gathered.answers)
    errors.extend(_placed(faults, columns, number, unread))
    return ImportedRow(
        number=number,
        client_id=gathered.about.get(RESPONSE, ""),
        channel=_CHANNELS.get(gathered.about.get("channel", ""), "paper"),
        language=_LANGUAGES.get(gathered.about.get("language", "")),
        content=content,
    )


def _placed(
    faults: Sequence[FieldError], columns: Sequence[Column], number: int, unread: set[str]
) -> Iterator[FieldError]:
    """Say in which column a question's fault is; one that could not even be read has said so already."""
    first = {column.question.id: place for place, column in reversed(list(enumerate(columns))) if column.question}
    for fault in faults:
        name = fault.pointer.rpartition("/")[2]
        if name not in unread:
            yield FieldError(at(number, first.get(name)), fault.message if name in first else _named(name, fault))


def _named(name: str, fault: FieldError) -> Text:
    """Say which question a fault is of that no column can be named for."""
    return Text(bg=f"„{name}“: {fault.message.bg}", en=f"“{name}”: {fault.message.in_('en')}")


def _put_together(questionnaire: Questionnaire, gathered: _Gathered) -> None:
    for name, places in gathered.places.items():
        gathered.answers[name] = [places[place] for place in sorted(places)]
    for question in questionnaire.questions():
        if question.other and question.id in {*gathered.answers, *gathered.own}:
            own = {"code": OTHER, "text": gathered.own.get(question.id, "")}
            gathered.answers[question.id] = _with_own(gathered.answers.get(question.id), own, question)


def _with_own(answer: object, own: Mapping[str, str], question: Question) -> object:
    if question.kind == "multiple":
        chosen = answer if isinstance(answer, list) else []
        plain = [code for code in chosen if code != OTHER]
        return [*plain, own] if own["text"] or len(plain) < len(chosen) else plain
    return own if answer in (None, OTHER) else answer


def _identified(row: ImportedRow, digest: str) -> ImportedRow:
    if row.client_id:
        return row
    made = sha256(f"{digest} {row.number}".encode()).hexdigest()[:40]
    return ImportedRow(row.number, f"file-{made}", row.channel, row.language, row.content)


def _repeated(rows: Sequence[ImportedRow], columns: Sequence[Column]) -> Iterator[FieldError]:
    seen: dict[str, int] = {}
    place = next((place for place, column in enumerate(columns) if column.holds == RESPONSE), None)
    for row in rows:
        if row.client_id in seen:
            first = seen[row.client_id]
            yield FieldError(
                at(row.number, place),
                Text(bg=f"Същият номер е и на ред {first}.", en=f"Row {first} has the same id."),
            )
        seen.setdefault(row.client_id, row.number)


def _about(gathered: _Gathered, column: Column, cell: str) -> None:
    text = cell.strip()
    known = _KNOWN.get(column.holds)
    if known is not None and text not in known:
        raise _Unread(f"Тук може: {', '.join(known)}.", f"Possible here: {', '.join(known)}.")
    if column.holds == RESPONSE and not _CLIENT_ID.fullmatch(text):
        raise _Unread(
            "Номерът е от 22 до 64 знака: латински букви, цифри, „_“, „-“. Може и без тази колона.",
            "An id has 22 to 64 Latin letters, digits, “_”, “-”. The column may also be left out.",
        )
    gathered.about[column.holds] = text


def _nothing(_gathered: _Gathered, _column: Column, _cell: str) -> None:
    """Pass over what platforms write of their own."""


def _answer(gathered: _Gathered, column: Column, cell: str) -> None:
    if column.question is not None:
        gathered.answers[column.question.id] = _READ[column.question.kind](cell)


def _own(gathered: _Gathered, column: Column, cell: str) -> None:
    if column.question is not None:
        gathered.own[column.question.id] = cell


def _matrix_row(gathered: _Gathered, column: Column, cell: str) -> None:
    if column.question is not None:
        rows = gathered.answers.setdefault(column.question.id, {})
        if isinstance(rows, dict):
            rows[column.part] = _mark(cell)


def _option(gathered: _Gathered, column: Column, cell: str) -> None:
    said = cell.strip().lower()
    if said not in _YES | _NO:
        raise _Unread("Тук се пише 1 (да) или 0 (не).", "Write 1 (yes) or 0 (no) here.")
    if column.question is not None:
        chosen = gathered.answers.setdefault(column.question.id, [])
        if isinstance(chosen, list) and said in _YES and column.part not in chosen:
            chosen.append(column.part)


def _place(gathered: _Gathered, column: Column, cell: str) -> None:
    if column.question is not None:
        gathered.places.setdefault(column.question.id, {})[int(column.part)] = cell.strip()


def _mark(cell: str) -> object:
    number = _number(cell)
    if not isinstance(number, int):
        raise _Unread("Тук се очаква цяло число.", "A whole number is expected here.")
    return number


def _number(cell: str) -> object:
    figure = read_number(cell)
    if figure is None or figure_of(float(figure)) != figure:
        raise _Unread(
            "Не се чете еднозначно като число. Пишете 1234,5 или 1 234,5, без мярка и без %.",
            "This can't be read one way only. Write 1234.5 or 1 234.5, without unit or %.",
        )
    return json_number(figure)


def _day(cell: str) -> object:
    text = cell.strip()
    found = _DAY.fullmatch(text)
    if found is None:
        return text
    try:
        return date(int(found[3]), int(found[2]), int(found[1])).isoformat()
    except ValueError:
        raise _Unread("Няма такъв ден.", "There is no such day.") from None


def _several(cell: str) -> object:
    return [code for code in _SEPARATOR.split(cell.strip()) if code]


_READ: Mapping[str, Callable[[str], object]] = {
    "single": str.strip,
    "multiple": _several,
    "rank": _several,
    "scale": _mark,
    "number": _number,
    "date": _day,
    "text": str,
}
_TAKE: Mapping[str, Callable[[_Gathered, Column, str], None]] = {
    "response": _about,
    "channel": _about,
    "language": _about,
    "nothing": _nothing,
    "answer": _answer,
    "own": _own,
    "row": _matrix_row,
    "option": _option,
    "place": _place,
}
_CHANNELS: Mapping[str, Channel] = {channel: channel for channel in get_args(Channel)}
_LANGUAGES: Mapping[str, Language] = {language: language for language in get_args(Language)}
_KNOWN: Mapping[str, Mapping[str, str]] = {"channel": _CHANNELS, "language": _LANGUAGES}
