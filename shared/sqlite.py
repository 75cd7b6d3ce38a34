"""SQLite for the store and the bus: one writer a file, and commits that many writes share.

What arrives while a commit runs joins the next one: no timer, no waiting when there is little to do. Each write of a
group has a savepoint of its own, so that one which fails does not take its neighbours along.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Generic, TypeVar

import apsw
import structlog

from shared.errors import StorageIsFull, Unavailable
from shared.language import Text

T = TypeVar("T")
Step = Callable[[apsw.Connection], T]
"""One write, inside the group's transaction. It returns, or raises and leaves nothing behind."""

LARGEST_GROUP = 256
LARGEST_WAL = 8 * 1024 * 1024
BUSY_MS = 5_000
PATIENCE_S = 0.005
PAUSE_S = 0.001

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Job(Generic[T]):
    step: Step[T]
    done: "asyncio.Future[T]"
    then: Callable[[T], None] | None


@dataclass(frozen=True, slots=True)
class _Failed:
    fault: Exception


def fetched(connection: apsw.Connection, statement: str, values: Sequence[Any] = ()) -> list[Any]:
    """Read all that a statement finds, so that no read stays open; what the columns hold is known to the statement.

    Raises Unavailable if the engine can't read.
    """
    try:
        return connection.execute(statement, values).fetchall()
    except apsw.Error as fault:
        log.error("sqlite.read_lost", fault=repr(fault))  # noqa: TRY400 - the cause goes on with the error
        raise _lost(fault) from fault


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
    connection.pragma("journal_size_limit", LARGEST_WAL)  # what grew beside a long reader is small again after it
    return connection


class Writer:
    """The only one that writes to a file. `close` ends it after what was asked for by then.

    The steps of a group run on the event loop's thread, a few microseconds each; only the commit, which waits for the
    disk, has a thread of its own. A writer on another thread would give up the interpreter at each statement, and a
    busy event loop may keep it for seconds: hence also the pauses in which the loop lets the commit end.
    """

    def __init__(self, path: Path) -> None:
        self._connection = _writing(path)
        self._waiting: deque[_Job[Any]] = deque()  # steps return what they like
        self._is_working = False
        self._is_closed = False
        self._in_transaction = Lock()
        self._disk = ThreadPoolExecutor(1, f"commits of {path.name}")

    async def write(self, step: Step[T], *, then: Callable[[T], None] | None = None) -> T:
        """Run a step and return once it is on the disk and `then` has had its result.

        A cancelled caller's step and `then` run all the same. Raises what the step raises; StorageIsFull or Unavailable
        if it could not be kept.
        """
        if self._is_closed:
            raise _unavailable()
        return await self._join(step, then)

    def write_at_once(self, step: Step[T]) -> T:
        """Run a step in a transaction of its own while the caller's thread waits, for what is done before serving.

        Raises what the step raises; StorageIsFull or Unavailable if it could not be kept.
        """
        with self._in_transaction:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                result = step(self._connection)
                self._connection.execute("COMMIT")
            except apsw.Error as fault:
                raise _lost(fault) from fault
            finally:
                self._roll_back()
            return result

    async def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        await self._join(lambda _: None, None)
        await asyncio.get_running_loop().run_in_executor(self._disk, self._end)
        self._disk.shutdown()

    def _end(self) -> None:
        try:
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        except (apsw.BusyError, apsw.LockedError):
            log.debug("sqlite.read_while_closing")  # somebody reads; the next one to open the file does it
        except apsw.Error as fault:
            log.warning("sqlite.checkpoint_left", fault=repr(fault))  # nothing is lost: it is done at the next opening
        with suppress(apsw.Error):  # closing tidies as well, and may fail for the same reason
            self._connection.close()

    async def _join(self, step: Step[T], then: Callable[[T], None] | None) -> T:
        loop = asyncio.get_running_loop()
        job = _Job(step, loop.create_future(), then)
        self._waiting.append(job)
        if not self._is_working:
            self._is_working = True
            loop.call_soon(self._run_group, loop)  # soon, not now: whoever else is about to write joins
        result: T = await job.done
        return result

    def _run_group(self, loop: asyncio.AbstractEventLoop) -> None:
        group = [self._waiting.popleft() for _ in range(min(len(self._waiting), LARGEST_GROUP))]
        self._is_working = bool(group)
        if not group:
            return
        self._in_transaction.acquire()  # released by the thread that commits
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            outcomes = self._outcomes(group)
        except Exception as fault:  # noqa: BLE001 - whatever it is, every member must be told
            outcomes = self._give_up(group, fault)
        loop.call_later(PATIENCE_S, _give_way, loop, self._disk.submit(self._commit, loop, group, outcomes))

    def _outcomes(self, group: Sequence[_Job[Any]]) -> list[object]:
        """Run a group. Should a member fail, which is rare, all are undone and run again, each with a savepoint."""
        if len(group) > 1:
            try:
                return [job.step(self._connection) for job in group]
            except Exception:
                if not self._connection.in_transaction:
                    raise
                self._connection.execute("ROLLBACK")
                self._connection.execute("BEGIN IMMEDIATE")
        return [self._outcome(job) for job in group]

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

    def _commit(self, loop: asyncio.AbstractEventLoop, group: Sequence[_Job[Any]], outcomes: Sequence[object]) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.execute("COMMIT")
        except Exception as fault:  # noqa: BLE001 - whatever it is, every member must be told
            outcomes = self._give_up(group, fault)
        finally:
            self._in_transaction.release()
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(self._tell, loop, group, outcomes)

    def _give_up(self, group: Sequence[_Job[Any]], fault: Exception) -> list[object]:
        log.error("sqlite.group_lost", members=len(group), fault=repr(fault))
        self._roll_back()
        return [_Failed(_lost(fault)) for _ in group]

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            with suppress(apsw.Error):  # what failed was told; that the engine fails again adds nothing
                self._connection.execute("ROLLBACK")

    def _tell(self, loop: asyncio.AbstractEventLoop, group: Sequence[_Job[Any]], outcomes: Sequence[object]) -> None:
        for job, outcome in zip(group, outcomes, strict=True):
            _settle(job, outcome)
        self._run_group(loop)


def _give_way(loop: asyncio.AbstractEventLoop, commit: "Future[None]") -> None:
    with suppress(TimeoutError):
        commit.result(PAUSE_S)
    if not commit.done():
        loop.call_later(PATIENCE_S, _give_way, loop, commit)


def _settle(job: _Job[Any], outcome: object) -> None:
    is_awaited = not job.done.cancelled()  # a caller that was cancelled has its step run all the same
    if isinstance(outcome, _Failed):
        if is_awaited:
            job.done.set_exception(outcome.fault)
        return
    try:
        if job.then:
            job.then(outcome)
    except Exception:
        log.exception("sqlite.then_failed")  # it is kept all the same, and the neighbours wait to be told
    if is_awaited:
        job.done.set_result(outcome)


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
            bg="Данните в момента не могат да бъдат записани или прочетени. Опитайте отново след малко.",
            en="The data can't be saved or read right now. Try again in a moment.",
        ),
        retry_after_s=2,
    )
