"""Where a request comes from."""

from ipaddress import ip_network

import pytest

from services.gateway.edge.client import Client, client_of
from services.gateway.edge.headers import read

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


def a_client(peer: str | None, forwarded: str | None = None, proto: str | None = None) -> Client:
    given = {b"x-forwarded-for": forwarded, b"x-forwarded-proto": proto}
    headers = read([(name, value.encode()) for name, value in given.items() if value is not None])
    return client_of({"client": (peer, 1) if peer else None, "scheme": "http"}, headers, PROXIES)


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("198.51.100.1", None, "198.51.100.1"),
        ("198.51.100.1", "192.0.2.1", "198.51.100.1"),
        ("10.0.0.1", "192.0.2.1", "192.0.2.1"),
        ("10.0.0.1", "1.1.1.1, 192.0.2.1, 10.0.0.2", "192.0.2.1"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "nonsense, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("::ffff:198.51.100.1", None, "198.51.100.1"),
        ("2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::"),
        (None, None, "None"),
    ],
)
def test_the_client_is_the_first_address_that_is_not_ours(peer: str, forwarded: str, expected: str) -> None:
    """Read from the right; what an untrusted one wrote counts for nothing; of IPv6 the household's network counts."""
    assert expected == a_client(peer, forwarded).key


@pytest.mark.parametrize(("peer", "expected"), [("10.0.0.1", True), ("198.51.100.1", False)])
def test_only_our_proxies_say_that_the_way_is_encrypted(peer: str, *, expected: bool) -> None:
    """X-Forwarded-Proto counts only from configured proxies."""
    assert expected is a_client(peer, proto="https").secure


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [("127.0.0.1", None, True), ("::1", None, True), ("127.0.0.1", "192.0.2.1", False), ("127.0.0.2", None, False)],
)
def test_this_machine_is_told_from_whom_it_passes_on(peer: str, forwarded: str, *, expected: bool) -> None:
    """Loopback is this machine only if it asks for itself."""
    assert expected is a_client(peer, forwarded).here


def test_cookies_are_found_among_several_headers() -> None:
    """HTTP/2 may split cookies over headers; odd ones hold nothing."""
    headers = read([(b"cookie", b"a=1"), (b"cookie", b"b=2")])
    odd = read([(b"cookie", b"a\x00b; [=]; b")])

    assert ("1", "2", None, None) == (headers.cookie("a"), headers.cookie("b"), headers.cookie("c"), odd.cookie("b"))
