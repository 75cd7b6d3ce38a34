"""What every answer carries: the security headers, the correlation id, and whether somebody may keep it."""

from dataclasses import dataclass
from time import perf_counter

from starlette.types import Message, Send

from services.gateway.edge.body import Body

Header = tuple[bytes, bytes]

SECURITY: tuple[Header, ...] = (
    (
        b"content-security-policy",
        b"default-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
ENCRYPTED_ONLY: Header = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
NO_STORE: Header = (b"cache-control", b"no-store")
ASK_AGAIN: Header = (b"cache-control", b"no-cache")
BY_READER: Header = (b"vary", b"Accept-Language, Authorization, Cookie")
SHOW_A_TOKEN: Header = (b"www-authenticate", b"Bearer")
CLOSE: Header = (b"connection", b"close")
_OURS = frozenset(name for name, _ in (*SECURITY, ENCRYPTED_ONLY)) | {b"x-correlation-id"}


@dataclass
class Answer:
    """The answer to one request, on its way out.

    Attributes:
        personal: it is for a reader who was recognised; nobody may keep it.
        secure: the reader's way to us is encrypted.
        new_visitor: the cookie for a visitor whose page holds a form; sent only with a page that no cache keeps.
        status: what was answered; 0 before.
        began_s: seconds from the request to the first byte.
    """

    send_on: Send
    body: Body
    correlation: str
    secure: bool = False
    personal: bool = False
    new_visitor: bytes | None = None
    status: int = 0
    began_s: float = 0.0

    def __post_init__(self) -> None:
        self._started = perf_counter()

    async def send(self, message: Message) -> None:
        """Send a message on; the start of the answer with all that it has to carry."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.began_s = perf_counter() - self._started
            message = {**message, "headers": self._headers(message.get("headers", ()))}
        await self.send_on(message)

    def _headers(self, given: list[Header]) -> list[Header]:
        headers = [header for header in given if header[0] not in _OURS]
        kept = next((value for name, value in headers if name == b"cache-control"), None)
        unchanging = kept is not None and b"immutable" in kept
        if self.personal and not unchanging:
            headers = [header for header in headers if header[0] != b"cache-control"] + [NO_STORE]
        elif kept is None:
            headers.append(ASK_AGAIN if self.status < 400 else NO_STORE)  # noqa: PLR2004 - HTTP's border of errors
        if not unchanging:
            headers.append(BY_READER)
        if self.new_visitor and self.status == 200 and kept is not None and b"no-store" in kept:  # noqa: PLR2004 - HTTP calls it OK
            headers.append((b"set-cookie", self.new_visitor))
        if self.status == 401:  # noqa: PLR2004 - HTTP asks that a 401 says how to sign in
            headers.append(SHOW_A_TOKEN)
        if self.body.refused:
            headers.append(CLOSE)
        if self.secure:
            headers.append(ENCRYPTED_ONLY)
        return [*headers, *SECURITY, (b"x-correlation-id", self.correlation.encode())]
