"""The Bus in one SQLite file: a durable log of all topics, and how far each group has come in each shard."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import product
from pathlib import Path

import apsw

from shared.bus import SHARDS, Message, Shard, shard_of
from shared.bus.in_process import InProcessBus, Pause, growing_pause
from shared.clock import Clock
from shared.events.base import Sealed, rfc3339
from shared.sqlite import Writer, fetched, reading

_MAKE = """
CREATE TABLE IF NOT EXISTS entries (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    topic TEXT NOT NULL,
    shard INTEGER NOT NULL,
    published_at TEXT NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS entries_by_shard ON entries (topic, shard, position);
CREATE TABLE IF NOT EXISTS cursors (
    grp TEXT NOT NULL,
    topic TEXT NOT NULL,
    shard INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (grp, topic, shard)
) WITHOUT ROWID;
"""
_APPEND = "INSERT INTO entries (topic, shard, published_at, body) VALUES (?, ?, ?, ?)"
_HAS_ENTRIES = "SELECT 1 FROM entries WHERE topic = ? AND shard = ? LIMIT 1"
_AFTER = "SELECT position, body FROM entries WHERE topic = ? AND shard = ? AND position > ? ORDER BY position LIMIT ?"
_WAITING = "SELECT count(*) FROM entries WHERE topic = ? AND shard = ? AND position > ?"
_ACKNOWLEDGED = "SELECT position FROM cursors WHERE grp = ? AND topic = ? AND shard = ?"
_ACKNOWLEDGE = (
    "INSERT INTO cursors (grp, topic, shard, position) VALUES (?, ?, ?, ?)"
    " ON CONFLICT DO UPDATE SET position = excluded.position"
)


class SqliteEntries:
    """Entries in a file. An entry's offset is its position among all topics, so offsets of a shard have gaps."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        self._writer = Writer(path)
        self._writer.write_at_once(lambda tx: tx.execute(_MAKE))
        self._reader = reading(path)

    async def append(self, events: Sequence[Sealed], then: Callable[[Sequence[Message]], None]) -> None:
        await self._writer.write(partial(_append, events, rfc3339(self._clock())), then=then)

    def shards(self, topics: Sequence[str]) -> Iterable[Shard]:
        every = product(topics, range(SHARDS))
        return [Shard(*place) for place in every if fetched(self._reader, _HAS_ENTRIES, place)]

    def after(self, shard: Shard, offset: int, limit: int) -> Sequence[Message]:
        found = fetched(self._reader, _AFTER, (shard.topic, shard.number, offset, limit))
        return [Message(shard, position, body) for position, body in found]

    def acknowledged(self, group: str, shard: Shard) -> int:
        found = fetched(self._reader, _ACKNOWLEDGED, (group, shard.topic, shard.number))
        return int(found[0][0]) if found else 0

    async def acknowledge(self, group: str, shard: Shard, offset: int) -> None:
        await self._writer.write(partial(_acknowledge, (group, shard.topic, shard.number, offset)))

    def waiting(self, group: str, topics: Sequence[str]) -> int:
        every = [Shard(*place) for place in product(topics, range(SHARDS))]
        return sum(self._waiting_in(shard, self.acknowledged(group, shard)) for shard in every)

    async def close(self) -> None:
        self._reader.close()
        await self._writer.close()

    def _waiting_in(self, shard: Shard, offset: int) -> int:
        return int(fetched(self._reader, _WAITING, (shard.topic, shard.number, offset))[0][0])


def _append(events: Sequence[Sealed], now: str, tx: apsw.Connection) -> list[Message]:
    kept = []
    for event in events:
        shard = shard_of(event.topic, event.key)
        tx.execute(_APPEND, (shard.topic, shard.number, now, event.body))
        kept.append(Message(shard, tx.last_insert_rowid(), event.body))
    return kept


def _acknowledge(cursor: tuple[str, str, int, int], tx: apsw.Connection) -> None:
    tx.execute(_ACKNOWLEDGE, cursor)


class SqliteBus(InProcessBus):
    """The Bus in the file `path`; `clock` tells when an entry came, for whoever looks into a backlog."""

    def __init__(self, path: Path, clock: Clock, pause: Pause = growing_pause) -> None:
        self._file = SqliteEntries(path, clock)
        super().__init__(self._file, pause)

    @classmethod
    async def open(cls, path: Path, clock: Clock, pause: Pause = growing_pause) -> "SqliteBus":
        """Open a file, making it if there is none."""
        return cls(path, clock, pause)

    async def close(self) -> None:
        await self._file.close()
