"""The live updates as server-sent events."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from services.gateway.api.house import CallerOf, CountedClient, House
from services.gateway.live.stream import Stream

MOST_FILTERS = 50
Filter = Annotated[list[str] | None, Query(max_length=MOST_FILTERS)]


class EventStream(StreamingResponse):
    media_type = "text/event-stream"


def live_router(house: House) -> APIRouter:
    """Make the endpoint of /live."""
    router = APIRouter(tags=["live"])

    async def sent(stream: Stream) -> AsyncIterator[bytes]:
        try:
            async for part in stream.sent(house.settings.live_heartbeat_s):
                yield part
        finally:
            house.hub.close(stream)

    @router.get("/live", response_class=EventStream)
    async def live(caller: CallerOf, client: CountedClient, survey: Filter = None, plan: Filter = None) -> EventStream:
        """Hear of changes as they happen: `survey.results` {survey}, `evaluation.changed` {plan}.

        `?survey=` and `?plan=` narrow it to these. An event says what changed; fetch it again to see how.
        """
        wanted = {kind: frozenset(keys) for kind, keys in (("survey", survey), ("plan", plan)) if keys}
        stream = house.hub.open(caller, wanted, client)
        return EventStream(sent(stream), headers={"cache-control": "no-store", "x-accel-buffering": "no"})

    return router
