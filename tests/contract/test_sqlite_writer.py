"""What the shared commits of SQLite promise to each of their members."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import Future
from pathlib import Path
from threading import Event
from typing import Any

import apsw
import pytest

from shared.errors import StorageIsFull, Unavailable
from shared.sqlite import LARGEST_GROUP, PAUSE_S, Step, Writer, fetched, reading


@pytest.fixture
async def writer(tmp_path: Path) -> AsyncIterator[Writer]:
    opened = Writer(tmp_path / "x.db")
    opened.write_at_once(lambda tx: tx.execute("CREATE TABLE kept (what PRIMARY KEY, body)"))
    yield opened
    await opened.close()


def keeping(what: int, body: bytes = b"") -> Step[int]:
    def step(tx: apsw.Connection) -> int:
        tx.execute("INSERT INTO kept VALUES (?, ?)", (what, body))
        return what

    return step


def failing(what: int) -> Step[int]:
    def step(tx: apsw.Connection) -> int:
        keeping(what)(tx)
        raise LookupError(what)

    return step


def kept(tmp_path: Path) -> list[int]:
    reader = reading(tmp_path / "x.db")
    try:
        return [what for (what,) in fetched(reader, "SELECT what FROM kept ORDER BY what")]
    finally:
        reader.close()


async def all_of(writer: Writer, *steps: Step[Any]) -> list[Any]:
    return await asyncio.gather(*(writer.write(step) for step in steps), return_exceptions=True)


async def test_a_failing_member_does_not_hurt_its_neighbours(writer: Writer, tmp_path: Path) -> None:
    """Of three writes in one group the failing one alone is undone and told."""
    first, second, third = await all_of(writer, keeping(1), failing(2), keeping(3))

    assert (1, LookupError, 3, [1, 3]) == (first, type(second), third, kept(tmp_path))


async def test_a_violated_constraint_stays_with_its_member(writer: Writer, tmp_path: Path) -> None:
    """A statement that the engine refuses is told as unavailable to its own caller."""
    first, second, third = await all_of(writer, keeping(1), keeping(1), keeping(3))

    assert (1, Unavailable, 3, [1, 3]) == (first, type(second), third, kept(tmp_path))


async def test_a_full_disk_is_told_to_every_member(writer: Writer, tmp_path: Path) -> None:
    """P-17: when the engine gives up the transaction, every member hears that it is full, and nothing is kept."""
    await writer.write(keeping(0))
    writer._connection.pragma("max_page_count", writer._connection.pragma("page_count") + 2)

    told = await all_of(writer, keeping(1), keeping(2, bytes(100_000)), keeping(3))

    assert ([StorageIsFull] * 3, [0]) == ([type(outcome) for outcome in told], kept(tmp_path))


async def test_space_cures_a_full_disk(writer: Writer, tmp_path: Path) -> None:
    """P-17: after a full disk the same writer goes on as soon as there is room."""
    writer._connection.pragma("max_page_count", writer._connection.pragma("page_count") + 2)
    await all_of(writer, keeping(1, bytes(100_000)))
    writer._connection.pragma("max_page_count", 1_000_000)

    assert ([1], [1]) == (await all_of(writer, keeping(1, bytes(100_000))), kept(tmp_path))


async def test_a_lost_commit_is_told_to_every_member(writer: Writer, tmp_path: Path) -> None:
    """P-17: when the commit itself fails, nobody is told that his write was kept."""
    writer._connection.set_commit_hook(lambda: True)
    told = await all_of(writer, keeping(1), keeping(2))
    writer._connection.set_commit_hook(None)

    assert ([Unavailable] * 2, []) == ([type(outcome) for outcome in told], kept(tmp_path))


async def test_a_lost_transaction_is_told_to_those_who_came_before(writer: Writer, tmp_path: Path) -> None:
    """When a member's fault ends the transaction, those that had succeeded in it are told the truth too."""

    def ending(tx: apsw.Connection) -> None:
        tx.execute("ROLLBACK")
        raise apsw.IOError("disk I/O error")

    told = await all_of(writer, keeping(1), ending, keeping(2))

    assert ([Unavailable] * 3, []) == ([type(outcome) for outcome in told], kept(tmp_path))


