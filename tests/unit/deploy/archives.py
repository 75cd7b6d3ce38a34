"""Small archives to spoil: what an empty installation with two documents is worth in a file."""

import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import orjson
from pydantic import SecretStr

from deploy.backup.form import MANIFEST, STORES
from deploy.backup.writing import Seen, archived
from services.surveys.domain.margin_sets import KeptMargins, MarginSet
from shared.events.base import rfc3339
from shared.sqlite_snapshot import CursorRow, DocumentRow, EntryRow, OutboxRow
from shared.store import encoded
from tests.system.conftest import demo_file

KEY = SecretStr("k" * 64)
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SURVEYS = "stores/surveys/documents/margins.jsonl"

Json = dict[str, Any]  # a manifest, which tests spoil


@dataclass
class AStore:
    """A store as a backup sees it."""

    kept: Mapping[str, list[DocumentRow]] = field(default_factory=dict)
    waiting: list[OutboxRow] = field(default_factory=list)

    def collections(self) -> Iterable[str]:
        return self.kept

    def documents(self, collection: str) -> Iterable[DocumentRow]:
        return self.kept[collection]

    def outbox(self) -> Iterable[OutboxRow]:
        return self.waiting


@dataclass
class ABus:
    """A bus as a backup sees it."""

    kept: list[EntryRow] = field(default_factory=list)
    positions: list[CursorRow] = field(default_factory=list)

    def entries(self) -> Iterable[EntryRow]:
        return self.kept

    def cursors(self) -> Iterable[CursorRow]:
        return self.positions


def margins(name: str) -> DocumentRow:
    given = MarginSet.model_validate_json(demo_file("margins.json"))
    return name, 1, encoded(KeptMargins(id=name, given=given, changed_at=rfc3339(NOW)))


def an_archive(documents: Iterable[DocumentRow] = (margins("a"), margins("b")), **bus: Any) -> bytes:
    """An archive of an installation that has hardly begun."""
    stores = {name: AStore() for name in STORES} | {"surveys": AStore({"margins": list(documents)})}
    return b"".join(archived(Seen(stores, ABus(**bus)), KEY, NOW))


@dataclass
class Members:
    """The members of an archive, to be changed and packed again."""

    parts: dict[str, bytes]

    @property
    def manifest(self) -> Json:
        return dict(orjson.loads(self.parts[MANIFEST]))

    def say(self, **otherwise: Any) -> None:
        """Have the manifest say something else."""
        self.parts[MANIFEST] = orjson.dumps(self.manifest | otherwise)

    def vouch(self) -> None:
        """Have the manifest vouch for the parts as they are now: whoever makes up an archive would do so too."""
        parts = {
            name: {"lines": body.count(b"\n"), "bytes": len(body), "sha256": sha256(body).hexdigest()}
            for name, body in self.parts.items()
            if name != MANIFEST
        }
        self.say(parts=parts)

    def packed(self, method: int = ZIP_DEFLATED, twice: str = "") -> bytes:
        made = BytesIO()
        with warnings.catch_warnings(), ZipFile(made, "w", method) as archive:
            for name, body in self.parts.items():
                archive.writestr(ZipInfo(name), body, method)
            if twice:
                warnings.simplefilter("ignore")  # Python warns of what is done here on purpose
                archive.writestr(ZipInfo(twice), self.parts[twice], method)
        return made.getvalue()


def members(archive: bytes) -> Members:
    with ZipFile(BytesIO(archive)) as packed:
        return Members({name: packed.read(name) for name in packed.namelist()})


def spoilt(change: Callable[[Members], object]) -> bytes:
    """An archive with something changed, for which its manifest vouches."""
    changed = members(an_archive())
    change(changed)
    return changed.packed()


def contents(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
