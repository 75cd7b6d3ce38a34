"""What every event is: a past fact, sealed in a CloudEvents 1.0 envelope by the store that keeps its cause."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, ClassVar, Generic, Literal, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, SerializeAsAny, StringConstraints

from shared.keys import joined

Figure = Annotated[str, StringConstraints(pattern=r"^-?\d{1,15}(\.\d{1,12})?$")]
"""A number of the municipality's own, as decimal text: no float is ever folded."""

Seal = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 over a random salt and the canonical content: shows that content is unchanged, tells nothing of it."""

MAX_EVENT_BYTES = 256 * 1024
"""A write whose event would be larger is refused before it is stored."""


class Part(BaseModel):
    """A piece of an event's data. Unknown fields of a newer writer are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False, hide_input_in_errors=True)


class Event(Part):
    """A fact that has happened. A contract changes only by adding optional fields; else it is a new version.

    `TYPE` is `bg.megdan.<service>.<thing>.<past-tense>.v<N>`, `TOPIC` the stream that carries it. `key` decides the
    shard (one key, one order); `subject` names the aggregate.
    """

    TYPE: ClassVar[str]
    TOPIC: ClassVar[str]

    @property
    def key(self) -> str:
        raise TypeError(f"{type(self).__name__} does not say which key orders it")

    @property
    def subject(self) -> str:
        return self.key


E_co = TypeVar("E_co", bound=Event, covariant=True)


class Envelope(BaseModel, Generic[E_co]):
    """CloudEvents 1.0, JSON. `sequence` is the version of the aggregate's document that the event was saved with."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: Literal["application/json"] = "application/json"
    partitionkey: str
    sequence: int
    correlationid: str
    data: SerializeAsAny[E_co]


class Sealed(BaseModel):
    """An event as it is stored, sent, logged and hashed: encoded once."""

    model_config = ConfigDict(frozen=True)

    id: str
    topic: str
    key: str
    body: bytes


def rfc3339(moment: datetime) -> str:
    """Write a moment in UTC to the millisecond, e.g. 2026-03-14T09:26:53.589Z; such texts sort by time."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:23] + "Z"


def derived_id(*parts: str | int) -> str:
    """Derive an id from what it stands for, so that the same cause always gives the same id."""
    return sha256(joined([str(part) for part in parts]).encode()).hexdigest()[:32]


def sealed(envelope: Envelope[Event]) -> Sealed:
    """Encode an envelope: keys in a fixed order, so that the same event is the same bytes."""
    body = orjson.dumps(envelope.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)
    return Sealed(id=envelope.id, topic=envelope.data.TOPIC, key=envelope.partitionkey, body=body)
