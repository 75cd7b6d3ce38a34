"""What is left of somebody: an installation with its ledger, and a search through every byte that it keeps."""

import re
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from deploy.backup.ledger import places, read
from deploy.backup.noting import Noting, noting
from deploy.backup.reading import opened
from deploy.backup.restoring import Restored, Wish, restore
from deploy.backup.writing import archived, seen
from deploy.data_folder import DataFolder, read_key
from deploy.embedded import System, embedded
from shared.clock import system_clock
from tests.system.conftest import Town, a_town

CHEAP: dict[str, object] = {"password_memory_kib": 8, "password_rounds": 1}


@dataclass
class Kept:
    """A town whose erasures are noted, and its folder."""

    town: Town
    folder: DataFolder
    keeper: Noting

    @property
    def ledger(self) -> Path:
        """Where the town's ledger lies."""
        return places(self.folder, None)[0]

    async def wiped(self) -> None:
        """Wait until all is folded and emptied, and wipe what that leaves in the files' logs."""
        await self.town.settle()
        self.keeper.is_to_wipe("surveys", "gateway")
        while not await self.keeper.wipe(self.folder, system_clock()):
            pass

    def backup(self, name: str) -> Path:
        """Take a backup."""
        path = self.folder.path.parent / name
        with seen(self.folder) as what:
            path.write_bytes(b"".join(archived(what, read_key(self.folder.key), system_clock())))
        return path

    async def restored(self, archive: Path) -> tuple[DataFolder, Restored]:
        """Restore a backup elsewhere, with what the ledger says by now."""
        folder = DataFolder(archive.with_suffix(".restored"))
        secret = read_key(self.folder.key)
        ledgers = places(self.folder, None)
        with opened(archive) as whole:
            wish = Wish(secret, False, read(ledgers, secret), places(folder, None)[0], system_clock)
            return folder, await restore(whole, folder, wish)


@asynccontextmanager
async def a_kept_town(path: Path) -> AsyncIterator[Kept]:
    """An empty town that notes what is erased."""
    folder = DataFolder(path / "data")
    async with a_town(folder.path, **CHEAP) as town, noting(town.system, folder, None) as keeper:
        yield Kept(town, folder, keeper)


def everything(*places: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below folders, or each that is named, by its name; archives unpacked."""
    for place in places:
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.is_file():
                yield str(path), path.read_bytes()
                yield from _unpacked(path)


def _unpacked(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.suffix == ".zip":
        with ZipFile(BytesIO(path.read_bytes())) as archive:
            for name in archive.namelist():
                yield f"{path}!{name}", archive.read(name)


def traces(marks: Iterable[str], *places: Path) -> set[tuple[str, str]]:
    """Which marks are found in which files."""
    wanted = [(mark, mark.encode()) for mark in marks]
    return {(Path(name).name, mark) for name, body in everything(*places) for mark, raw in wanted if raw in body}


def hexadecimals(length: int, *places: Path) -> set[str]:
    """Everything in files that is so many hexadecimal digits: ids, hashes, seals, salts."""
    pattern = re.compile(rb"(?<![0-9a-f])[0-9a-f]{%d}(?![0-9a-f])" % length)
    return {found.decode() for _, body in everything(*places) for found in pattern.findall(body)}


async def faults(system: System) -> list[Any]:
    """What `verify` finds wrong."""
    return [fault for service in system.services.values() for fault in await service.projector.verify()]


@asynccontextmanager
async def served(folder: DataFolder) -> AsyncIterator[System]:
    """Serve a folder."""
    async with embedded(folder) as system:
        await system.quiet()
        yield system
