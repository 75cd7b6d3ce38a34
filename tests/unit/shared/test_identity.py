"""Who asks: nothing but the gateway's signature is believed."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from shared.errors import Unauthorised
from shared.identity import Identity, signed_identity, verified_identity
from shared.keys import keyed

SECRET = SecretStr("a key of the installation")
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
MARIA = Identity("maria", frozenset({"visitor", "officer"}), "finance")


def test_a_signed_identity_is_who_it_was() -> None:
    """Subject, roles and unit come back as they were signed."""
    header = signed_identity(MARIA, "PUT", "/indicators/i1", SECRET, NOW)

    assert MARIA == verified_identity(header, "PUT", "/indicators/i1", SECRET, NOW)


@pytest.mark.parametrize(
    ("method", "path", "secret", "later"),
    [
        ("GET", "/indicators/i1", SECRET, 0),
        ("PUT", "/indicators/i2", SECRET, 0),
        ("PUT", "/indicators/i1", SecretStr("another key"), 0),
        ("PUT", "/indicators/i1", SECRET, 31),
    ],
)
def test_another_request_key_or_time_is_refused(method: str, path: str, secret: SecretStr, later: int) -> None:
    """A signature holds for its method, path, key and half a minute."""
    header = signed_identity(MARIA, "PUT", "/indicators/i1", SECRET, NOW)

    with pytest.raises(Unauthorised):
        verified_identity(header, method, path, secret, NOW + timedelta(seconds=later))


@pytest.mark.parametrize("header", [None, "", ".", "abc.def", "й.й", "e30=.00"])
def test_what_was_not_signed_is_refused(header: str | None) -> None:
    """A missing or made-up header is nobody."""
    with pytest.raises(Unauthorised):
        verified_identity(header, "GET", "/", SECRET, NOW)


def test_a_signed_untruth_of_another_shape_is_refused() -> None:
    """Even a right signature over another shape is refused."""
    with pytest.raises(Unauthorised):
        verified_identity(f"e30=.{keyed(SECRET, 'identity', 'e30=')}", "GET", "/", SECRET, NOW)
