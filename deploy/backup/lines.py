"""The lines of an archive's parts, read strictly: what does not look exactly as we write it is refused."""

import re
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import orjson

from shared.bus import SHARDS
from shared.sqlite_snapshot import CursorRow, DocumentRow, EntryRow, OutboxRow

R = TypeVar("R")
Json = dict[str, Any]  # a line, before it is known to be one of ours

_TOPIC = re.compile(r"megdan\.[a-z]{1,40}(\.dead)?")
_LARGEST = 2**63


def documents(lines: Iterable[bytes]) -> Iterator[DocumentRow]:
    """Raises ValueError at the first line that is no document, or does not follow the one before it by its id."""
    return _ascending(lines, _document, lambda row: row[0])


def outgoing(lines: Iterable[bytes]) -> Iterator[OutboxRow]:
    """Raises ValueError at the first line that is no event, or the same once more."""
    known: set[str] = set()
    for row in map(_outgoing, map(_read, lines)):
        _need(row[0] not in known)
        known.add(row[0])
        yield row


def entries(lines: Iterable[bytes]) -> Iterator[EntryRow]:
    """Raises ValueError at the first line that is no entry of the bus, or does not follow the one before it."""
    return _ascending(lines, _entry, lambda row: row[0])


def cursors(lines: Iterable[bytes]) -> Iterator[CursorRow]:
    """Raises ValueError at the first line that is no position of a group, or does not follow the one before it."""
    return _ascending(lines, _cursor, lambda row: row[:3])


def _ascending(lines: Iterable[bytes], read: Callable[[Json], R], place: Callable[[R], Any]) -> Iterator[R]:
    last: Any = None  # places are texts, numbers or both, alike within a part
    for row in map(read, map(_read, lines)):
        _need(last is None or last < place(row))
        last = place(row)
        yield row


def _read(line: bytes) -> Json:
    content = orjson.loads(line)
    _need(isinstance(content, dict))
    return dict(content)


def _document(line: Json) -> DocumentRow:
    _need(line.keys() == {"id", "version", "body"})
    document_id, version, body = _text(line["id"]), _number(line["version"], least=1), line["body"]
    _need(isinstance(body, dict) and body.get("id") == document_id and "version" not in body)
    return document_id, version, orjson.dumps(body, option=orjson.OPT_SORT_KEYS)


def _outgoing(line: Json) -> OutboxRow:
    body = _body(line, {"id", "topic", "key"})
    return _text(line["id"]), _topic(line["topic"]), _text(line["key"]), body


def _entry(line: Json) -> EntryRow:
    body = _body(line, {"position", "topic", "shard", "published_at"})
    position, shard = _number(line["position"], least=1), _number(line["shard"], below=SHARDS)
    return position, _topic(line["topic"]), shard, _text(line["published_at"]), body


def _cursor(line: Json) -> CursorRow:
    _need(line.keys() == {"group", "topic", "shard", "position"})
    shard, position = _number(line["shard"], below=SHARDS), _number(line["position"])
    return _text(line["group"]), _topic(line["topic"]), shard, position


def _body(line: Json, others: set[str]) -> bytes:
    if line.keys() == others | {"body"}:
        return _text(line["body"]).encode()
    _need(line.keys() == others | {"base64"})
    return b64decode(_text(line["base64"]), validate=True)


def _topic(given: object) -> str:
    topic = _text(given)
    _need(_TOPIC.fullmatch(topic) is not None)
    return topic


def _text(given: object) -> str:
    if not isinstance(given, str):
        raise ValueError("no text where there should be one")  # noqa: TRY004 - a file is wrong, not a program
    return given


def _number(given: object, *, least: int = 0, below: int = _LARGEST) -> int:
    if not isinstance(given, int) or isinstance(given, bool) or not least <= given < below:
        raise ValueError("no number of ours where there should be one")
    return given


def _need(is_so: bool) -> None:  # noqa: FBT001 - says what must be true
    if not is_so:
        raise ValueError("not a line that we write")
