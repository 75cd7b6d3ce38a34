"""What an archive is: a zip of JSON lines, one part for each collection, and a manifest that tells what it should hold.

It knows no engine: ids, versions, positions and hashes are those of the ports, so that any form takes it in.
"""

import re
from collections.abc import Mapping
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from shared.errors import Invalid
from shared.keys import keyed
from shared.language import Text

WHAT: Final = "megdan-backup"
FORM = 1
MANIFEST = "manifest.json"
STORES = ("surveys", "monitoring", "reporting", "gateway")
ENTRIES = "bus/entries.jsonl"
CURSORS = "bus/cursors.jsonl"
LEFT_OUT = frozenset({("gateway", "sessions"), ("gateway", "setups")})
"""Who had signed in signs in again: else a session that was ended after the backup would live again."""

_COLLECTION = re.compile(rf"stores/({'|'.join(STORES)})/documents/([a-z][a-z0-9_]{{0,63}})\.jsonl")
LONGEST_LINE = 32 * 1024 * 1024
LARGEST_MANIFEST = 1024 * 1024
MOST_PARTS = 500
MOST_TIMES = 200
SPARED = 64 * 1024 * 1024
"""An archive may unpack to so many times its size, and so much more: what JSON lines never reach, and bombs do."""


class Part(BaseModel):
    """How much a part holds, and its SHA-256, unpacked."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    lines: int = Field(ge=0)
    bytes: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class HeadAt(BaseModel):
    """The last entry of a shard of a service's log."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    position: int
    hash: str


class Manifest(BaseModel):
    """What an archive says of itself. `key` tells which installation's key belongs to it, and not the key."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    what: Literal["megdan-backup"] = WHAT
    form: int
    program: str
    made_at: str
    key: str
    parts: Mapping[str, Part]
    heads: Mapping[str, Mapping[str, HeadAt]]


class NoArchive(Invalid):
    """A file that is no archive of ours, or was damaged or made up; nothing was written."""

    title = Text(bg="Това не е цяло копие на Мегдан", en="This is no whole backup of Megdan")


class NewerArchive(Invalid):
    """An archive of a newer program."""

    title = Text(bg="Копието е от по-нова версия", en="The backup is from a newer version")


def documents_part(store: str, collection: str) -> str:
    return f"stores/{store}/documents/{collection}.jsonl"


def outbox_part(store: str) -> str:
    return f"stores/{store}/outbox.jsonl"


def collection_of(part: str) -> tuple[str, str] | None:
    """Tell store and collection of a part of documents; None for any other name."""
    found = _COLLECTION.fullmatch(part)
    return (found[1], found[2]) if found else None


NEEDED = frozenset({ENTRIES, CURSORS, *(outbox_part(store) for store in STORES)})
"""Parts that every archive has."""


def key_mark(secret: SecretStr) -> str:
    """What tells an installation's key from any other, and tells nothing of it."""
    return keyed(secret, "backup")[:32]


def version_of(program: str) -> tuple[int, ...]:
    """A program's version, so that versions can be compared. Raises ValueError if it is none."""
    return tuple(int(number) for number in program.split("."))


def broken(bg: str, en: str) -> NoArchive:
    return NoArchive(
        Text(
            bg=f"{bg} Нищо не беше записано. Вземете друго копие.", en=f"{en} Nothing was written. Take another backup."
        )
    )
