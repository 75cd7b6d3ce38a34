"""Keyed hashes: what stands for an id outside of the document that owns it, and can't be guessed back."""

import hmac
from collections.abc import Sequence

from pydantic import SecretStr

_BETWEEN, _BEFORE_OURS = "\x1f", "\x1e"
"""What stands between parts, and before a part's own characters that look like ours."""


def joined(parts: Sequence[str]) -> str:
    """Join parts so that other parts never give the same text, whatever they hold."""
    text = _BETWEEN.join(parts)
    if _BEFORE_OURS not in text and text.count(_BETWEEN) == len(parts) - 1:
        return text
    return _BETWEEN.join(part.replace(_BEFORE_OURS, "\x1e0").replace(_BETWEEN, "\x1e1") for part in parts)


def keyed(secret: SecretStr, purpose: str, *parts: str) -> str:
    """HMAC-SHA256 of the parts under the installation's key, as 64 hex digits; another purpose gives another hash."""
    message = joined((purpose, *parts)).encode()
    return hmac.digest(secret.get_secret_value().encode(), message, "sha256").hex()


def pseudonym(secret: SecretStr, subject: str) -> str:
    """What stands for a person in events: the same person is the same pseudonym, and no name."""
    return keyed(secret, "pseudonym", subject)[:32]
