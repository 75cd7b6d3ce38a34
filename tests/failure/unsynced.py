"""A disk under SQLite that loses power: of what was written and not synced, any part may be gone.

It stands as a VFS between the engine and the files. What a file holds for sure is its content at its last sync; at a
cut each later write is there, or not, or half, as a seed decides. The folder after the cut is made elsewhere, so that
one run can be cut many times while it goes on.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock

import apsw

NAME = "unsynced"
BELOW = "unix"
"""The engine's own layer, which this one stands on."""


@dataclass
class _Content:
    """What a file holds for sure, and what was written to it since."""

    synced: bytearray
    since: list[tuple[int, bytes | None]] = field(default_factory=list)

    def sync(self) -> None:
        for write in self.since:
            _apply(self.synced, *write)
        self.since.clear()

    def after_a_cut(self, chance: random.Random) -> bytes:
        content = bytearray(self.synced)
        for offset, data in self.since:
            fate = chance.random()
            if fate < 0.4:
                continue
            _apply(content, offset, data if data is None or fate > 0.6 else data[: len(data) // 2])
        return bytes(content)


def _apply(content: bytearray, offset: int, data: bytes | None) -> None:
    """Write, or cut the file off where there is no data."""
    if data is None:
        del content[offset:]
        return
    content.extend(bytes(max(0, offset - len(content))))
    content[offset : offset + len(data)] = data


class Disk:
    """Follows what is written below a folder, and what of it was synced."""

    def __init__(self) -> None:
        self._operations = 0
        self._files: dict[str, _Content] = {}
        self._lock = RLock()
        self._at: dict[int, Callable[[], None]] = {}

    def at(self, operation: int, do: Callable[[], None]) -> None:
        """Call something amid the engine's work, when it has written or synced so many times from now."""
        self._at[self._operations + operation] = do

    def opened(self, name: str) -> None:
        with self._lock:
            path = Path(name)
            self._files.setdefault(name, _Content(bytearray(path.read_bytes() if path.exists() else b"")))

    def wrote(self, name: str, offset: int, data: bytes | None) -> None:
        with self._lock:
            self._files[name].since.append((offset, data))
            self._count()

    def synced(self, name: str) -> None:
        with self._lock:
            self._files[name].sync()
            self._count()

    def deleted(self, name: str) -> None:
        with self._lock:
            self._files.pop(name, None)

    def _count(self) -> None:
        self._operations += 1
        if do := self._at.pop(self._operations, None):
            do()

    def after_a_cut(self, folder: Path, chance: random.Random) -> None:
        """Make the files in `folder` as they may be if the power goes now."""
        with self._lock:
            for name, content in self._files.items():
                (folder / Path(name).name).write_bytes(content.after_a_cut(chance))


class _File(apsw.VFSFile):
    def __init__(self, disk: Disk, name: str | apsw.URIFilename, flags: list[int]) -> None:
        super().__init__(BELOW, name, flags)
        self._disk = disk
        self._name = name if isinstance(name, str) else name.filename()
        disk.opened(self._name)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - the engine's name
        super().xWrite(data, offset)
        self._disk.wrote(self._name, offset, bytes(data))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - the engine's name
        super().xTruncate(newsize)
        self._disk.wrote(self._name, newsize, None)

    def xSync(self, flags: int) -> None:  # noqa: N802 - the engine's name
        super().xSync(flags)
        self._disk.synced(self._name)


class _Unsynced(apsw.VFS):
    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        super().__init__(NAME, BELOW, makedefault=True)

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - the engine's name
        return apsw.VFSFile(BELOW, name, flags) if name is None else _File(self._disk, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: FBT001, N802 - the engine's name and arguments
        super().xDelete(filename, syncdir)
        self._disk.deleted(filename)


@contextmanager
def unsynced_writes_can_be_lost() -> Iterator[Disk]:
    """Have every file of SQLite that is opened from here on lie on such a disk."""
    disk = Disk()
    layer = _Unsynced(disk)
    try:
        yield disk
    finally:
        layer.unregister()


@contextmanager
def synchronous_is_normal() -> Iterator[None]:
    """Have commits not wait for the disk, whatever a connection asks for."""

    def relaxed(connection: apsw.Connection) -> None:
        connection.execute("PRAGMA synchronous = normal")
        connection.authorizer = _no_more_of_it

    apsw.connection_hooks.append(relaxed)
    try:
        yield
    finally:
        apsw.connection_hooks.remove(relaxed)


def _no_more_of_it(
    operation: int, first: str | None, second: str | None, _database: str | None, _trigger: str | None
) -> int:
    asks = operation == apsw.SQLITE_PRAGMA and first == "synchronous" and second is not None
    return apsw.SQLITE_IGNORE if asks else apsw.SQLITE_OK
