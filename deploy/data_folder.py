"""The folder of an embedded installation: one process at a time, one key, nobody else's eyes."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from pydantic import SecretStr

from shared.errors import Conflict, Invalid
from shared.language import Text


class FolderIsInUse(Conflict):
    """Another process serves this folder."""


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
        """Hold the folder for this process and give its key. Raises FolderIsInUse, naming the holder."""
        os.umask(0o077)  # All that is made from here on is for this user's eyes only.
        self._make()
        with (self.path / "lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise self._in_use() from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield self._key()

    def _make(self) -> None:
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
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
            fresh.write_text(token_hex(32))
            fresh.rename(key)
        return SecretStr(key.read_text().strip())
