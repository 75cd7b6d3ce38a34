"""The pages alone, over made-up figures: `python -m tests.browser.preview --port 8090`."""

import argparse
import asyncio
import tempfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.pages import Look, Pages, Person
from services.gateway.pages.assets import STATIC
from shared.language import Text
from tests.browser.fixtures import FakeBackend

POLICY = "default-src 'self'"
LOOK = Look(
    municipality=Text(bg="Община Балчик", en="Municipality of Balchik"),
    hero=(STATIC / "hero-cliffs.svg").read_text("utf-8"),
    phone="0579 7 10 30",
    mail="megdan@example.org",
)


class _Guarded:
    """Sets what the gateway sets before the pages run, and its content policy after."""

    def __init__(self, app: ASGIApp, person: Person | None) -> None:
        self._app = app
        self._person = person

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {}).update(person=self._person, csrf="a-token")

        async def with_policy(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start":
                headers = list(message["headers"])  # type: ignore[call-overload]  # ASGI's messages are untyped
                message["headers"] = [*headers, (b"content-security-policy", POLICY.encode())]
            await send(message)

        await self._app(scope, receive, with_policy)  # type: ignore[arg-type]  # the same


def preview(backend: FakeBackend, cache: Path, look: Look = LOOK, person: Person | None = None) -> ASGIApp:
    """Make an application that shows the pages, with a live stream that tells of every response sent."""
    pages = Pages(backend, look, cache, lambda: datetime.now(UTC))

    async def live(_: Request) -> Response:
        return StreamingResponse(_told(backend), media_type="text/event-stream")

    async def signin(request: Request) -> Response:
        return pages.render_signin(request, fault="Грешно име или парола." if "again" in request.query_params else None)

    async def lost(request: Request, _: Exception) -> Response:
        return pages.render_error(request, 404)

    routes = [*pages.routes, Route("/api/v1/live", live)]
    routes += [Route(prefix + "/signin", signin) for prefix in ("", "/en")]
    return _Guarded(Starlette(routes=routes, exception_handlers={404: lost}), person)


async def _told(backend: FakeBackend) -> AsyncIterator[str]:
    seen = backend.responses_given
    yield ": here\n\n"
    while True:
        await asyncio.sleep(0.1)
        if backend.responses_given != seen:
            seen = backend.responses_given
            yield 'event: survey.results\ndata: {"survey": "vision-2020"}\n\n'
            yield 'event: evaluation.changed\ndata: {"plan": "balchik-2014-2020"}\n\n'


def main() -> None:
    """Serve the pages until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8090)
    port = parser.parse_args().port
    with tempfile.TemporaryDirectory() as cache:
        uvicorn.run(preview(FakeBackend(), Path(cache)), port=port, log_level="warning", timeout_graceful_shutdown=1)


if __name__ == "__main__":
    main()
