"""The collections of the surveys service: what is found by what."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from services.surveys.domain.drafts import Draft
from services.surveys.domain.margin_sets import KeptMargins
from services.surveys.domain.responses import Response
from services.surveys.domain.steps import RowSteps, Steps
from services.surveys.domain.surveys import Survey
from services.surveys.domain.tallies import Tally
from shared.events.base import derived_id
from shared.log import LOG, Logged
from shared.projections import ALL
from shared.store import Collection, CollectionOf, Index, Query, Store

NAME = "surveys"
"""The service, as it names itself in its events."""

SURVEYS = CollectionOf("surveys", Survey, (Index(ALL, ("id",)), Index("due", ("due",))))
RESPONSES = CollectionOf(
    "responses",
    Response,
    (Index("survey", ("survey_id", "submitted_at")), Index("receipt", ("receipt_hash",), unique=True)),
)
DRAFTS = CollectionOf("drafts", Draft, (Index("expires", ("expires_at",)),))
MARGINS = CollectionOf("margins", KeptMargins)
TALLIES = CollectionOf("tallies", Tally, (Index(ALL, ("id",)), Index("survey", ("survey_id",))))
STEPS = CollectionOf("steps", Steps, (Index(ALL, ("id",)),))
ROW_STEPS = CollectionOf("row_steps", RowSteps, (Index(ALL, ("id",)), Index("survey", ("survey_id", "question_id"))))

_PAGE = 1_000
_PIECE = 200
"""Responses that are read in one go."""


@dataclass(frozen=True)
class Collections:
    """The service's documents and projections."""

    surveys: Collection[Survey]
    responses: Collection[Response]
    drafts: Collection[Draft]
    margins: Collection[KeptMargins]
    tallies: Collection[Tally]
    steps: Collection[Steps]
    row_steps: Collection[RowSteps]
    log: Collection[Logged]

    async def due(self, now: str, limit: int = 100) -> tuple[Survey, ...]:
        """Surveys that are to do something by themselves by now."""
        return (await self.surveys.find(Query("due", below=f"{now}~", limit=limit))).items

    async def response_of(self, receipt_hash: str) -> Response | None:
        found = await self.responses.find(Query("receipt", (receipt_hash,), limit=1))
        return next(iter(found.items), None)

    async def stored_responses(self, survey_id: str) -> int:
        """How many responses of a survey were ever stored, withdrawn ones too."""
        return await self.responses.count(Query("survey", (survey_id,)))

    async def responses_of(self, survey_id: str) -> AsyncIterator[Response]:
        """A survey's responses in the order in which they came."""
        after: str | None = None
        while True:
            page = await self.responses.find(Query("survey", (survey_id,), after=after, limit=_PIECE))
            for response in page.items:
                yield response
            after = page.next
            if after is None:
                return
            await asyncio.sleep(0)  # an engine may answer without giving way, and there may be a hundred thousand

    async def tallies_of(self, survey_id: str) -> list[Tally]:
        found: list[Tally] = []
        after: str | None = None
        while True:
            page = await self.tallies.find(Query("survey", (survey_id,), after=after, limit=_PAGE))
            found.extend(page.items)
            after = page.next
            if after is None:
                return found

    async def recorded_at(self, shard: str, position: int) -> str | None:
        """When an entry of the log was recorded."""
        found = await self.log.find(Query("by_position", (shard,), at_least=position, limit=1))
        return next((entry.recorded_at for entry in found.items), None)

    async def rows_of(self, survey_id: str, question_id: str) -> tuple[RowSteps, ...]:
        return (await self.row_steps.find(Query("survey", (survey_id, question_id), limit=_PAGE))).items


def collections(store: Store) -> Collections:
    """Open the service's collections."""
    return Collections(
        surveys=store.collection(SURVEYS),
        responses=store.collection(RESPONSES),
        drafts=store.collection(DRAFTS),
        margins=store.collection(MARGINS),
        tallies=store.collection(TALLIES),
        steps=store.collection(STEPS),
        row_steps=store.collection(ROW_STEPS),
        log=store.collection(LOG),
    )


def submission_id(response_id: str) -> str:
    """The id of the event that told of a response: by it the log finds where the response was counted."""
    return derived_id(NAME, RESPONSES.name, response_id, 1, 0)
