"""What the pages ask the services, in the name of whoever reads: the way that the API goes, within this process."""

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import unquote

import orjson
from starlette.requests import Request
from starlette.types import ASGIApp

from services.gateway.edge.calling import Called, call
from services.gateway.edge.forwarding import API, CALLER, CLIENT
from services.gateway.pages.backend import Json, Reply
from shared.errors import (
    Conflict,
    Forbidden,
    Invalid,
    MegdanError,
    NotFound,
    Stale,
    StorageIsFull,
    TooLarge,
    TooMany,
    Unauthorised,
    Unavailable,
)
from shared.language import Text

NOT_WRITABLE = Text(
    bg="В изпратеното има число, което не се чете. Върнете се назад и го поправете.",
    en="What was sent holds a number that can't be read. Go back and mend it.",
)
OK = 200
FAILED = 500
_BY_STATUS: Mapping[int, type[MegdanError]] = {
    kind.status: kind
    for kind in (
        Invalid,
        Unauthorised,
        Forbidden,
        NotFound,
        Conflict,
        Stale,
        TooLarge,
        TooMany,
        Unavailable,
        StorageIsFull,
    )
}


class EdgeBackend:
    """Asks the services in this process, as the API at `api` does."""

    def __init__(self, api: ASGIApp) -> None:
        self._api = api

    async def get(self, request: Request, path: str) -> Json | None:
        """Return what is there; None where there is nothing, or nothing for this reader. Raises MegdanError."""
        called = await self._call(request, "GET", path)
        if called.status == OK:
            return _json(called)
        if called.status == NotFound.status:
            return None
        raise _error(called)

    async def send(self, request: Request, method: Literal["PUT", "POST", "DELETE"], path: str, body: Json) -> Reply:
        """Pass a write on and return its answer, refusals included.

        Raises:
            Invalid: the body is none that JSON holds.
            MegdanError: what failed on our side, Unavailable among them.
        """
        try:
            written = orjson.dumps(dict(body))
        except orjson.JSONEncodeError as reason:  # A number that JSON's readers would not agree on.
            raise Invalid(NOT_WRITABLE) from reason
        called = await self._call(request, method, path, written)
        if called.status >= FAILED:
            raise _error(called)
        return Reply(called.status, _json(called))

    async def _call(self, request: Request, method: str, path: str, body: bytes = b"") -> Called:
        bare, _, query = path.partition("?")
        language = b"en" if (request.scope["path"] + "/").startswith("/en/") else b"bg"
        scope: dict[str, Any] = {  # ASGI: a scope holds values of any type
            **request.scope,
            "method": method,
            "path": API + unquote(bare),
            "raw_path": (API + bare).encode(),
            "query_string": query.encode(),
            "headers": [(b"accept-language", language), (b"content-type", b"application/json")],
            CALLER: request.scope[CALLER],
            CLIENT: request.scope[CLIENT],
        }
        try:
            return await call(self._api, scope, body)
        except NotFound:
            return Called(NotFound.status)  # No service has such an address.


def _json(called: Called) -> Json:
    content = orjson.loads(called.body) if called.body else {}
    return content if isinstance(content, dict) else {"items": content}


def _error(called: Called) -> MegdanError:
    detail = str(_json(called).get("detail") or "HTTP error")
    return _BY_STATUS.get(called.status, MegdanError)(Text(bg=detail, en=detail))
