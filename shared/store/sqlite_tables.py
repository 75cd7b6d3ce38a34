"""A collection as SQLite tables: its documents, and one table for each declared index.

A document's row also keeps which entries it has in which index, so that a change touches only those that differ.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import apsw
import orjson

from shared.sqlite import fetched
from shared.store import CollectionOf, Document, Index, Query
from shared.store.clashes import KeyTaken
from shared.store.indexing import Indexing, Row, decoded

D = TypeVar("D", bound=Document)
Rows = Mapping[str, list[Row]]
BATCH = 500


@dataclass(frozen=True)
class Kept:
    """What stands under an id: its version and its entries in the indexes."""

    version: int
    rows: Rows


class IndexTable:
    """The entries of one index. Its name says how it is defined: an index that is defined anew is another table."""

    def __init__(self, collection: str, index: Index) -> None:
        kind = "unique" if index.unique else "index"
        self.index = index
        self.name = f"{kind}:{collection}:{index.name}:{','.join(index.fields)}"
        self.columns = tuple(f"k{number}" for number in range(len(index.fields)))
        self.quoted = f'"{self.name}"'
        marks = ", ".join("?" * len(self.columns))
        keys = ", ".join(self.columns)
        self._insert = f"INSERT INTO {self.quoted} ({keys}, id) VALUES ({marks}, ?)"  # noqa: S608 - names are checked
        where = " AND ".join(f"{column} = ?" for column in self.columns)
        self._delete = f"DELETE FROM {self.quoted} WHERE {where} AND id = ?"  # noqa: S608 - names are checked
        self._holder = f"SELECT id FROM {self.quoted} WHERE {where}"  # noqa: S608 - names are checked

    def make(self, tx: apsw.Connection) -> None:
        keys = ", ".join(self.columns)
        columns = ", ".join(f"{column} NOT NULL" for column in self.columns)
        primary = keys if self.index.unique else f"{keys}, id"
        tx.execute(f"CREATE TABLE {self.quoted} ({columns}, id TEXT NOT NULL, PRIMARY KEY ({primary})) WITHOUT ROWID")

    def is_taken(self, tx: apsw.Connection, rows: Iterable[Row]) -> bool:
        return self.index.unique and any(fetched(tx, self._holder, row) for row in rows)

    def add(self, tx: apsw.Connection, document_id: str, rows: Iterable[Row]) -> None:
        for row in rows:
            tx.execute(self._insert, (*row, document_id))

    def remove(self, tx: apsw.Connection, document_id: str, rows: Iterable[Row]) -> None:
        tx.executemany(self._delete, ((*row, document_id) for row in rows))

    def within(self, query: Query, end: Row | None = None) -> tuple[str, Row]:
        """The condition for the entries that a query matches, from after the entry `end` on, and its values."""
        fixed = len(query.equals)
        terms = [f"i.{column} = ?" for column in self.columns[:fixed]]
        values = [*query.equals]
        if query.at_least is not None and (end is None or query.descending):
            terms.append(f"i.{self.columns[fixed]} >= ?")
            values.append(query.at_least)
        if query.below is not None and (end is None or not query.descending):
            terms.append(f"i.{self.columns[fixed]} < ?")
            values.append(query.below)
        if end is not None:  # lies within the bounds, so it takes the place of the one that the pages come from
            terms.append(f"({self._order(fixed)}) {'<' if query.descending else '>'} ({_marks(len(end) - fixed)})")
            values.extend(end[fixed:])
        return " AND ".join(terms) or "true", tuple(values)

    def ordered(self, query: Query) -> str:
        way = " DESC" if query.descending else ""
        return self._order(len(query.equals)).replace(", ", f"{way}, ") + way

    def _order(self, fixed: int) -> str:
        return ", ".join(f"i.{column}" for column in (*self.columns[fixed:], "id"))


class DocumentTables(Generic[D]):
    """The tables of a collection. Everything that takes a `tx` runs inside a transaction of the writer."""

    def __init__(self, of: CollectionOf[D]) -> None:
        self._of = of
        self._indexing = Indexing(of)
        self.indexes = {index.name: IndexTable(of.name, index) for index in of.indexes}
        self.name = f'"documents:{of.name}"'
        self._kept = f"SELECT version, entries FROM {self.name} WHERE id = ?"  # noqa: S608 - names are checked
        self._insert = f"INSERT INTO {self.name} (version, body, entries, id) VALUES (?, ?, ?, ?)"  # noqa: S608 - the name is quoted by us
        self._update = f"UPDATE {self.name} SET version = ?, body = ?, entries = ? WHERE id = ?"  # noqa: S608 - the name is quoted by us
        self._delete = f"DELETE FROM {self.name} WHERE id = ?"  # noqa: S608 - names are checked

    def make(self, tx: apsw.Connection) -> None:
        """Make what is missing, build new indexes from the documents, drop those that are not declared any more.

        Raises KeyTaken if the documents do not allow a unique index.
        """
        tx.execute(
            f"CREATE TABLE IF NOT EXISTS {self.name}"
            " (id TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL, entries BLOB)"
        )
        there = set(self._index_tables(tx))
        wanted = {table.name: table for table in self.indexes.values()}
        for name in there - wanted.keys():
            tx.execute(f'DROP TABLE "{name}"')
        new = [table for name, table in wanted.items() if name not in there]
        for table in new:
            table.make(tx)
        if new:
            self._build(tx, new)

    def kept(self, tx: apsw.Connection, document_id: str) -> Kept | None:
        found = fetched(tx, self._kept, (document_id,))
        if not found:
            return None
        version, entries = found[0]
        stood = orjson.loads(entries) if entries else {}
        return Kept(version, {name: [tuple(row) for row in rows] for name, rows in stood.items()})

    def store(self, tx: apsw.Connection, written: D, body: bytes, kept: Kept | None) -> None:
        """Store a document in the place of what was kept. Raises KeyTaken, and has then changed nothing."""
        rows = self._indexing.rows(written)
        before = kept.rows if kept else {}
        added = (
            {name: [row for row in rows[name] if row not in before.get(name, ())] for name in rows} if before else rows
        )
        for name, table in self.indexes.items():
            if table.is_taken(tx, added[name]):
                raise KeyTaken(name)
        values = (written.version, body, orjson.dumps(rows) if rows else None, written.id)
        tx.execute(self._update if kept else self._insert, values)
        for name, table in self.indexes.items():
            if gone := [row for row in before.get(name, ()) if row not in rows[name]]:
                table.remove(tx, written.id, gone)
            table.add(tx, written.id, added[name])

    def delete(self, tx: apsw.Connection, document_id: str) -> bool:
        kept = self.kept(tx, document_id)
        if kept is None:
            return False
        for name, table in self.indexes.items():
            table.remove(tx, document_id, kept.rows.get(name, ()))
        tx.execute(self._delete, (document_id,))
        return True

    def delete_some(self, tx: apsw.Connection, query: Query) -> int:
        """Delete up to BATCH of what a query matches."""
        table = self.asked(query)
        where, values = table.within(query)
        select = f"SELECT i.id FROM {table.quoted} i WHERE {where} LIMIT {BATCH}"  # noqa: S608 - names are checked
        return sum([self.delete(tx, document_id) for (document_id,) in fetched(tx, select, values)])

    def asked(self, query: Query) -> IndexTable:
        return self.indexes[self._indexing.asked(query).name]

    def _index_tables(self, tx: apsw.Connection) -> Iterator[str]:
        for (name,) in fetched(tx, "SELECT name FROM sqlite_master WHERE type = 'table'"):
            kind, _, rest = name.partition(":")
            if kind in {"index", "unique"} and rest.startswith(f"{self._of.name}:"):
                yield name

    def _build(self, tx: apsw.Connection, new: Iterable[IndexTable]) -> None:
        select = f"SELECT id, version, body FROM {self.name} WHERE id > ? ORDER BY id LIMIT {BATCH}"  # noqa: S608 - the name is quoted by us
        update = f"UPDATE {self.name} SET entries = ? WHERE id = ?"  # noqa: S608 - names are checked
        last = ""
        while found := fetched(tx, select, (last,)):
            for document_id, version, body in found:
                rows = self._indexing.rows(decoded(self._of.model, version, body))
                self._enter(tx, document_id, rows, new)
                kept = self.kept(tx, document_id)
                tx.execute(update, (orjson.dumps({**rows, **self._standing(kept, new)}), document_id))
            last = found[-1][0]

    def _enter(self, tx: apsw.Connection, document_id: str, rows: Rows, tables: Iterable[IndexTable]) -> None:
        for table in tables:
            if table.is_taken(tx, rows[table.index.name]):
                raise KeyTaken(table.index.name)
            table.add(tx, document_id, rows[table.index.name])

    def _standing(self, kept: Kept | None, new: Iterable[IndexTable]) -> Rows:
        built = {table.index.name for table in new}
        rows = kept.rows if kept else {}
        return {name: rows[name] for name in rows if name in self.indexes and name not in built}


def _marks(count: int) -> str:
    return ", ".join("?" * count)
