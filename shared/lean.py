"""Routes that are called without the framework around them, for what comes a thousand times a second.

A lean endpoint takes the request and the texts of its path, reads the body itself and returns a response. It is
described, guarded and answered like any other; only what a framework would find out about its arguments is spared.
"""

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

Endpoint = TypeVar("Endpoint", bound=Callable[..., Awaitable[Response]])
_MARK = "is_lean"


def lean(endpoint: Endpoint) -> Endpoint:
    """Declare an endpoint lean."""
    setattr(endpoint, _MARK, True)
    return endpoint


class LeanRequest(Request):
    """A request whose body is read whole and at once. Raises ClientDisconnect where it ends early."""

    async def body(self) -> bytes:
        if not hasattr(self, "_body"):
            parts: list[bytes] = []
            more = True
            while more:
                message = await self.receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                parts.append(message.get("body", b""))
                more = message.get("more_body", False)
            self._body = b"".join(parts)
        return self._body


@dataclass(frozen=True)
class LeanRoute:
    """A route with its guarded endpoint."""

    methods: frozenset[str]
    path: str
    pattern: re.Pattern[str]
    answer: Callable[[Request], Awaitable[Response]]

    def texts(self, scope: Scope) -> Mapping[str, str] | None:
        """The texts of the path, if the request is for this route."""
        found = self.pattern.match(scope["path"]) if scope["method"] in self.methods else None
        return None if found is None else found.groupdict()

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.answer(LeanRequest(scope, receive, send))
        await response(scope, receive, send)


Guard = Callable[[APIRoute, Callable[[Request], Awaitable[Response]]], Callable[[Request], Awaitable[Response]]]


class LeanApp(FastAPI):
    """An application whose lean routes are looked at first."""

    def __init__(self, **more: Any) -> None:  # noqa: ANN401 - passed on as they came
        super().__init__(**more)
        self._lean: Sequence[LeanRoute] = ()

    def serve_leanly(self, guard: Guard) -> None:
        """Call the lean ones of the routes that are there by now directly, each as `guard` guards it."""
        self._lean = [
            LeanRoute(
                frozenset(route.methods or ()), route.path, route.path_regex, guard(route, _called(route.endpoint))
            )
            for route in self.routes
            if isinstance(route, APIRoute) and getattr(route.endpoint, _MARK, False)
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            for route in self._lean:
                texts = route.texts(scope)
                if texts is not None:
                    scope.update(path_params=texts, route=route)
                    await route.serve(scope, receive, send)
                    return
        await super().__call__(scope, receive, send)


def _called(endpoint: Callable[..., Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    bare = inspect.unwrap(endpoint)  # it reads its body itself

    async def called(request: Request) -> Response:
        answer: Response = await bare(request=request, **request.scope["path_params"])
        return answer

    return called
