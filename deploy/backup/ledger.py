"""The ledger of erasures: a file outside of every backup, that has a restore forget again what was forgotten since.

It holds keyed hashes: who has the file alone learns how much was erased, and when, and nothing else.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import orjson
from pydantic import SecretStr

from deploy.backup.form import key_mark
from deploy.data_folder import DataFolder
from shared.clock import Clock
from shared.errors import Unavailable
from shared.events.base import rfc3339
from shared.keys import keyed
from shared.language import Text

Kind = Literal["account", "response"]
Line = Mapping[str, Any]  # what a line says, in JSON


def places(folder: DataFolder, configured: Path | None) -> tuple[Path, ...]:
    """Where a folder's ledger may lie, first where it is written: as configured, else beside the folder, else in it."""
    beside, inside = folder.path.with_name(f"{folder.path.name}.erasures"), folder.path / "erasures"
    if configured is not None:
        return (configured, beside, inside)
    may_lie_beside = os.access(beside if beside.exists() else beside.parent, os.W_OK)
    return (beside, inside) if may_lie_beside else (inside, beside)


def mark_of(secret: SecretStr, kind: Kind, erased: str) -> str:
    """What stands for an account or a response in the ledger."""
    return keyed(secret, "erasure", kind, erased)


class Ledger:
    """Writes down what is erased. Each line is on the disk before its writer goes on."""

    def __init__(self, path: Path, secret: SecretStr, clock: Clock) -> None:
        self.path = path
        self._secret = secret
        self._clock = clock

    def mark(self, kind: Kind, what: str) -> str:
        """What stands for it in the ledger."""
        return mark_of(self._secret, kind, what)

    def erased(self, kind: Kind, what: str) -> None:
        """Note that an account or a response is erased. Raises Unavailable if it can't be kept."""
        self._append({"what": "erased", "mark": mark_of(self._secret, kind, what)})

    def alive(self, passed: Mapping[str, int]) -> None:
        """Note that all was noted up to now, and up to these entries of the log of responses."""
        self._append({"what": "alive", "passed": dict(passed)})

    def restored(self, noted: "Noted") -> None:
        """Note that an older state was restored, and what ledgers told then: entries begin anew from there."""
        own = read([self.path], self._secret)
        told = {
            "marks": sorted(noted.marks - own.marks),
            "spans": [each for each in noted.spans if each not in own.spans],
        }
        self._append({"what": "restored", **told})

    def _append(self, said: Line) -> None:
        line = orjson.dumps({"at": rfc3339(self._clock()), "of": key_mark(self._secret), **said}) + b"\n"
        try:
            file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                _write(file, line)
            finally:
                os.close(file)
        except OSError as fault:
            raise Unavailable(
                Text(
                    bg="Изтриването не може да бъде отбелязано и не беше направено. Опитайте отново по-късно.",
                    en="The erasure can't be noted, so it was not done. Try again later.",
                ),
                retry_after_s=60,
            ) from fault


def _write(file: int, line: bytes) -> None:
    size = os.fstat(file).st_size
    if size and os.pread(file, 1, size - 1) != b"\n":
        line = b"\n" + line  # the last writer was cut off
    if os.write(file, line) != len(line):
        raise OSError(0, "no space left")
    os.fsync(file)


@dataclass(frozen=True)
class Noted:
    """What ledgers say of an installation.

    Attributes:
        marks: what was erased.
        spans: for each ledger, from when to when it was kept.
        passed: entries of the log of responses up to which withdrawals are known to be noted.
    """

    marks: frozenset[str] = frozenset()
    spans: tuple[tuple[str, str], ...] = ()
    passed: Mapping[str, int] = field(default_factory=dict)

    def uncovered(self, made_at: str, now: datetime) -> list[date]:
        """The days, from that of a backup up to today, whose erasures no ledger is known to hold."""
        first = date.fromisoformat(made_at[:10])
        days = [first + timedelta(days=number) for number in range((now.date() - first).days + 1)]
        return [day for day in days if not any(_holds(span, day.isoformat(), made_at) for span in self.spans)]


def _holds(span: tuple[str, str], day: str, made_at: str) -> bool:
    """Whether a ledger was kept all day, or from the backup on: before it began, nobody noted anything."""
    begun, ended = span
    return begun <= max(f"{day}T00:00:00.000Z", made_at) and day <= ended[: len(day)]


def read(paths: Iterable[Path], secret: SecretStr) -> Noted:
    """Read what ledgers say of the installation that has this key; lines cut off, or another's, say nothing."""
    marks: set[str] = set()
    spans: list[tuple[str, str]] = []
    passed: dict[str, int] = {}
    for path in paths:
        lines = [line for line in _lines(path) if line.get("of") == key_mark(secret)]
        if not lines:
            continue
        marks |= {str(line["mark"]) for line in lines if line.get("what") == "erased"}
        marks |= {str(mark) for line in lines for mark in line.get("marks", ())}
        spans += [(str(begun), str(ended)) for line in lines for begun, ended in line.get("spans", ())]
        spans.append((str(lines[0]["at"]), str(max(line["at"] for line in lines))))
        for line in lines:
            if line.get("what") in {"alive", "restored"}:
                passed = dict(line.get("passed", {}))
    return Noted(frozenset(marks), tuple(spans), passed)


def _lines(path: Path) -> list[Line]:
    try:
        written = path.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    return [line for each in written if isinstance(line := _parsed(each), dict)]


def _parsed(line: bytes) -> object:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
