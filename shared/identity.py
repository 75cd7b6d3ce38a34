"""Who asks. The gateway authenticates and signs; a service believes nothing but the signature."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, get_args

import orjson
from pydantic import ConfigDict, SecretStr, TypeAdapter, ValidationError

from shared.errors import Unauthorised
from shared.keys import keyed
from shared.language import Text

Role = Literal["visitor", "citizen", "officer", "expert", "moderator", "evaluator", "administrator", "service"]

ROLES: tuple[Role, ...] = get_args(Role)
EVERYBODY: frozenset[Role] = frozenset({"visitor"})
STAFF: frozenset[Role] = frozenset({"officer", "expert", "moderator", "evaluator", "administrator"})

IDENTITY_HEADER = "megdan-identity"
VALID_S = 30
"""Seconds for which a signed identity holds: one request's way from the gateway to a service."""


@dataclass(frozen=True)
class Identity:
    """A subject with its roles; everybody holds the role of a visitor, whose subject is empty."""

    subject: str = ""
    roles: frozenset[Role] = EVERYBODY
    unit: str | None = None

    def holds(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)


class _Signed(NamedTuple):
    """What is signed, in this order."""

    subject: str
    roles: list[Role]
    unit: str | None
    method: str
    path: str
    until: float


_CLAIM: TypeAdapter[_Signed] = TypeAdapter(_Signed, config=ConfigDict(strict=True))


def signed_identity(identity: Identity, method: str, path: str, secret: SecretStr, now: datetime) -> str:
    """Sign who asks, for one method and path and 30 seconds."""
    roles = sorted(identity.roles | EVERYBODY)
    claim = _Signed(identity.subject, roles, identity.unit, method, path, now.timestamp() + VALID_S)
    payload = urlsafe_b64encode(orjson.dumps(tuple(claim))).decode()
    return f"{payload}.{keyed(secret, 'identity', payload)}"


def verified_identity(header: str | None, method: str, path: str, secret: SecretStr, now: datetime) -> Identity:
    """Read a signed identity. Raises Unauthorised if it is missing, forged, of another request or too old."""
    payload, _, signature = (header or "").partition(".")
    if not hmac.compare_digest(keyed(secret, "identity", payload).encode(), signature.encode()):
        raise Unauthorised(
            Text(bg="Заявката не идва през шлюза на Мегдан.", en="The request did not come through the gateway.")
        )
    try:
        claim = _CLAIM.validate_json(urlsafe_b64decode(payload))
    except (ValueError, ValidationError) as fault:
        raise Unauthorised(Text(bg="Заявката е повредена.", en="The request is damaged.")) from fault
    if (claim.method, claim.path) != (method, path) or claim.until < now.timestamp():
        raise Unauthorised(Text(bg="Заявката е остаряла. Опитайте отново.", en="The request is too old. Try again."))
    return Identity(claim.subject, frozenset(claim.roles) | EVERYBODY, claim.unit)
