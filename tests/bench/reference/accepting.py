"""Program A, the raw accept limit: validate, check, build document and event, store both durably, answer 201.

Bare ASGI, pydantic and one writer thread whose commits are shared: what arrives during a commit joins the next one.
Nothing else: no identity, limits, metrics, logs, repeats or questions of any other survey.
"""

import asyncio
import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

import apsw
import orjson
from pydantic import BaseModel
from starlette.types import Receive, Scope, Send

from tests.bench.reference.checking import Body, Misfit, checked, questions_of

LARGEST_GROUP = 256
PATIENCE_S = 0.01

Waiter = asyncio.Future[None]


class Response(BaseModel):
    """The document."""

    id: str
    survey_id: str
    answers: dict[str, Any]  # checked against the questions before
    channel: str
    language: str | None
    submitted_at: str
    salt: str
    seal: str


class Submitted(BaseModel):
    """What the event says."""

    survey_id: str
    response_id: str
    channel: str
    seal: str


class Event(BaseModel):
    """The event in its envelope: no answers in it, a seal of them."""

    specversion: str = "1.0"
    id: str
    source: str = "/reference"
    type: str = "bg.megdan.surveys.response.submitted.v1"
    subject: str
    time: str
    datacontenttype: str = "application/json"
    partitionkey: str
    sequence: int = 1
    correlationid: str
    data: Submitted


Job = tuple[Response, Event, Waiter]


def opened(path: Path) -> apsw.Connection:
    """Open a file so that what is committed is on the disk."""
    connection = apsw.Connection(str(path))
    connection.set_busy_timeout(5000)
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", "full")
    return connection


class Accepting:
    """The program: an ASGI application and its writer."""

    def __init__(self, folder: Path, questionnaire: Mapping[str, Any]) -> None:
        self.path = folder / "accepted.db"
        self.tables = opened(self.path)
        self.tables.execute("CREATE TABLE responses (id TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID")
        self.tables.execute("CREATE TABLE outbox (n INTEGER PRIMARY KEY, id TEXT, response TEXT, body BLOB NOT NULL)")
        self._questions, self._survey = questions_of(questionnaire), questionnaire["id"]
        self._waiting: SimpleQueue[Job] = SimpleQueue()
        Thread(target=self._write, args=[asyncio.get_running_loop()], daemon=True).start()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "GET":
            return await _answer(send, 200, orjson.dumps(self.status()))
        message = await receive()
        body: bytes = message["body"]
        while message["more_body"]:
            message = await receive()
            body += message["body"]
        try:
            given = Body.model_validate_json(body)
            content = checked(self._questions, given.answers)
        except (ValueError, Misfit) as fault:
            return await _answer(send, 422, orjson.dumps({"detail": str(fault)}))
        client_id = scope["path"].rsplit("/", 1)[1]
        response = self._response(client_id, given, content)
        stored: Waiter = asyncio.get_running_loop().create_future()
        self._waiting.put((response, _event(response), stored))
        await stored
        return await _answer(send, 201, orjson.dumps({"response": client_id, "receipt": response.salt}))

    def status(self) -> dict[str, int]:
        """What is stored, and what is counted of it: nothing here."""
        stored: int = self.tables.execute("SELECT count(*) FROM responses").get
        return {"stored": stored, "counted": 0, "behind": 0}

    def _response(self, client_id: str, given: Body, content: dict[str, Any]) -> Response:
        salt = secrets.token_hex(16)
        return Response(
            id=sha256(client_id.encode()).hexdigest(),
            survey_id=self._survey,
            answers=content,
            channel=given.channel,
            language=given.language,
            submitted_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            salt=salt,
            seal=sha256(salt.encode() + orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest(),
        )

    def _write(self, loop: asyncio.AbstractEventLoop) -> None:
        connection = opened(self.path)
        while True:
            if not (group := self._group()):
                self.nothing_waits()
                continue
            documents = [(response.id, response.model_dump_json().encode()) for response, _, _ in group]
            events = [(event.id, event.subject, event.model_dump_json().encode()) for _, event, _ in group]
            connection.execute("BEGIN IMMEDIATE")
            self.clear(connection)
            connection.executemany("INSERT INTO responses VALUES (?, ?)", documents)
            connection.executemany("INSERT INTO outbox (id, response, body) VALUES (?, ?, ?)", events)
            connection.execute("COMMIT")
            loop.call_soon_threadsafe(_tell, [stored for _, _, stored in group])
            self.committed(len(group))

    def _group(self) -> list[Job]:
        """What waits; nothing if nothing comes for a while."""
        group: list[Job] = []
        with suppress(Empty):
            group.append(self._waiting.get(timeout=PATIENCE_S))
            while len(group) < LARGEST_GROUP:
                group.append(self._waiting.get_nowait())
        return group

    def clear(self, connection: apsw.Connection) -> None:
        """Forget what was passed on, in the transaction that is open anyway; on the writer's thread, as all below."""

    def committed(self, responses: int) -> None:
        """So many more are on the disk."""

    def nothing_waits(self) -> None:
        """There is time for other work."""


def _event(response: Response) -> Event:
    said = Submitted(
        survey_id=response.survey_id, response_id=response.id, channel=response.channel, seal=response.seal
    )
    return Event(
        id=sha256(response.id.encode()).hexdigest()[:32],
        subject=response.id,
        time=response.submitted_at,
        partitionkey=response.survey_id,
        correlationid=response.salt,
        data=said,
    )


def _tell(waiters: list[Waiter]) -> None:
    for waiter in waiters:
        if not waiter.done():
            waiter.set_result(None)


async def _answer(send: Send, status: int, body: bytes) -> None:
    length = str(len(body)).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", length)]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
