"""What lies in an installation's folder while nothing serves it: read and written through the store's own port."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from deploy.data_folder import DataFolder
from services.surveys.domain.responses import Response, sealed_content, submitted
from services.surveys.store import RESPONSES, ROW_STEPS, STEPS, TALLIES
from shared.bus import shard_of
from shared.clock import system_clock
from shared.events.base import Envelope, derived_id, rfc3339, sealed
from shared.events.surveys import ResponseSubmitted
from shared.log import Arrived, Log
from shared.projections import ALL
from shared.store import CollectionOf, Document, Query, Store, encoded
from shared.store.sqlite import SqliteStore

SERVICE, SURVEY = "surveys", "vision-2020"
PAGE = 500


@asynccontextmanager
async def _store(folder: Path) -> AsyncIterator[Store]:
    store = await SqliteStore.open(DataFolder(folder).store(SERVICE), SERVICE, system_clock)
    try:
        yield store
    finally:
        await store.close()


async def _all(store: Store, of: CollectionOf[Any]) -> Sequence[Document]:
    found: list[Document] = []
    after: str | None = None
    while True:
        page = await store.collection(of).find(Query(ALL, limit=PAGE, after=after))
        found.extend(page.items)
        after = page.next
        if after is None:
            return found


def projections(folder: Path) -> Mapping[str, bytes]:
    """The bytes of all that the surveys service has folded."""

    async def read() -> Mapping[str, bytes]:
        async with _store(folder) as store:
            return {
                f"{of.name}/{document.id}": encoded(document)
                for of in (TALLIES, STEPS, ROW_STEPS)
                for document in await _all(store, of)
            }

    return asyncio.run(read())


def multiply_tallies(folder: Path, by: int) -> None:
    """Let every response that was counted stand for so many."""

    async def write() -> None:
        async with _store(folder) as store:
            tallies = store.collection(TALLIES)
            for tally in await _all(store, TALLIES):
                counts = {name: {key: times * by for key, times in keys.items()} for name, keys in tally.counts.items()}  # type: ignore[attr-defined]  # all are tallies
                await tallies.replace(tally.model_copy(update={"responses": tally.responses * by, "counts": counts}))  # type: ignore[attr-defined, arg-type]  # the same

    asyncio.run(write())


def append_responses(folder: Path, bodies: Sequence[Mapping[str, Any]], count: int) -> None:
    """Store responses and log that they were submitted, as if the process had been cut off before it folded them."""

    async def write() -> None:
        async with _store(folder) as store:
            responses, log = store.collection(RESPONSES), Log(store, system_clock)
            shard = str(shard_of(ResponseSubmitted.TOPIC, SURVEY))
            for first in range(0, count, PAGE):
                numbers = range(first, min(first + PAGE, count))
                documents = [_response(number, bodies[number % len(bodies)]) for number in numbers]
                if await responses.insert_many(documents) is not None:
                    raise RuntimeError("such responses are there already")
                await log.append(shard, [_arrived(document) for document in documents])

    asyncio.run(write())


def _response(number: int, body: Mapping[str, Any]) -> Response:
    response_id = derived_id("bench", number) * 2
    return Response(
        id=response_id,
        survey_id=SURVEY,
        questionnaire_version=1,
        answers=body["answers"],
        channel=body["channel"],
        language=body["language"],
        submitted_at=rfc3339(system_clock()),
        salt=response_id,
        seal=sealed_content(response_id, body["answers"]),
        receipt_hash=derived_id("receipt", number) * 2,
    )


def _arrived(response: Response) -> Arrived:
    event = submitted(response)
    envelope = Envelope[ResponseSubmitted](
        id=derived_id(SERVICE, response.id),
        source=f"/megdan/{SERVICE}",
        type=event.TYPE,
        subject=event.subject,
        time=response.submitted_at,
        partitionkey=event.key,
        sequence=1,
        correlationid=response.id,
        data=event,
    )
    return Arrived(envelope, sealed(envelope).body.decode())
