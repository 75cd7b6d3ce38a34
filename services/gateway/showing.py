"""The pages behind the edge: who reads, the token of their forms, and errors as pages."""

from secrets import token_urlsafe
from time import monotonic
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Router
from starlette.types import Scope

from services.gateway.edge.caller import SESSION_COOKIE, VISITOR_COOKIE, Caller, Recognition
from services.gateway.edge.cookies import visitor_cookie
from services.gateway.edge.forgery import SAFE, NoCookie, check_origin, check_token, form_token
from services.gateway.edge.front import Passage
from services.gateway.kept_pages import KeptPages, Key, Recorder
from services.gateway.pages import Pages, Person
from shared.errors import MegdanError
from shared.language import BULGARIAN, ENGLISH
from shared.problems import problem


class Showing:
    """Shows pages to whoever asks; what their forms send is taken only with the token that they carry."""

    def __init__(self, pages: Pages, routes: list[BaseRoute], recognition: Recognition) -> None:
        self._pages = pages
        self._router = Router(routes, redirect_slashes=False)  # What redirects by itself would trust the Host header.
        self._recognition = recognition
        self._kept = KeptPages(monotonic)

    async def __call__(self, passage: Passage, caller: Caller) -> None:
        scope = passage.scope
        csrf = caller.csrf or self._visitors(passage)
        scope["state"] = {"person": _person(caller), "csrf": csrf}
        scope["app"] = self  # With an application in the scope the router raises errors instead of writing them.
        if scope["method"] not in SAFE:
            check_origin(passage.headers)
            shown = passage.headers.text(b"x-csrf-token") or form_token(await passage.body.read())
            if not any(passage.headers.cookie(name) for name in (VISITOR_COOKIE, SESSION_COOKIE)):
                raise NoCookie
            check_token(csrf, shown)
        if scope["method"] == "GET" and not caller.identity.subject and passage.headers.text(b"cookie") is None:
            await self._shown_to_strangers(passage)
        else:
            await self._router(scope, passage.body.receive, passage.answer.send)

    async def _shown_to_strangers(self, passage: Passage) -> None:
        scope = passage.scope
        key = Key(scope["path"], scope["query_string"], _packed(scope))
        if (page := self._kept.find(key)) is not None:
            scope["route"] = page.route
            for message in page.messages:
                await passage.answer.send(message)
            return
        recorder = Recorder(passage.answer.send)
        await self._router(scope, passage.body.receive, recorder.send)
        self._kept.keep(key, recorder, scope.get("route"))

    def render_error(self, request: Request, error: MegdanError) -> Response:
        """Show an error as a page in its language."""
        english = (request.scope["path"] + "/").startswith("/en/")
        said = problem(error, ENGLISH if english else BULGARIAN)
        content: dict[str, Any] = orjson.loads(said.body)  # problem+json
        response = self._pages.render_error(request, error.status, content)
        if "retry-after" in said.headers:
            response.headers["retry-after"] = said.headers["retry-after"]
        return response

    def _visitors(self, passage: Passage) -> str:
        cookie = passage.headers.cookie(VISITOR_COOKIE)
        if not cookie:
            cookie = token_urlsafe(24)
            passage.answer.new_visitor = visitor_cookie(cookie).encode()
        return self._recognition.visitor_csrf(cookie)


def _packed(scope: Scope) -> bool:
    return any(name == b"accept-encoding" and b"gzip" in value for name, value in scope["headers"])


def _person(caller: Caller) -> Person | None:
    if caller.credential is None:
        return None
    return Person(caller.name, frozenset(caller.identity.roles), caller.identity.unit)
