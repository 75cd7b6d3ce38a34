"""Where a request comes from: the address that counts, and whether the way to it is encrypted."""

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.types import Scope

from services.gateway.edge.headers import Headers
from services.gateway.settings import Network

Address = IPv4Address | IPv6Address


@dataclass(frozen=True)
class Client:
    """Whom a request comes from.

    Attributes:
        address: as far as known; None over a local socket.
        secure: the browser's way to us is encrypted.
        here: the request comes from this machine itself, nobody having passed it on.
    """

    address: Address | None
    secure: bool
    here: bool

    @property
    def key(self) -> str:
        """What counts as one client: an address; of IPv6 its /64, which one household has."""
        return _key(self.address)

    @property
    def counted(self) -> str | None:
        """The key under which the client's share is counted; this machine itself has no share."""
        return None if self.here or self.address is None else _key(self.address)

    def is_in(self, networks: tuple[Network, ...]) -> bool:
        return self.address is not None and any(self.address in network for network in networks)


@lru_cache(maxsize=4096)
def _key(address: Address | None) -> str:
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False).network_address)
    return str(address)


def client_of(scope: Scope, headers: Headers, trusted: tuple[Network, ...]) -> Client:
    """Tell the client; X-Forwarded-For and X-Forwarded-Proto count only as far as trusted proxies wrote them."""
    peer = scope.get("client")
    address = _address(peer[0]) if peer else None
    forwarded = headers.text(b"x-forwarded-for")
    secure = scope["scheme"] == "https"
    if address is None or not _trusted(address, trusted):
        return Client(address, secure, address is not None and forwarded is None and str(address) in _THIS_MACHINE)
    proto = headers.text(b"x-forwarded-proto")
    return Client(_first_untrusted(address, forwarded, trusted), secure or proto == "https", here=False)


_THIS_MACHINE = frozenset({"127.0.0.1", "::1"})


def _first_untrusted(address: Address, forwarded: str | None, trusted: tuple[Network, ...]) -> Address:
    # The rightmost entries were written by our proxies; the first of them that is none of ours is the client.
    for entry in reversed((forwarded or "").split(",")):
        found = _address(entry.strip())
        if found is None:
            return address
        address = found
        if not _trusted(found, trusted):
            return found
    return address


def _trusted(address: Address, trusted: tuple[Network, ...]) -> bool:
    return any(address in network for network in trusted)


@lru_cache(maxsize=4096)
def _address(text: str) -> Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
