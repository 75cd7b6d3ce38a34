"""Making an archive: a cut through all files at one moment, told line by line."""

from base64 import b64encode
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Protocol
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import orjson
from pydantic import SecretStr

from deploy import VERSION
from deploy.backup.form import (
    CURSORS,
    ENTRIES,
    FORM,
    LEFT_OUT,
    MANIFEST,
    STORES,
    HeadAt,
    Manifest,
    Part,
    documents_part,
    key_mark,
    outbox_part,
)
from deploy.data_folder import DataFolder
from shared.events.base import rfc3339
from shared.log import LOG
from shared.sqlite_snapshot import (
    BusCopy,
    CursorRow,
    DocumentRow,
    EntryRow,
    OutboxRow,
    StoreCopy,
    cut,
)

CHUNK_BYTES = 256 * 1024
BUS = "bus"


class StoreSeen(Protocol):
    """A store as it was at the moment of the backup, whatever its engine."""

    def collections(self) -> Iterable[str]: ...

    def documents(self, collection: str) -> Iterable[DocumentRow]:
        """By id, in the order of their bytes."""
        ...

    def outbox(self) -> Iterable[OutboxRow]: ...


class BusSeen(Protocol):
    """The bus as it was at that same moment."""

    def entries(self) -> Iterable[EntryRow]: ...

    def cursors(self) -> Iterable[CursorRow]: ...


@dataclass(frozen=True)
class Seen:
    """An installation as it was at one moment."""

    stores: Mapping[str, StoreSeen]
    bus: BusSeen


@contextmanager
def seen(folder: DataFolder) -> Iterator[Seen]:
    """See an embedded installation, whether or not it is being served. Raises Unavailable, StorageIsFull."""
    with cut({name: folder.store(name) for name in (*STORES, BUS)}, folder.path) as copies:
        yield Seen({name: StoreCopy(copies[name]) for name in STORES}, BusCopy(copies[BUS]))


def archived(what: Seen, secret: SecretStr, now: datetime) -> Generator[bytes, None, None]:
    """Write an archive, in pieces."""
    sink = _Sink()
    with ZipFile(sink, "w", ZIP_DEFLATED) as archive:
        packing = _Packing(archive, sink, now)
        for name, store in what.stores.items():
            for collection in store.collections():
                if (name, collection) not in LEFT_OUT:
                    rows = store.documents(collection)
                    logged = packing.remembering(name, rows) if collection == LOG.name else rows
                    yield from packing.pack(documents_part(name, collection), map(_document, logged))
            yield from packing.pack(outbox_part(name), map(_outgoing, store.outbox()))
        yield from packing.pack(ENTRIES, map(_entry, what.bus.entries()))
        yield from packing.pack(CURSORS, map(_cursor, what.bus.cursors()))
        manifest = Manifest(
            form=FORM,
            program=VERSION,
            made_at=rfc3339(now),
            key=key_mark(secret),
            parts=packing.parts,
            heads=packing.heads,
        )
        archive.writestr(packing.named(MANIFEST), orjson.dumps(manifest.model_dump(), option=orjson.OPT_INDENT_2))
    yield sink.taken()


class _Sink:
    """Takes what the zip writes, until it is taken on."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.size = 0

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        self.size += len(piece)
        return len(piece)

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> bytes:
        pieces, self._pieces, self.size = self._pieces, [], 0
        return b"".join(pieces)


@dataclass
class _Packing:
    archive: ZipFile
    sink: _Sink
    now: datetime
    parts: dict[str, Part] = field(default_factory=dict)
    heads: dict[str, dict[str, HeadAt]] = field(default_factory=dict)

    def pack(self, name: str, lines: Iterable[bytes]) -> Iterator[bytes]:
        digest, count, size = sha256(), 0, 0
        with self.archive.open(self.named(name), "w", force_zip64=True) as member:
            for line in lines:
                member.write(line)
                digest.update(line)
                count, size = count + 1, size + len(line)
                if self.sink.size > CHUNK_BYTES:
                    yield self.sink.taken()
        self.parts[name] = Part(lines=count, bytes=size, sha256=digest.hexdigest())

    def named(self, name: str) -> ZipInfo:
        info = ZipInfo(name, self.now.timetuple()[:6])
        info.compress_type = ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        return info

    def remembering(self, service: str, log: Iterable[DocumentRow]) -> Iterator[DocumentRow]:
        """Pass a log on, and remember the last entry of each shard."""
        heads = self.heads.setdefault(service, {})
        for row in log:
            entry = orjson.loads(row[2])
            known = heads.get(entry["shard"])
            if known is None or known.position < entry["position"]:
                heads[entry["shard"]] = HeadAt(position=entry["position"], hash=entry["hash"])
            yield row


def _document(row: DocumentRow) -> bytes:
    document_id, version, body = row
    return b'{"id":%b,"version":%d,"body":%b}\n' % (orjson.dumps(document_id), version, body)


def _outgoing(row: OutboxRow) -> bytes:
    event_id, topic, key, body = row
    return _line({"id": event_id, "topic": topic, "key": key, **_body(body)})


def _entry(row: EntryRow) -> bytes:
    position, topic, shard, published_at, body = row
    said = {"position": position, "topic": topic, "shard": shard, "published_at": published_at}
    return _line({**said, **_body(body)})


def _cursor(row: CursorRow) -> bytes:
    group, topic, shard, position = row
    return _line({"group": group, "topic": topic, "shard": shard, "position": position})


def _body(body: bytes) -> Mapping[str, str]:
    """An event as the very text that it came as; what is no text, which a bus may carry too, in base64."""
    try:
        return {"body": body.decode()}
    except UnicodeDecodeError:
        return {"base64": b64encode(body).decode()}


def _line(content: Mapping[str, object]) -> bytes:
    return orjson.dumps(content) + b"\n"
