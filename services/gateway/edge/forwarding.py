"""The way from the API's addresses to the services: which prefix is whose, and who asks, signed."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from pydantic import SecretStr
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway.edge.caller import VISITOR, Caller
from shared.clock import Clock
from shared.errors import NotFound
from shared.identity import IDENTITY_HEADER, signed_identity
from shared.language import Text

API = "/api/v1"
OWN = "gateway"
OPERATIONS = "operations"
CALLER = "megdan.caller"
CLIENT = "megdan.client"
"""Where caller and client stand in the scope; the gateway's own endpoints find them in `request.state`."""

PREFIXES: Mapping[str, str] = {
    "surveys": "surveys",
    "withdrawals": "surveys",
    "margins": "surveys",
    "plans": "monitoring",
    "indicators": "monitoring",
    "values": "monitoring",
    "units": "monitoring",
    "evaluation": "reporting",
    "session": OWN,
    "me": OWN,
    "users": OWN,
    "tokens": OWN,
    "setup": OWN,
    "live": OWN,
}
"""First part of a path -> the service that it belongs to."""

_SIGNATURE = IDENTITY_HEADER.encode()


class NoSuchAddress(NotFound):
    def __init__(self) -> None:
        super().__init__(Text(bg="Няма такъв адрес.", en="There is no such address."))


class Forwarding:
    """Calls the service that an API path belongs to, in the name of the caller that stands in the scope."""

    def __init__(self, upstreams: Mapping[str, ASGIApp], secret: SecretStr, clock: Clock) -> None:
        self._upstreams = upstreams
        self._secret = secret
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request below /api/v1. Raises NoSuchAddress. Leaves the route's pattern in scope["megdan.route"]."""
        service, path = self._target(scope["path"])
        caller: Caller = scope.get(CALLER, VISITOR)
        signature = signed_identity(caller.identity, scope["method"], path, self._secret, self._clock())
        headers = [header for header in scope["headers"] if header[0].lower() != _SIGNATURE]
        inner: dict[str, Any] = {  # ASGI: a scope holds values of any type
            **scope,
            "path": path,
            "raw_path": _raw(scope, path),
            "root_path": "",
            "headers": [*headers, (_SIGNATURE, signature.encode())],
            "state": {"caller": caller, "client": scope.get(CLIENT)},
        }
        try:
            await self._upstreams[service](inner, receive, _with_our_addresses(send))
        finally:
            scope["megdan.route"] = self._pattern(service, inner)

    def _target(self, path: str) -> tuple[str, str]:
        below = path.removeprefix(API)
        first, _, rest = below.removeprefix("/").partition("/")
        if first == OPERATIONS:
            first, _, rest = rest.partition("/")
            service, target = (first if first in PREFIXES.values() else None), f"/{OPERATIONS}/{rest}"
        else:
            service, target = PREFIXES.get(first), below
        if service is None or service not in self._upstreams:
            raise NoSuchAddress
        return service, target

    def _pattern(self, service: str, inner: Scope) -> str:
        route = getattr(inner.get("route"), "path", None)
        if route is None:
            return f"{API}/…"
        return (
            f"{API}/{OPERATIONS}/{service}{route.removeprefix(f'/{OPERATIONS}')}" if _operates(route) else API + route
        )


def _raw(scope: Scope, path: str) -> bytes:
    """The path as it was written, without the API's prefix where that is all that was taken away."""
    written: bytes = scope.get("raw_path") or b""
    return written[len(API) :] if written == (API + path).encode() else quote(path).encode()


def _operates(route: str) -> bool:
    return route.startswith(f"/{OPERATIONS}/")


def _with_our_addresses(send: Send) -> Send:
    """Services know nothing of the API's prefix: put it before the addresses that they send people to."""

    async def sending(message: Message) -> None:
        given = message.get("headers", ())
        if message["type"] == "http.response.start" and any(name == b"location" for name, _ in given):
            headers = [
                (name, API.encode() + value) if name == b"location" and _is_a_services(value) else (name, value)
                for name, value in given
            ]
            message = {**message, "headers": headers}
        await send(message)

    return sending


def _is_a_services(location: bytes) -> bool:
    return location.startswith(b"/") and not location.startswith((b"//", API.encode()))
