"""The live updates as server-sent events."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from services.gateway.api.house import CallerOf, CountedClient, House
from services.gateway.live.hub import Hub
from services.gateway.live.stream import Stream

MOST_FILTERS = 50
Filter = Annotated[list[str] | None, Query(max_length=MOST_FILTERS)]


class EventStream(StreamingResponse):
    media_type = "text/event-stream"


class LiveConnection(EventStream):
    """A live connection; however it ends, its place is free afterwards."""

    def __init__(self, hub: Hub, stream: Stream, heartbeat_s: float) -> None:
        super().__init__(stream.sent(heartbeat_s), headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        self._hub = hub
        self._stream = stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._hub.close(self._stream)


def live_router(house: House) -> APIRouter:
    """Make the endpoint of /live."""
    router = APIRouter(tags=["live"])

    @router.get("/live", response_class=EventStream)
    async def live(
        caller: CallerOf, client: CountedClient, survey: Filter = None, plan: Filter = None
    ) -> LiveConnection:
        """Hear of changes as they happen: `survey.results` {survey}, `evaluation.changed` {plan}.

        `?survey=` and `?plan=` narrow it to these. An event says what changed; fetch it again to see how.
        """
        wanted = {kind: frozenset(keys) for kind, keys in (("survey", survey), ("plan", plan)) if keys}
        stream = house.hub.open(caller, wanted, client)
        return LiveConnection(house.hub, stream, house.settings.live_heartbeat_s)

    return router
