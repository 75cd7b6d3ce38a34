"""Responses as a table: one row a response, in the format that the import reads, with labels beside the codes."""

from collections.abc import AsyncIterator
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile

from services.surveys.domain.columns import cells, header
from services.surveys.domain.surveys import Survey
from services.surveys.usecases.desk import Desk
from shared.language import Language
from shared.tables import CSV_START, Cell, csv_line, write_xlsx

_IN_MEMORY = 4 * 1024 * 1024
_ROWS_A_PIECE = 500
_PIECE = 256 * 1024


async def csv_of(desk: Desk, survey: Survey, language: Language) -> AsyncIterator[bytes]:
    """The table as CSV, piece by piece."""
    piece = [CSV_START, csv_line(header(survey.questionnaire))]
    async for row in _rows(desk, survey, language):
        piece.append(csv_line(row))
        if len(piece) >= _ROWS_A_PIECE:
            yield "".join(piece).encode()
            piece = []
    yield "".join(piece).encode()


async def xlsx_of(desk: Desk, survey: Survey, language: Language) -> AsyncIterator[bytes]:
    """The table as XLSX; it is written to a file first, since a workbook's beginning is known at its end only."""
    with SpooledTemporaryFile(_IN_MEMORY) as file:
        finishing = ExitStack()
        sheet = finishing.enter_context(write_xlsx(file, "responses"))
        sheet.add([*header(survey.questionnaire)])
        async for row in _rows(desk, survey, language):
            sheet.add(row)
        await desk.files.run(finishing.close)
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


async def _rows(desk: Desk, survey: Survey, language: Language) -> AsyncIterator[list[Cell]]:
    async for response in desk.documents.responses_of(survey.id):
        if response.state == "given":
            yield cells(survey.questionnaire, response, language)
