"""SQLite files as they were at one moment, all together; files filled again; and what was erased wiped from logs.

Connections of its own, so that it works beside whoever serves the files.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

import apsw

from shared.errors import StorageIsFull, Unavailable
from shared.language import Text

PATIENCE_MS = 10_000
WIPING_MS = 2_000

DocumentRow = tuple[str, int, bytes]
"""Id, version, canonical body."""
OutboxRow = tuple[str, str, str, bytes]
"""Id, topic, key, body."""
EntryRow = tuple[int, str, int, str, bytes]
"""Position, topic, shard, when it was published, body."""
CursorRow = tuple[str, str, int, int]
"""Group, topic, shard, position."""

_DOCUMENTS = "documents:"


@dataclass(frozen=True)
class StoreCopy:
    """A store as it was at the moment of the cut."""

    connection: apsw.Connection

    def collections(self) -> list[str]:
        """The names of its collections, in order."""
        tables = self.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        return [name.removeprefix(_DOCUMENTS) for (name,) in tables if name.startswith(_DOCUMENTS)]

    def documents(self, collection: str) -> Iterator[DocumentRow]:
        """The documents of a collection, by id."""
        return _rows(self.connection, f'SELECT id, version, body FROM "{_DOCUMENTS}{collection}" ORDER BY id')  # noqa: S608 - the name is one of its own tables

    def outbox(self) -> Iterator[OutboxRow]:
        """What was not sent, in its order."""
        return _rows(self.connection, "SELECT id, topic, key, body FROM outbox ORDER BY seq")


@dataclass(frozen=True)
class BusCopy:
    """The bus as it was at the moment of the cut."""

    connection: apsw.Connection

    def entries(self) -> Iterator[EntryRow]:
        return _rows(
            self.connection, "SELECT position, topic, shard, published_at, body FROM entries ORDER BY position"
        )

    def cursors(self) -> Iterator[CursorRow]:
        return _rows(self.connection, "SELECT grp, topic, shard, position FROM cursors ORDER BY grp, topic, shard")


@contextmanager
def cut(paths: Mapping[str, Path], scratch: Path) -> Iterator[Mapping[str, apsw.Connection]]:
    """Give copies of files as they all were at one moment. Raises Unavailable, StorageIsFull.

    Writers wait for the moment only; the copies are made from what was seen then, and read at leisure, so that no log
    grows meanwhile. A copy has no name in the folder `scratch`: whatever ends the process, nothing of it stays.
    """
    with ExitStack() as open_files, _told():
        sources = _seen_at_once(paths, open_files)
        with ExitStack() as copies:
            copied = {name: _copied(source, scratch, copies) for name, source in sources.items()}
            open_files.pop_all().close()
            yield copied


def fill_store(path: Path, documents: Mapping[str, Iterable[DocumentRow]], outbox: Iterable[OutboxRow]) -> None:
    """Put documents into the empty tables of a store, whose indexes are made when it is opened next."""
    with _filling(path) as connection:
        for name, rows in documents.items():
            connection.executemany(f'INSERT INTO "{_DOCUMENTS}{name}" (id, version, body) VALUES (?, ?, ?)', rows)  # noqa: S608 - names are checked by who reads them
        connection.executemany("INSERT INTO outbox (id, topic, key, body) VALUES (?, ?, ?, ?)", outbox)


def fill_bus(path: Path, entries: Iterable[EntryRow], cursors: Iterable[CursorRow]) -> None:
    """Put entries and positions into the empty tables of a bus."""
    with _filling(path) as connection:
        connection.executemany(
            "INSERT INTO entries (position, topic, shard, published_at, body) VALUES (?, ?, ?, ?, ?)", entries
        )
        connection.executemany("INSERT INTO cursors (grp, topic, shard, position) VALUES (?, ?, ?, ?)", cursors)


def wiped(path: Path) -> bool:
    """Rewrite a file, so that what was erased is nowhere in it or in its log; False if somebody was in the way.

    Overwriting what is erased is not enough: when pages are rearranged, copies of rows stay behind in what is unused of
    them, and the log holds pages as they were. Writers wait meanwhile, about a second for each 100 MB.
    """
    try:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            connection.set_busy_timeout(WIPING_MS)
            connection.execute("VACUUM")
            connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        finally:
            connection.close()
    except apsw.Error:
        return False
    return True


def _seen_at_once(paths: Mapping[str, Path], open_files: ExitStack) -> Mapping[str, apsw.Connection]:
    with ExitStack() as held:
        for path in paths.values():
            _opened(path, held).execute("BEGIN IMMEDIATE")  # from here on until all are seen, nobody writes to it
        sources = {name: _opened(path, open_files) for name, path in paths.items()}
        for source in sources.values():
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchall()  # only reading begins the transaction
        return sources


def _opened(path: Path, closing: ExitStack) -> apsw.Connection:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    closing.callback(connection.close)
    connection.set_busy_timeout(PATIENCE_MS)
    return connection


def _copied(source: apsw.Connection, scratch: Path, closing: ExitStack) -> apsw.Connection:
    path = scratch / f"copy-{token_hex(8)}"
    try:
        copy = apsw.Connection(str(path))
        try:
            copy.pragma("journal_mode", "off")
            copy.pragma("synchronous", "off")
            with copy.backup("main", source, "main") as backup:
                while not backup.done:
                    backup.step(1024)
        finally:
            copy.close()
        address = f"{path.resolve().as_uri()}?immutable=1"  # it has no log, and none is looked for
        read = apsw.Connection(address, flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
        closing.callback(read.close)
        return read
    finally:
        path.unlink(missing_ok=True)


def _rows(
    connection: apsw.Connection, statement: str
) -> Iterator[Any]:  # what the columns hold is known to the statement
    yield from connection.execute(statement)


@contextmanager
def _filling(path: Path) -> Iterator[apsw.Connection]:
    with _told(), ExitStack() as closing:
        connection = _opened(path, closing)
        with connection:  # one transaction: all or nothing
            yield connection


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except apsw.FullError as fault:
        raise StorageIsFull(
            Text(
                bg="Мястото на диска свърши. Освободете място и опитайте отново.",
                en="The disk is full. Free some space and try again.",
            )
        ) from fault
    except apsw.Error as fault:
        raise Unavailable(
            Text(
                bg=f"Данните не могат да бъдат прочетени или записани ({type(fault).__name__}). Вижте ./megdan doctor.",
                en=f"The data can't be read or written ({type(fault).__name__}). See ./megdan doctor.",
            )
        ) from fault
