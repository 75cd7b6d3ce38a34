"""Reading an archive that may be damaged, foreign or made up: all of it is checked before any of it is believed.

Members are read by their names, counted while they are unpacked, and never written under the names that they have.
"""

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from io import BufferedReader
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

import orjson

from deploy import VERSION
from deploy.backup import lines
from deploy.backup.form import (
    CURSORS,
    ENTRIES,
    FORM,
    LARGEST_MANIFEST,
    LONGEST_LINE,
    MANIFEST,
    MOST_PARTS,
    MOST_TIMES,
    NEEDED,
    SPARED,
    STORES,
    WHAT,
    Manifest,
    NewerArchive,
    broken,
    collection_of,
    outbox_part,
    version_of,
)
from shared.errors import NotFound
from shared.language import Text
from shared.sqlite_snapshot import CursorRow, DocumentRow, EntryRow, OutboxRow
from shared.store import CollectionOf
from shared.store.indexing import decoded

_ENCRYPTED = 0x1
_UNZIPPING = (BadZipFile, zlib.error, EOFError, RuntimeError, struct.error, ValueError, OSError)
"""What Python's zip reader raises at files that are none, were damaged or are of a kind that it can't unpack."""


Models = Mapping[tuple[str, str], CollectionOf[Any]]  # documents of many kinds


@dataclass(frozen=True)
class Archive:
    """An archive that is open for reading. `check` it before anything else is read."""

    zip: ZipFile
    manifest: Manifest

    def collections(self, store: str) -> list[str]:
        """The collections of a store that the archive holds, in order."""
        found = (collection_of(part) for part in sorted(self.manifest.parts))
        return [place[1] for place in found if place and place[0] == store]

    def documents(self, store: str, collection: str) -> Iterator[DocumentRow]:
        return lines.documents(self._lines(f"stores/{store}/documents/{collection}.jsonl"))

    def outbox(self, store: str) -> Iterator[OutboxRow]:
        return lines.outgoing(self._lines(outbox_part(store)))

    def entries(self) -> Iterator[EntryRow]:
        return lines.entries(self._lines(ENTRIES))

    def cursors(self) -> Iterator[CursorRow]:
        return lines.cursors(self._lines(CURSORS))

    @property
    def size(self) -> int:
        """Bytes of all parts, unpacked."""
        return sum(part.bytes for part in self.manifest.parts.values())

    def check(self, models: Models = MappingProxyType({})) -> None:
        """Read every line of every part, documents of known collections as what they are. Raises NoArchive."""
        for name in self.manifest.parts:
            place = collection_of(name)
            with refusing(name):
                if place is not None and place in models:
                    for _, version, body in self.documents(*place):
                        decoded(models[place].model, version, body)
                else:
                    for _ in self._read(name):
                        pass

    def _read(self, name: str) -> Iterator[tuple[object, ...]]:
        if place := collection_of(name):
            return self.documents(*place)
        kinds: Mapping[str, Callable[[], Iterator[tuple[object, ...]]]] = {ENTRIES: self.entries, CURSORS: self.cursors}
        return kinds[name]() if name in kinds else self.outbox(name.split("/")[1])

    def _lines(self, name: str) -> Iterator[bytes]:
        """The lines of a part. Raises ValueError, at the latest behind the last, if they are not what was written."""
        promised = self.manifest.parts[name]
        digest, count, size = sha256(), 0, 0
        with self.zip.open(name) as member, BufferedReader(member, 1 << 18) as unpacked:  # type: ignore[type-var]  # it reads, and asks no more of it
            while line := unpacked.readline(LONGEST_LINE + 1):
                count, size = count + 1, size + len(line)
                if len(line) > LONGEST_LINE or size > promised.bytes:
                    raise ValueError("more than was promised")
                digest.update(line)
                yield line
        if (count, size, digest.hexdigest()) != (promised.lines, promised.bytes, promised.sha256):
            raise ValueError("not what was promised")


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Open an archive and check what it says of itself. Raises NotFound, NoArchive, NewerArchive."""
    try:
        file = path.open("rb")
    except OSError as fault:
        raise NotFound(
            Text(
                bg=f"Файлът {path} не може да се прочете. Проверете името и правата.",
                en=f"The file {path} can't be read. Check its name and rights.",
            )
        ) from fault
    with file:
        with refusing(path.name):
            archive = ZipFile(file)
            manifest = _manifest(archive, path.stat().st_size)
        yield Archive(archive, manifest)


def _manifest(archive: ZipFile, size: int) -> Manifest:
    members = archive.infolist()
    names = [member.filename for member in members]
    if MANIFEST not in names:
        raise broken("Липсва описанието на копието.", "It has no manifest.")
    _check_members(members, size)
    if archive.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
        raise broken("Описанието на копието е твърде голямо.", "Its manifest is too large.")
    said = orjson.loads(archive.read(MANIFEST))
    _check_age(said)
    manifest = Manifest.model_validate_json(orjson.dumps(said))
    if {*manifest.parts, MANIFEST} != set(names) or NEEDED - manifest.parts.keys():
        raise broken("Частите не са тези от описанието.", "Its parts are not those of its manifest.")
    if not manifest.heads.keys() <= set(STORES):
        raise broken("Описанието говори за непознати услуги.", "Its manifest speaks of unknown services.")
    for member in members:
        if member.filename != MANIFEST and member.file_size != manifest.parts[member.filename].bytes:
            raise broken(f"Частта {member.filename} е с друг размер.", f"{member.filename} has another size.")
    return manifest


def _check_members(members: list[ZipInfo], size: int) -> None:
    names = [member.filename for member in members]
    if len(names) > MOST_PARTS or len(set(names)) != len(names):
        raise broken("Частите са твърде много или се повтарят.", "It has too many parts, or one twice.")
    for member in members:
        if member.filename != MANIFEST and member.filename not in NEEDED and collection_of(member.filename) is None:
            raise broken("В него има чужди файлове.", "It holds files that are none of ours.")
        if member.flag_bits & _ENCRYPTED or member.compress_type != ZIP_DEFLATED:
            raise broken("Частите не са свити както трябва.", "Its parts are not packed as ours are.")
    if sum(member.file_size for member in members) > SPARED + MOST_TIMES * size:
        raise broken("Разгъва се до твърде много.", "It unpacks to far too much.")


def _check_age(said: object) -> None:
    if not isinstance(said, dict) or said.get("what") != WHAT:
        raise broken("Описанието не е на Мегдан.", "Its manifest is none of Megdan's.")
    form, program = said.get("form"), said.get("program")
    if not isinstance(form, int) or not isinstance(program, str):
        raise broken("Описанието не е на Мегдан.", "Its manifest is none of Megdan's.")
    if form > FORM or version_of(program) > version_of(VERSION):
        raise NewerArchive(
            Text(
                bg=f"Направено е от Мегдан {program}, а този е {VERSION}. Обновете и опитайте отново.",
                en=f"It was made by Megdan {program}, and this is {VERSION}. Update, then try again.",
            )
        )


@contextmanager
def refusing(what: str) -> Iterator[None]:
    """Whatever a damaged or made-up file makes its readers stumble over, it is refused with the same words."""
    try:
        yield
    except _UNZIPPING as fault:
        raise broken(f"{what} е повреден или не е от Мегдан.", f"{what} is damaged or none of Megdan's.") from fault
