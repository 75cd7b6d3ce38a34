"""SQLite for the store and the bus: one writer thread a file, and commits that many writes share.

What arrives while a commit runs joins the next one: no timer, no waiting when there is little to do. Each write of a
group has a savepoint of its own, so that one which fails does not take its neighbours along.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, Generic, TypeVar

import apsw
import structlog

from shared.errors import StorageIsFull, Unavailable
from shared.language import Text

T = TypeVar("T")
Step = Callable[[apsw.Connection], T]
"""One write, inside the group's transaction. It returns, or raises and leaves nothing behind."""

LARGEST_GROUP = 256
BUSY_MS = 5_000

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Job(Generic[T]):
    step: Step[T]
    done: "asyncio.Future[T]"
    then: Callable[[], None] | None


@dataclass(frozen=True, slots=True)
class _Failed:
    fault: Exception


def reading(path: Path) -> apsw.Connection:
    """Open a file for reading on the thread of the event loop; each statement is a transaction of its own."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    connection.set_busy_timeout(BUSY_MS)
    connection.pragma("query_only", value=1)
    return connection


def _writing(path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(path))
    connection.set_busy_timeout(BUSY_MS)
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", "full")  # "normal" would lose what was answered when the power goes
    connection.pragma("secure_delete", 1)  # what was erased is overwritten
    return connection


class Writer:
    """The only one that writes to a file. `close` ends it after what was asked for by then."""

    def __init__(self, path: Path) -> None:
        self._connection = _writing(path)
        self._jobs: SimpleQueue[_Job[Any] | None] = SimpleQueue()  # steps return what they like
        self._one_at_a_time = Lock()
        self._closed = False
        self._thread = Thread(target=self._work, name=f"writer of {path.name}", daemon=True)
        self._thread.start()

    async def write(self, step: Step[T], *, then: Callable[[], None] | None = None) -> T:
        """Run a step and return once it is on the disk, then call `then`. A cancelled caller's step runs all the same.

        Raises what the step raises; StorageIsFull or Unavailable if it could not be kept.
        """
        if self._closed:
            raise _unavailable()
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put(_Job(step, done, then))
        return await asyncio.shield(done)

    def write_at_once(self, step: Step[T]) -> T:
        """Run a step in a transaction of its own on the caller's thread, which waits: for what is done before serving."""
        with self._one_at_a_time, self._connection:
            return step(self._connection)

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
            await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        while group := self._next_group():
            with self._one_at_a_time:
                outcomes = self._commit(group)
            _tell(group, outcomes)
        with suppress(apsw.BusyError, apsw.LockedError):  # somebody reads; the next one to open the file does it
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        self._connection.close()

    def _next_group(self) -> list[_Job[Any]]:
        group = []
        job = self._jobs.get()
        with suppress(Empty):
            while job is not None:
                group.append(job)
                if len(group) == LARGEST_GROUP:
                    return group
                job = self._jobs.get_nowait()
            if group:
                self._jobs.put(None)  # closed: this group is the last, the next call ends
        return group

    def _commit(self, group: Sequence[_Job[Any]]) -> list[Any]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            outcomes = [self._outcome(job) for job in group]
            self._connection.execute("COMMIT")
        except Exception as fault:  # noqa: BLE001 - whatever it is, every member must be told and the thread go on
            log.error("sqlite.group_lost", members=len(group), fault=repr(fault))
            with suppress(apsw.Error):
                self._connection.execute("ROLLBACK")
            return [_Failed(_lost(fault)) for _ in group]
        return outcomes

    def _outcome(self, job: _Job[Any]) -> object:
        self._connection.execute("SAVEPOINT member")
        try:
            outcome = job.step(self._connection)
        except Exception as fault:
            if not self._connection.in_transaction:
                raise  # the engine rolled everything back: the neighbours' writes are gone as well
            self._connection.execute("ROLLBACK TO member")
            outcome = _Failed(_lost(fault) if isinstance(fault, apsw.Error) else fault)
        self._connection.execute("RELEASE member")
        return outcome


def _tell(group: Sequence[_Job[Any]], outcomes: Sequence[object]) -> None:
    """Wake each event loop once for all of its callers."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Job[Any], object]]] = {}
    for job, outcome in zip(group, outcomes, strict=True):
        by_loop.setdefault(job.done.get_loop(), []).append((job, outcome))
    for loop, told in by_loop.items():
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, told)


def _settle(told: Sequence[tuple[_Job[Any], object]]) -> None:
    for job, outcome in told:
        if isinstance(outcome, _Failed):
            job.done.set_exception(outcome.fault)
            job.done.exception()  # a caller that was cancelled does not ask; that is no fault of the program
            continue
        job.done.set_result(outcome)
        if job.then:
            job.then()


def _lost(fault: Exception) -> Exception:
    told = _full() if isinstance(fault, apsw.FullError) else _unavailable()
    told.__cause__ = fault
    return told


def _full() -> StorageIsFull:
    return StorageIsFull(
        Text(
            bg="Мястото на диска свърши и нищо не беше записано. Освободете място и опитайте отново.",
            en="The disk is full and nothing was saved. Free some space and try again.",
        )
    )


def _unavailable() -> Unavailable:
    return Unavailable(
        Text(
            bg="Данните в момента не могат да бъдат записани. Опитайте отново след малко.",
            en="The data can't be saved right now. Try again in a moment.",
        ),
        retry_after_s=2,
    )
