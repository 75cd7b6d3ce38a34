"""Calling an ASGI application in this process, as a browser would over the network."""

from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Scope

from shared.errors import Unavailable
from shared.language import Text


@dataclass
class Called:
    """What an application answered."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""


async def call(app: ASGIApp, scope: Scope, body: bytes = b"") -> Called:
    """Send a request and return the whole answer. Raises Unavailable if there is none."""
    called = Called()
    given = False

    async def receive() -> Message:
        nonlocal given
        if given:
            return {"type": "http.disconnect"}
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            called.status, called.headers = message["status"], list(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            called.body += message.get("body", b"")

    await app(scope, receive, send)
    if not called.status:
        raise Unavailable(Text(bg="Услугата не отговори.", en="The service did not answer."))
    return called
