"""Events in: what the surveys service folds, how it reacts, and where it listens."""

from services.surveys.domain.public_figures import Thresholds
from services.surveys.handlers.batches import Batch
from services.surveys.handlers.counting import counting
from services.surveys.store import Collections
from services.surveys.usecases.responses import empty_response
from shared.events.surveys import RESPONSES, ResponseWithdrawn
from shared.log import Entry
from shared.projections import Fold, Reaction
from shared.store import Store

SUBSCRIBES = (RESPONSES,)


def folds(store: Store, thresholds: Thresholds) -> list[Fold[Batch]]:
    return [counting(store, thresholds)]


def reactions(documents: Collections) -> list[Reaction]:
    async def empty(entry: Entry) -> None:
        if isinstance(entry.event, ResponseWithdrawn):
            await empty_response(documents, entry.event.response_id)

    return [Reaction("empty-withdrawn", on=(ResponseWithdrawn,), run=empty)]
