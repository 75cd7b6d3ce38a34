"""Program B, the raw loop: program A, and behind it relay, log with hash chain and fold into a projection.

What A has committed is read from its outbox in batches, decoded, chained, and counted from the response's document;
log, projection and the place that was reached are one durable commit in a file of their own. A's writer forgets relayed
events within its next transaction.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import apsw
import orjson

from tests.bench.reference.accepting import Accepting, Event, opened

LARGEST_BATCH = 512
Row = Any  # a row of SQLite, whose columns the statement names


class Looping(Accepting):
    """The program."""

    def __init__(self, folder: Path, questionnaire: Mapping[str, Any]) -> None:
        path = folder / "log.db"
        self._counted = opened(path)
        self._counted.execute(
            "CREATE TABLE log (position INTEGER PRIMARY KEY, id TEXT UNIQUE, at TEXT, hash TEXT, body BLOB)"
        )
        self._counted.execute("CREATE TABLE projection (id TEXT PRIMARY KEY, seen INTEGER, body BLOB)")
        self._log, self._outbox = opened(path), opened(folder / "accepted.db")
        self._state, self._unsent = _State(), 0
        super().__init__(folder, questionnaire)

    def status(self) -> dict[str, int]:
        """What is stored, counted and on its way."""
        found = self._counted.execute("SELECT seen, body FROM projection").fetchone()
        counted = orjson.loads(found[1])["responses"] if found else 0
        stored = super().status()["stored"]
        return {"stored": stored, "counted": counted, "behind": stored - counted}

    def committed(self, responses: int) -> None:
        self._unsent += responses
        if self._unsent >= LARGEST_BATCH:
            self._relay()

    def nothing_waits(self) -> None:
        if self._unsent:
            self._relay()

    def clear(self, connection: apsw.Connection) -> None:
        connection.execute("DELETE FROM outbox WHERE n < ?", (self._state.position,))  # the last one keeps the count

    def _relay(self) -> None:
        batch = _unsent(self._outbox, self._state.position)
        self._state.take(self._log, batch)
        self._unsent -= len(batch)


def _unsent(outbox: apsw.Connection, after: int) -> list[Row]:
    found = outbox.execute(
        "SELECT o.n, o.id, o.body, r.body FROM outbox o JOIN responses r ON r.id = o.response"
        " WHERE o.n > ? ORDER BY o.n LIMIT ?",
        (after, LARGEST_BATCH),
    )
    return found.fetchall()


class _State:
    """Head of the log and the projection."""

    def __init__(self) -> None:
        self.position, self.hash = 0, "0" * 64
        self.responses = 0
        self.counts: dict[str, Counter[str]] = {}

    def take(self, log: apsw.Connection, batch: list[Row]) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        entries = []
        for _, event_id, body, response in batch:
            Event.model_validate_json(body)
            self.position += 1
            sealed = f"{self.hash}\n{self.position}\n{at}\n".encode() + body
            self.hash = sha256(sealed).hexdigest()
            entries.append((self.position, event_id, at, self.hash, body))
            self._count(orjson.loads(response)["answers"])
        projection = orjson.dumps({"responses": self.responses, "counts": self.counts}, option=orjson.OPT_SORT_KEYS)
        log.execute("BEGIN IMMEDIATE")
        log.executemany("INSERT INTO log VALUES (?, ?, ?, ?, ?)", entries)
        log.execute("INSERT OR REPLACE INTO projection VALUES ('tally', ?, ?)", (self.position, projection))
        log.execute("COMMIT")

    def _count(self, answers: Mapping[str, Any]) -> None:
        self.responses += 1
        for question, answer in answers.items():
            self.counts.setdefault(question, Counter()).update(_keys(answer))


def _keys(answer: object) -> list[str]:
    if isinstance(answer, dict):
        return [f"{row}={mark}" for row, mark in answer.items()]
    if isinstance(answer, list):
        return [f"{code}@{place}" for place, code in enumerate(answer, 1)]
    return [str(answer)]
