"""The folder of an embedded installation: one process at a time, one key, nobody else's eyes."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import TextIO

from pydantic import SecretStr

from shared.errors import Conflict, Forbidden, Invalid
from shared.language import Text


class FolderIsInUse(Conflict):
    """Another process serves this folder."""


class KeyIsDamaged(Conflict):
    """The installation's key is empty or cut off: anybody could sign with it."""


class RestoreWasCutOff(Conflict):
    """A restore has not ended: what is there may be half of one installation and half of another."""


KEY_BYTES = 32


@dataclass(frozen=True)
class DataFolder:
    """Where everything of an installation lies."""

    path: Path

    @property
    def socket(self) -> Path:
        """The address of the running process for its owner's commands."""
        return self.path / "megdan.sock"

    @property
    def key(self) -> Path:
        """The file of the installation's key."""
        return self.path / "key"

    @property
    def restoring(self) -> Path:
        """Where what is being restored lies while it takes the place of what was there."""
        return self.path / "restoring"

    @property
    def staging(self) -> Path:
        """Where a restore builds an installation, before it touches the one that is there."""
        return self.path / "restoring.part"

    def store(self, service: str) -> Path:
        return self.path / f"{service}.db"

    @contextmanager
    def held(self) -> Iterator[SecretStr]:
        """Hold the folder for this process and give its key.

        Raises FolderIsInUse, naming the holder; KeyIsDamaged; RestoreWasCutOff.
        """
        with self.locked():
            if self.restoring.exists():
                raise self._cut_off()
            yield self._key()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep all other processes out of the folder, whatever is in it. Raises FolderIsInUse, naming the holder."""
        os.umask(0o077)  # All that is made from here on is for this user's eyes only.
        self._make()
        with self._opened("lock") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise self._in_use() from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    @contextmanager
    def _opened(self, name: str) -> Iterator[TextIO]:
        try:
            file = (self.path / name).open("a+")
        except PermissionError:
            raise self.not_ours() from None
        with file:
            yield file

    def not_ours(self) -> Forbidden:
        """The error that names the folder, and whose it is."""
        try:
            owner = self.path.owner()
        except (OSError, KeyError):
            owner = "?"
        return Forbidden(
            Text(
                bg=f"Нямате права за папката {self.path} (на {owner}). Посочете друга с --data.",
                en=f"You have no right to the folder {self.path} ({owner}'s). Give another with --data.",
            )
        )

    def _make(self) -> None:
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except PermissionError:
            raise self.not_ours() from None
        except OSError as fault:
            raise Invalid(
                Text(
                    bg=f"Папката {self.path} не може да се създаде: {fault.strerror}. Изберете друга с --data.",
                    en=f"The folder {self.path} can't be made: {fault.strerror}. Choose another with --data.",
                )
            ) from fault

    def _in_use(self) -> FolderIsInUse:
        holder = (self.path / "lock").read_text() or "?"
        return FolderIsInUse(
            Text(
                bg=f"Папката {self.path} се ползва от процес {holder}. Спрете го или изберете друга с --data.",
                en=f"The folder {self.path} is in use by process {holder}. Stop it, or choose another with --data.",
            )
        )

    def _cut_off(self) -> RestoreWasCutOff:
        return RestoreWasCutOff(
            Text(
                bg=f"Възстановяване в {self.path} е прекъснато. Пуснете отново ./megdan restore ФАЙЛ --replace.",
                en=f"A restore into {self.path} was cut off. Run ./megdan restore FILE --replace again.",
            )
        )

    def _key(self) -> SecretStr:
        if not self.key.exists():
            keep_key(self.key, SecretStr(token_hex(KEY_BYTES)))
        return read_key(self.key)


def keep_key(path: Path, secret: SecretStr) -> None:
    """Write an installation's key to a file that only its owner can read."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.touch(mode=0o600)
    with fresh.open("w") as file:
        file.write(secret.get_secret_value())
        file.flush()
        os.fsync(file.fileno())  # else a power cut could leave an empty key beside data that were saved
    fresh.rename(path)
    sync_folder(path.parent)


def read_key(path: Path) -> SecretStr:
    """Read an installation's key. Raises KeyIsDamaged."""
    secret = path.read_text().strip()
    if len(secret) < 2 * KEY_BYTES:
        raise KeyIsDamaged(
            Text(
                bg=f"Ключът {path} е повреден. Върнете го от последното копие; без него нищо не се пуска.",
                en=f"The key {path} is damaged. Put it back from the last backup; nothing starts without it.",
            )
        )
    return SecretStr(secret)


def sync_folder(path: Path) -> None:
    """Have the disk keep which files are in a folder."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
