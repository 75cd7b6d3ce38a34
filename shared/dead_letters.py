"""Poison goes aside: what can't be read or handled is kept with its error, told on the dead topic, and retried."""

from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from traceback import extract_tb

import orjson
import structlog

from shared.bus import Bus, Message
from shared.clock import Clock
from shared.errors import MegdanError
from shared.events.base import Sealed, derived_id, rfc3339
from shared.language import Text
from shared.log import Entry
from shared.store import CollectionOf, Document, Index, Store

log = structlog.get_logger()


class DeadLetter(Document):
    """An event that was set aside. `handler` is the fold or reaction that failed, empty where the body is unreadable.

    `body` is the event's bytes as base64: they may be anything.
    """

    handler: str
    shard: str
    place: int
    error: str
    body: str
    set_aside_at: str


NO_SUCH_LETTER = Text(
    bg="Няма такова отделено събитие. Вижте кои има с ./megdan dead-letters list.",
    en="There is no such dead letter. See which there are with ./megdan dead-letters list.",
)

DEAD_LETTERS = CollectionOf("dead_letters", DeadLetter, (Index("by_time", ("set_aside_at",)),))


@dataclass(frozen=True)
class DeadLetters:
    """Keeps what was set aside. Setting the same thing aside again changes nothing."""

    store: Store
    bus: Bus
    clock: Clock

    async def keep_unreadable(self, message: Message, error: str) -> None:
        """Set aside a message that is no event known here."""
        await self._keep("", str(message.shard), message.offset, message.body or b"", error)

    async def keep_unhandled(self, handler: str, entry: Entry, error: str) -> None:
        """Set aside an entry that a fold or a reaction failed on; it stays in the log."""
        body = orjson.dumps(entry.envelope.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)
        await self._keep(handler, entry.shard, entry.position, body, error)

    async def _keep(self, handler: str, shard: str, place: int, body: bytes, error: str) -> None:
        letter = DeadLetter(
            id=derived_id(handler, shard, place),
            handler=handler,
            shard=shard,
            place=place,
            error=error,
            body=b64encode(body).decode(),
            set_aside_at=rfc3339(self.clock()),
        )
        topic = f"{shard.rsplit('/', 1)[0]}.dead"
        told = orjson.dumps(letter.model_dump(exclude={"version"}), option=orjson.OPT_SORT_KEYS)
        await self.bus.publish([Sealed(id=letter.id, topic=topic, key=letter.id, body=told)])
        await self.store.collection(DEAD_LETTERS).put(letter)
        log.error("event.set-aside", handler=handler, shard=shard, place=place, error=error)


def described(fault: Exception) -> str:
    """Say what failed and where, but not on what: a value may be somebody's answer, and letters are kept and told."""
    if isinstance(fault, MegdanError):
        return f"{type(fault).__name__}: {fault}"
    frames = extract_tb(fault.__traceback__)[-3:]
    where = " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
    return f"{type(fault).__name__} in {where}"
