"""The front: what every request passes, whatever it asks for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.admission import Admission
from services.gateway.edge.answer import Answer
from services.gateway.edge.body import Body
from services.gateway.edge.caller import Caller, Recognition
from services.gateway.edge.client import Client, client_of
from services.gateway.edge.forgery import SAFE, check_api_write
from services.gateway.edge.forwarding import API, CALLER, CLIENT, NoSuchAddress
from services.gateway.edge.headers import Headers, body_size, read
from services.gateway.edge.lifespan import answer_other
from services.gateway.metrics import Metrics
from services.gateway.pace import WritePace
from services.gateway.settings import Settings
from services.gateway.slots import Slots
from shared.errors import MegdanError
from shared.http import reader_language
from shared.language import Text
from shared.logging import correlated
from shared.problems import problem

log = structlog.get_logger()

HEALTH = "/health/"
LIVE = f"{API}/live"
SMALL = 32 * 1024
"""Bytes of a body that are read before the request takes a place among those that are handled."""
IMPORT = "/import"
PLANS = f"{API}/plans/"
"""A plan with all its indicators comes as one document."""
NOT_FOUND = 404


class TooLong(MegdanError):
    """The address or the headers are longer than is taken."""

    status: ClassVar[int] = 431
    title: ClassVar[Text] = Text(bg="Твърде дълга заявка", en="Request too long")

    def __init__(self) -> None:
        super().__init__(
            Text(
                bg="Адресът или заглавията на заявката са твърде дълги.", en="The address or the headers are too long."
            )
        )


class NotTaken(MegdanError):
    """The address does not take this method."""

    status: ClassVar[int] = 405
    title: ClassVar[Text] = Text(bg="Това не се приема тук", en="Not taken here")

    def __init__(self) -> None:
        super().__init__(
            Text(bg="Този адрес не приема такава заявка.", en="This address does not take such a request.")
        )


@dataclass
class Passage:
    """One request on its way through."""

    scope: dict[str, Any]  # ASGI: a scope holds values of any type
    headers: Headers
    client: Client
    body: Body
    answer: Answer

    @property
    def is_of_the_api(self) -> bool:
        path: str = self.scope["path"]
        return path == API or path.startswith((f"{API}/", "/api/"))

    @property
    def route(self) -> str:
        """The pattern of the route that answered."""
        pattern: str | None = self.scope.get("megdan.route") or getattr(self.scope.get("route"), "path", None)
        return pattern or "other"


@dataclass(frozen=True)
class Rooms:
    """Where a request may go: the API, the plain addresses (health, metrics, documentation), the pages.

    `render_error` shows a problem as a page.
    """

    api: ASGIApp
    plain: ASGIApp
    plain_paths: frozenset[str]
    pages: Callable[[Passage, Caller], Any]  # a coroutine of None
    render_error: Callable[[Request, MegdanError], Response]


class Front:
    """The application that the server runs."""

    def __init__(
        self, rooms: Rooms, recognition: Recognition, pace: WritePace, metrics: Metrics, settings: Settings
    ) -> None:
        self._rooms = rooms
        self._recognition = recognition
        self._pace = pace
        self._metrics = metrics
        self._settings = settings
        self._admission = Admission(
            settings.requests_at_once, settings.requests_waiting, settings.requests_per_client, settings.longest_wait_s
        )
        self._arriving = Slots(settings.bodies_arriving, settings.requests_per_client)
        self._uploads = Slots(settings.uploads_at_once, max(1, settings.uploads_at_once // 4))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await answer_other(scope, receive, send)
            return
        with correlated() as correlation:
            passage = self._passage(scope, receive, send, correlation)
            try:
                await self._answered(passage)
            finally:
                answer = passage.answer
                self._metrics.note(scope["method"], passage.route, answer.status or 499, answer.began_s)

    def _passage(self, scope: Scope, receive: Receive, send: Send, correlation: str) -> Passage:
        headers = read(scope["headers"])
        client = client_of(scope, headers, self._settings.trusted_proxies)
        path: str = scope["path"]
        imports = path.startswith(PLANS) or (path.startswith(f"{API}/") and path.endswith(IMPORT))
        most = self._settings.import_bytes if imports else self._settings.body_bytes
        body = Body(receive, most, self._settings.import_s if imports else self._settings.body_s)
        answer = Answer(send, body, correlation, secure=client.secure)
        ours = {**scope, CLIENT: client, "scheme": "https" if client.secure else "http"}
        return Passage(ours, headers, client, body, answer)

    async def _answered(self, passage: Passage) -> None:
        """Serve a request; whatever is raised before the answer has begun becomes the answer."""
        try:
            await self._served(passage)
        except MegdanError as error:
            await self._refuse(passage, error)
        except HTTPException as fault:
            await self._refuse(passage, NoSuchAddress() if fault.status_code == NOT_FOUND else NotTaken())
        except Exception:
            log.exception("request.failed", route=passage.route)
            if passage.answer.status:
                raise  # The answer is cut off; the server closes the connection, so that nobody takes it for whole.
            await self._refuse(passage, MegdanError(_OURS))

    async def _served(self, passage: Passage) -> None:
        path: str = passage.scope["path"]
        self._check_size(passage)
        if path.startswith(HEALTH) or path == LIVE:
            await self._enter(passage)
            return
        client, size = passage.client.counted, body_size(passage.headers)
        if size is None or size > SMALL:
            with self._uploads.place(client):
                await self._handled(passage)
            return
        if size:  # Whoever sends half a body holds no place among those that are handled.
            with self._arriving.place(client):
                await passage.body.read()
        await self._handled(passage)

    async def _handled(self, passage: Passage) -> None:
        client = passage.client.counted
        await self._admission.enter(client)
        try:
            await self._enter(passage)
        finally:
            self._admission.leave(client)

    async def _enter(self, passage: Passage) -> None:
        scope, path = passage.scope, passage.scope["path"]
        caller = await self._recognition.caller(scope, passage.headers)
        scope[CALLER] = caller
        passage.answer.personal = bool(caller.identity.subject)
        if scope["method"] not in SAFE and (client := passage.client.counted):
            self._pace.take(client)
        if path in self._rooms.plain_paths:
            await self._rooms.plain(scope, passage.body.receive, passage.answer.send)
        elif passage.is_of_the_api:
            if scope["method"] not in SAFE and not _speaks_for_itself(caller):
                check_api_write(caller, passage.headers)
            await self._rooms.api(scope, passage.body.receive, passage.answer.send)
        else:
            await self._rooms.pages(passage, caller)

    def _check_size(self, passage: Passage) -> None:
        scope = passage.scope
        address = len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"])
        if address > self._settings.url_bytes or passage.headers.size > self._settings.header_bytes:
            raise TooLong
        passage.body.check_declared(passage.headers.text(b"content-length"))

    async def _refuse(self, passage: Passage, error: MegdanError) -> None:
        request = Request(passage.scope)
        if passage.is_of_the_api or passage.scope["path"] in self._rooms.plain_paths:
            response = problem(error, reader_language(request))
        else:
            response = self._rooms.render_error(request, error)
        await response(passage.scope, passage.body.receive, passage.answer.send)


def _speaks_for_itself(caller: Caller) -> bool:
    """Tell whether the request carries what no browser adds by itself: a bearer token, or the machine's own socket."""
    return bool(caller.identity.subject) and not caller.session


_OURS = Text(
    bg="Нещо се обърка при нас. Опитайте отново след малко.",
    en="Something went wrong on our side. Try again in a moment.",
)
