"""Taking responses from a file: every row is checked before the first is written; a second time changes nothing."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from services.surveys.domain.rows import ImportedRow, read_rows
from services.surveys.domain.surveys import Survey
from services.surveys.usecases.desk import Desk
from services.surveys.usecases.responses import Submission, store_response
from services.surveys.usecases.surveys import found_survey
from shared.tables import read_table, with_rows

_LOOK_UP = 1_000


@dataclass(frozen=True)
class Imported:
    """How many rows a file had, how many were stored now, and how many had been stored before."""

    accepted: int
    repeated: int
    rows: int


async def import_responses(desk: Desk, survey_id: str, file: tuple[str, bytes], *, dry_run: bool) -> Imported:
    """Store a file's responses; what breaks off is completed by sending the file again.

    Raises NoSuchSurvey, SurveyIsNotOpen, SurveyIsClosed (unless all was stored before), TooLarge, and Invalid with
    each fault at its row and column; Unavailable when too many files wait.
    """
    survey = await found_survey(desk, survey_id)
    async with desk.files.turn():
        return await _imported(desk, survey, file, dry_run=dry_run)


async def _imported(desk: Desk, survey: Survey, file: tuple[str, bytes], *, dry_run: bool) -> Imported:
    rows = await desk.files.run(partial(_read, survey, *file))
    known = await _stored(desk, survey, rows)
    fresh = [row for row in rows if row.client_id not in known]
    if fresh:
        survey.check_takes_responses(desk.clock())
    accepted = 0 if dry_run else await _store(desk, survey, fresh)
    return Imported(accepted=accepted, repeated=len(known), rows=len(rows))


def _read(survey: Survey, name: str, data: bytes) -> list[ImportedRow]:
    return read_rows(survey.questionnaire, with_rows(read_table(name, data)), data)


async def _stored(desk: Desk, survey: Survey, rows: Sequence[ImportedRow]) -> frozenset[str]:
    """The ids of those rows that are stored already: by the id that a client made, or by the one that we exported."""
    ids = {desk.keys.response_id(survey.id, row.client_id): row.client_id for row in rows}
    ids |= {row.client_id: row.client_id for row in rows}
    found: set[str] = set()
    names = list(ids)
    for start in range(0, len(names), _LOOK_UP):
        kept = await desk.documents.responses.get_many(names[start : start + _LOOK_UP])
        found |= {ids[name] for name, response in kept.items() if response.survey_id == survey.id}
    return frozenset(found)


async def _store(desk: Desk, survey: Survey, rows: Sequence[ImportedRow]) -> int:
    accepted = 0
    at_once = desk.settings.import_at_once
    for start in range(0, len(rows), at_once):
        stored = await asyncio.gather(*(_store_row(desk, survey, row) for row in rows[start : start + at_once]))
        accepted += sum(stored)
    return accepted


async def _store_row(desk: Desk, survey: Survey, row: ImportedRow) -> bool:
    submission = Submission(answers={}, channel=row.channel, language=row.language)
    return (await store_response(desk, survey, row.client_id, submission, row.content)).is_new
