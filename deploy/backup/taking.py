"""Taking a backup to a file: whole and checked, or not there at all."""

import errno
import os
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from deploy.backup.form import Manifest
from deploy.backup.reading import opened
from deploy.data_folder import keep_key, read_key, sync_folder
from shared.errors import Conflict, Invalid, StorageIsFull
from shared.language import Text


@dataclass(frozen=True)
class Taken:
    """A backup that was taken, and where the key that belongs to it lies."""

    file: Path
    key: Path
    size: int
    manifest: Manifest


class FileIsThere(Conflict):
    """A backup is not written over another one."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            Text(
                bg=f"Файлът {path} вече съществува. Изберете друго име, или --replace, за да бъде заменен.",
                en=f"The file {path} exists. Choose another name, or --replace to have it replaced.",
            )
        )


def key_beside(file: Path) -> Path:
    """Where the key of a backup lies, unless somebody has put it elsewhere."""
    return file.with_name(f"{file.name}.key")


async def take(
    pieces: AsyncIterator[bytes], file: Path, key: Path, tell: Callable[[int], None] = lambda _size: None
) -> Taken:
    """Write an archive and the key beside it; `tell` hears how many bytes are there.

    The file appears under its name once it is on the disk, read again and found whole. Raises StorageIsFull, Invalid
    (a place that can't be written to), NoArchive (cut off).
    """
    fresh = file.with_name(f".{file.name}.{token_hex(4)}.part")
    try:
        size = await _write(pieces, fresh, tell)
        with opened(fresh) as archive:
            archive.check()
            manifest = archive.manifest
        keep_key(key_beside(file), read_key(key))
        fresh.replace(file)
        sync_folder(file.parent)
    except OSError as fault:
        raise _not_written(file, fault) from fault
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
    return Taken(file, key_beside(file), size, manifest)


async def in_turn(pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
    """What is made in this process, as if it came from elsewhere."""
    for piece in pieces:
        yield piece


async def _write(pieces: AsyncIterator[bytes], fresh: Path, tell: Callable[[int], None]) -> int:
    size = 0
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
        async for piece in pieces:
            written.write(piece)
            size += len(piece)
            tell(size)
        written.flush()
        os.fsync(written.fileno())
    return size


def _not_written(file: Path, fault: OSError) -> StorageIsFull | Invalid:
    if fault.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StorageIsFull(
            Text(
                bg=f"Мястото за {file} свърши; нищо не остана там. Освободете място или посочете друго.",
                en=f"There is no space left for {file}; nothing was left there. Free some, or name another place.",
            )
        )
    return Invalid(
        Text(
            bg=f"В {file} не може да се пише. Проверете папката и правата или посочете друго място.",
            en=f"{file} can't be written. Check folder and rights, or name another place.",
        )
    )
