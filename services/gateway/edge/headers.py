"""The few headers that the edge reads, found in one pass over those of the request."""

from collections.abc import Iterable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

READ = frozenset(
    {
        b"accept-language",
        b"authorization",
        b"content-length",
        b"content-type",
        b"cookie",
        b"host",
        b"origin",
        b"sec-fetch-site",
        b"transfer-encoding",
        b"x-csrf-token",
        b"x-forwarded-for",
        b"x-forwarded-proto",
    }
)
Raw = tuple[bytes, bytes]


@dataclass(frozen=True)
class Headers:
    """What the edge reads of a request's headers; where one comes more than once, the values are joined by commas."""

    values: dict[bytes, bytes]
    size: int

    def text(self, name: bytes) -> str | None:
        value = self.values.get(name)
        return None if value is None else value.decode("latin-1")

    def cookie(self, name: str) -> str | None:
        """Return a cookie's value. What is no cookie header holds none."""
        header = self.text(b"cookie")
        if header is None or name not in header:
            return None
        try:
            morsel = SimpleCookie(header).get(name)
        except CookieError:
            return None
        return morsel.value if morsel else None


def read(raw: Iterable[Raw]) -> Headers:
    """Read a request's headers."""
    values: dict[bytes, bytes] = {}
    size = 0
    for name, value in raw:
        size += len(name) + len(value) + 4
        if name in READ:
            joint = b"; " if name == b"cookie" else b", "
            values[name] = values[name] + joint + value if name in values else value
    return Headers(values, size)


def body_size(headers: Headers) -> int | None:
    """How many bytes the body has by what the request says of it; None if it does not say."""
    if b"transfer-encoding" in headers.values:
        return None
    length = headers.text(b"content-length")
    return int(length[:20]) if length is not None and length.isdecimal() else 0
