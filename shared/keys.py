"""Keyed hashes: what stands for an id outside of the document that owns it, and can't be guessed back."""

import hmac
from hashlib import sha256

from pydantic import SecretStr


def keyed(secret: SecretStr, purpose: str, *parts: str) -> str:
    """HMAC-SHA256 of the parts under the installation's key, as 64 hex digits; another purpose gives another hash."""
    message = "\x1f".join((purpose, *parts)).encode()
    return hmac.new(secret.get_secret_value().encode(), message, sha256).hexdigest()


def pseudonym(secret: SecretStr, subject: str) -> str:
    """What stands for a person in events: the same person is the same pseudonym, and no name."""
    return keyed(secret, "pseudonym", subject)[:32]
