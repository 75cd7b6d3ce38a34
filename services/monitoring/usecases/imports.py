"""Values from files: every row is checked before the first is written, then all are, whatever happens in between."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from services.monitoring.domain.import_jobs import ImportJob, ImportPart, KeptRow, parts_of
from services.monitoring.domain.people import Person
from services.monitoring.domain.values import Value, record, value_id
from services.monitoring.domain.watched import Watched
from services.monitoring.tables.value_rows import ValueRow, doubled
from services.monitoring.usecases.desk import Desk, each
from services.monitoring.usecases.writing import write
from shared.errors import Conflict, FieldError, Invalid, MegdanError, NotFound, shown
from shared.language import Text
from shared.tables import MAX_ERRORS


class FileDoesNotFit(Invalid):
    """A file has rows to be mended; nothing of it was stored."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(
            Text(
                bg="Във файла има какво да се поправи; нищо не е записано.",
                en="The file has things to be mended; nothing was stored.",
            ),
            errors[:MAX_ERRORS],
        )


@dataclass(frozen=True)
class Brought:
    """A file that somebody brings: its id, by which the same file again is known, and who it is."""

    job: str
    person: Person
    dry_run: bool = False


ReadRows = tuple[Sequence[ValueRow], Sequence[FieldError]]
"""Rows as they were read, and what could not be read of them."""


@dataclass(frozen=True)
class Imported:
    """How many rows a file had, how many of them were recorded and how many said what was known."""

    rows: int
    recorded: int
    unchanged: int


async def import_values(desk: Desk, read: ReadRows, brought: Brought) -> Imported:
    """Record the rows of a file, all or none; the same file again changes nothing.

    Raises FileDoesNotFit, with the faults that reading found and those against what is recorded.
    """
    rows, _ = read
    watched = await desk.kept.indicators.get_many(sorted({row.indicator for row in rows}))
    kept = await check_rows(desk, read, watched, brought.person)
    if kept and not brought.dry_run:
        await finish(desk, await begin(desk, kept, brought))
    return Imported(len(rows), len(kept), len(rows) - len(kept))


async def check_rows(desk: Desk, read: ReadRows, watched: Mapping[str, Watched], person: Person) -> list[KeptRow]:
    """Check all rows; return those that change something. Raises FileDoesNotFit."""
    rows, unread = read
    values = await desk.kept.values.get_many(sorted({row.key for row in rows}))
    faults = doubled([row for row in rows if row.is_whole])
    kept: list[KeptRow] = []
    for row in rows:
        try:
            found = _checked(row, watched, values.get(row.key), (person, desk.now()))
        except MegdanError as error:
            name = "indicator" if isinstance(error, NotFound) else "period"
            faults.append(FieldError(row.place_of(name), error.text))
        else:
            kept += [] if found is None else [found]
    told = {each.pointer for each in unread}
    if unread or faults:
        raise FileDoesNotFit([*unread, *(each for each in faults if each.pointer not in told)])
    return kept


def _checked(
    row: ValueRow, watched: Mapping[str, Watched], earlier: Value | None, by: tuple[Person, str]
) -> KeptRow | None:
    person = by[0]
    indicator = watched.get(row.indicator)
    if indicator is None or not person.may_give(indicator):
        raise _nobody_of_yours(row, person)
    period = indicator.period(row.period)
    if earlier is not None and earlier.giver.survey and earlier.figure == row.entry.figure:
        return None  # A file that we wrote ourselves names what a survey gave, too.
    if not record(indicator, period, earlier, row.entry, by).events or not row.is_whole:
        return None
    if earlier is not None and not row.is_correction:
        raise _recorded_already(earlier)
    return KeptRow(
        indicator=row.indicator,
        period=row.period,
        over=earlier.value_version if earlier else 0,
        figure=row.entry.figure,
        source=row.entry.source,
        note=row.entry.note,
        evidence=row.entry.evidence,
        disaggregation={name: dict(figures) for name, figures in row.entry.disaggregation.items()},
    )


def _nobody_of_yours(row: ValueRow, person: Person) -> NotFound:
    whose_bg, whose_en = ("", "") if person.is_expert else (" на Вашето звено", " of your unit")
    named = shown(row.indicator)
    return NotFound(
        Text(
            bg=f"Няма индикатор „{named}“{whose_bg}. Проверете кода му в плана.",
            en=f"There is no indicator “{named}”{whose_en}. Look up its id in the plan.",
        )
    )


def _recorded_already(earlier: Value) -> Conflict:
    return Conflict(
        Text(
            bg=f"Вече е записано {earlier.figure}. Ако е поправка, пишете „да“ в колоната „Поправка (correction)“.",
            en=f"It is recorded as {earlier.figure} already. For a correction, write “yes” in the column “correction”.",
        )
    )


async def begin(
    desk: Desk, rows: Sequence[KeptRow], brought: Brought, plan: tuple[str | None, int] = (None, 0)
) -> ImportJob:
    """Store what is to be written, last the job itself: from then on it is done, sooner or later."""
    parts = list(parts_of(brought.job, rows))
    await each(parts, desk.kept.import_parts.put)
    person = brought.person
    job = ImportJob(
        id=brought.job,
        subject=person.subject,
        unit=person.unit,
        is_expert=person.is_expert,
        started_at=desk.now(),
        parts=len(parts),
        plan=plan[0],
        plan_version=plan[1],
    )
    return await desk.kept.import_jobs.put(job)


async def finish(desk: Desk, job: ImportJob) -> None:
    """Write what is not written yet, then forget the job."""
    for part_id in job.part_ids():
        part = await desk.kept.import_parts.get(part_id)
        if part is not None:
            await _write_part(desk, job, part)
    await forget(desk, job)


async def _write_part(desk: Desk, job: ImportJob, part: ImportPart) -> None:
    known = await desk.kept.indicators.get_many(sorted({row.indicator for row in part.rows}))
    await each(part.rows, lambda row: _write_row(desk, job, row, known[row.indicator]))


async def _write_row(desk: Desk, job: ImportJob, row: KeptRow, watched: Watched) -> None:
    """Write a row, unless its value was written already or has been changed since it was checked."""
    earlier = await desk.kept.values.get(value_id(row.indicator, row.period))
    if (earlier.value_version if earlier else 0) == row.over:
        with suppress(Conflict, NotFound, Invalid):  # The plan or the value has moved on: what is newer stays.
            period = watched.period(row.period)
            await write(desk, record(watched, period, earlier, row.entry(), (job.person, job.started_at)))


async def forget(desk: Desk, job: ImportJob) -> None:
    """Drop a job with its rows."""
    await desk.kept.import_jobs.delete(job.id)
    await each(job.part_ids(), desk.kept.import_parts.delete)
