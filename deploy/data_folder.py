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


KEY_BYTES = 32


@dataclass(frozen=True)
class DataFolder:
    """Where everything of an installation lies."""

    path: Path

    @property
    def socket(self) -> Path:
        """The address of the running process for its owner's commands."""
        return self.path / "megdan.sock"

    def store(self, service: str) -> Path:
        return self.path / f"{service}.db"

    @contextmanager
    def held(self) -> Iterator[SecretStr]:
        """Hold the folder for this process and give its key. Raises FolderIsInUse, naming the holder; KeyIsDamaged."""
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
            yield self._key()

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

    def _key(self) -> SecretStr:
        key = self.path / "key"
        if not key.exists():
            fresh = self.path / "key.new"
            fresh.touch(mode=0o600)
            with fresh.open("w") as file:
                file.write(token_hex(KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())  # else a power cut could leave an empty key beside data that were saved
            fresh.rename(key)
            self._sync()
        secret = key.read_text().strip()
        if len(secret) < 2 * KEY_BYTES:
            raise self._damaged(key)
        return SecretStr(secret)

    def _sync(self) -> None:
        folder = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _damaged(self, key: Path) -> KeyIsDamaged:
        return KeyIsDamaged(
            Text(
                bg=f"Ключът {key} е повреден. Върнете го от последното копие; без него нищо не се пуска.",
                en=f"The key {key} is damaged. Put it back from the last backup; nothing starts without it.",
            )
        )