async def test_a_busy_file_is_told_and_tried_again(writer: Writer, tmp_path: Path) -> None:
    """While another process holds the file, writers are told so; afterwards the writer goes on."""
    writer._connection.set_busy_timeout(1)
    intruder = apsw.Connection(str(tmp_path / "x.db"))
    intruder.execute("BEGIN IMMEDIATE")
    told = await all_of(writer, keeping(1))
    intruder.execute("ROLLBACK")
    intruder.close()

    assert ([Unavailable], [2]) == ([type(outcome) for outcome in told], await all_of(writer, keeping(2)))


async def test_writes_that_come_together_share_a_commit(writer: Writer) -> None:
    """A thousand writes at once take a few commits; a group may begin before all of it is there."""
    commits: list[int] = []

    def count() -> bool:
        commits.append(1)
        return False

    writer._connection.set_commit_hook(count)
    await all_of(writer, *(keeping(what) for what in range(1000)))
    writer._connection.set_commit_hook(None)

    assert 1000 // LARGEST_GROUP <= len(commits) < 20


async def test_a_cancelled_callers_step_runs_all_the_same(writer: Writer, tmp_path: Path) -> None:
    """Cancelling the caller neither stops its write nor those of its neighbours; what should follow does follow."""
    followed: list[int] = []
    cancelled = asyncio.create_task(writer.write(keeping(1), then=followed.append))
    await asyncio.sleep(0)
    cancelled.cancel()

    await writer.write(keeping(2))

    assert (True, [1], [1, 2]) == (cancelled.cancelled(), followed, kept(tmp_path))


async def test_close_finishes_what_was_asked_for(tmp_path: Path) -> None:
    """Writes that wait when the file is closed are kept; later ones are refused; closing again changes nothing."""
    writer = Writer(tmp_path / "x.db")
    writer.write_at_once(lambda tx: tx.execute("CREATE TABLE kept (what PRIMARY KEY, body)"))
    waiting = [asyncio.create_task(writer.write(keeping(what))) for what in range(3)]
    await asyncio.sleep(0)
    await writer.close()
    await writer.close()

    with pytest.raises(Unavailable):
        await writer.write(keeping(3))

    assert ([0, 1, 2], [0, 1, 2]) == (await asyncio.gather(*waiting), kept(tmp_path))


async def test_the_event_loop_gives_way_to_a_long_commit(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a commit lasts the loop pauses again and again, so that a busy one does not starve the thread."""
    pauses: list[float] = []
    enough = Event()

    def pause(_commit: "Future[None]", seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            enough.set()
        raise TimeoutError

    def last_long() -> bool:
        enough.wait(10)
        return False

    monkeypatch.setattr(Future, "result", pause)
    writer._connection.set_commit_hook(last_long)
    await writer.write(keeping(1))
    writer._connection.set_commit_hook(None)
    monkeypatch.undo()

    assert [PAUSE_S] * 3 == pauses[:3]


async def test_at_once_tells_of_a_full_disk(writer: Writer) -> None:
    """What is done before serving is told the truth as well."""
    writer._connection.pragma("max_page_count", writer._connection.pragma("page_count"))

    with pytest.raises(StorageIsFull):
        writer.write_at_once(keeping(1, bytes(100_000)))


async def test_the_file_survives_a_power_cut_by_its_settings(writer: Writer) -> None:
    """P-02, P-72: commits are synced (FULL, WAL), and what is deleted is overwritten."""
    settings = [writer._connection.pragma(name) for name in ("journal_mode", "synchronous", "secure_delete")]

    assert ["wal", 2, 1] == settings


async def test_what_should_follow_may_fail_and_the_writer_goes_on(writer: Writer, tmp_path: Path) -> None:
    """A fault in `then` takes nobody along: the write was kept, its neighbours are told, later writes are done."""

    def failing_then(_: int) -> None:
        raise LookupError

    async with asyncio.timeout(60):
        told = list(await asyncio.gather(writer.write(keeping(1), then=failing_then), writer.write(keeping(2))))
        later = await writer.write(keeping(3))

    assert ([1, 2], 3, [1, 2, 3]) == (told, later, kept(tmp_path))


async def test_a_read_that_fails_is_told_as_unavailable(tmp_path: Path) -> None:
    """What the engine can't read is told in words, and whoever asks may come again."""
    apsw.Connection(str(tmp_path / "x.db")).close()
    reader = reading(tmp_path / "x.db")
    reader.close()

    with pytest.raises(Unavailable):
        fetched(reader, "SELECT 1")
