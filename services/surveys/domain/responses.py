"""A response: what one participant said, its seal, its receipt and how it is taken back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

import orjson
from pydantic import SecretStr

from shared.errors import FieldError, Invalid, NotFound
from shared.events.surveys import Channel, ResponseSubmitted, ResponseWithdrawn
from shared.keys import keyed
from shared.language import Language, Text
from shared.store import Document

ResponseState = Literal["given", "withdrawn", "emptied"]

_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{22,64}")
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RECEIPT_CHARACTERS = 28
"""140 bits: more than the 128 that nobody guesses."""
_PAIRS = [second + first for first in _CROCKFORD for second in _CROCKFORD]
"""Ten bits as two letters, the lower one first."""
_GROUP = 2**20 - 1
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None})


class NoSuchReceipt(NotFound):
    """No response answers to the receipt, or it was withdrawn already: both look the same."""


class Response(Document):
    """A participant's answers. The id is a keyed hash of the one that the client chose.

    `emptied` responses were withdrawn, and nothing that was said is left in them.
    """

    survey_id: str
    questionnaire_version: int
    answers: Mapping[str, Any]  # canonical answers, checked when they were given
    channel: Channel
    language: Language | None
    submitted_at: str
    salt: str
    seal: str
    receipt_hash: str | None
    state: ResponseState = "given"

    def withdrawn(self) -> tuple["Response", ResponseWithdrawn]:
        """Take the response back."""
        event = ResponseWithdrawn(survey_id=self.survey_id, response_id=self.id)
        return self.model_copy(update={"state": "withdrawn"}), event

    def emptied(self) -> "Response":
        """Forget what was said, once every projection has passed the withdrawal."""
        said: dict[str, object] = {"answers": {}, "salt": "", "receipt_hash": None, "language": None}
        return self.model_copy(update={"state": "emptied", **said})


@dataclass(frozen=True)
class ResponseKeys:
    """Derives a response's id and receipt from the id that its client made, with the installation's key."""

    secret: SecretStr

    def response_id(self, survey_id: str, client_id: str) -> str:
        return keyed(self.secret, "response", survey_id, client_id)

    def receipt(self, survey_id: str, client_id: str) -> str:
        """A code that a person can read and type: seven groups of four. The same id gives the same receipt."""
        number = int(keyed(self.secret, "receipt", survey_id, client_id), 16)
        groups = [number >> bits & _GROUP for bits in range(0, 5 * _RECEIPT_CHARACTERS, 20)]
        return "-".join([_PAIRS[group & 1023] + _PAIRS[group >> 10] for group in groups])

    def receipt_hash(self, receipt: str) -> str:
        """What is kept of a receipt; spaces, hyphens, case and letters that look like digits make no difference."""
        return keyed(self.secret, "receipt hash", receipt.strip().upper().translate(_MISREAD))

    def draft_id(self, survey_id: str, client_id: str) -> str:
        return keyed(self.secret, "draft", survey_id, client_id)


def check_client_id(client_id: str) -> None:
    """Raise Invalid unless the id is one that a client may make."""
    if not _CLIENT_ID.fullmatch(client_id):
        fault = Text(
            bg="Номерът на отговора трябва да е от 22 до 64 знака: латински букви, цифри, „_“ и „-“.",
            en="A response's id must have 22 to 64 characters: Latin letters, digits, “_” and “-”.",
        )
        raise Invalid(fault, [FieldError("/response", fault)])


def sealed_content(salt: str, answers: Mapping[str, object]) -> str:
    """SHA-256 over the salt and the canonical JSON of the answers."""
    return sha256(salt.encode() + orjson.dumps(answers, option=orjson.OPT_SORT_KEYS)).hexdigest()


def submitted(response: Response) -> ResponseSubmitted:
    return ResponseSubmitted(
        survey_id=response.survey_id, response_id=response.id, channel=response.channel, seal=response.seal
    )
