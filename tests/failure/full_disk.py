"""A disk under SQLite that fills up: from some moment on no file can grow, until there is space again."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

import apsw

NAME = "filling"
BELOW = "unix"
"""The engine's own layer, which this one stands on."""


class Room:
    """How many more bytes files may grow by; None: as many as they like."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.refused = 0

    def take(self, growth: int) -> None:
        """Raises FullError if there is not so much room."""
        if self.left is None or growth <= 0:
            return
        if growth > self.left:
            self.refused += 1
            raise apsw.FullError("database or disk is full")
        self.left -= growth


class _Quiet:
    """The engine tells that the disk is full, and nobody else has to."""

    def excepthook(
        self, _kind: type[BaseException] | None, _fault: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        return True


class _File(_Quiet, apsw.VFSFile):
    def __init__(self, room: Room, name: str | apsw.URIFilename, flags: list[int]) -> None:
        super().__init__(BELOW, name, flags)
        self._room = room

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - the engine's name
        self._room.take(offset + len(data) - self.xFileSize())
        super().xWrite(data, offset)


class _Filling(_Quiet, apsw.VFS):
    def __init__(self, room: Room) -> None:
        self._room = room
        super().__init__(NAME, BELOW, makedefault=True)

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - the engine's name
        return apsw.VFSFile(BELOW, name, flags) if name is None else _File(self._room, name, flags)


@contextmanager
def a_disk_that_fills() -> Iterator[Room]:
    """Have every file of SQLite that is opened from here on lie on a disk whose room can be set."""
    room = Room()
    layer = _Filling(room)
    try:
        yield room
    finally:
        layer.unregister()
