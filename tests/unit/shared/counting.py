"""A service of nothing but a log and a fold, in memory, and the events it counts."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from shared.bench import Bench, Projection
from shared.bus import Message, Shard
from shared.bus.memory import MemoryBus
from shared.events.base import Envelope, Event, sealed
from shared.events.surveys import ResponseSubmitted, SurveyOpened
from shared.language import Text
from shared.projections import ALL, Entry, Fold, Projector, Reaction
from shared.store import CollectionOf, Document, Index, Query, encoded
from shared.store.memory import MemoryStore

SHARD = Shard("megdan.responses", 3)
START = datetime(2026, 1, 1, tzinfo=UTC)


class Count(Projection):
    """How many responses a channel has brought."""

    responses: int


class Total(Projection):
    """How many there are in all."""

    responses: int


COUNTS = CollectionOf("counts", Count, (Index(ALL, ("id",)),))
TOTALS = CollectionOf("totals", Total, (Index(ALL, ("id",)),))


class Answer(Document):
    """What a reaction has written."""

    position: int


ANSWERS = CollectionOf("answers", Answer)


async def load(bench: Bench, entries: Sequence[Entry]) -> None:
    await bench.load(TOTALS, ["all"])
    await bench.load(COUNTS, [_submitted(entry).channel for entry in entries])


def step(bench: Bench, entry: Entry, _: None) -> None:
    event = _submitted(entry)
    bench.change(TOTALS, "all", lambda old: Total(id="all", responses=(old.responses if old else 0) + 1))
    bench.announce(TOTALS, "all", SurveyOpened(survey_id="s", title=Text(bg="т"), publish="live"))
    if event.response_id == "poison":
        raise ValueError("this one can't be counted")
    bench.change(
        COUNTS, event.channel, lambda old: Count(id=event.channel, responses=(old.responses if old else 0) + 1)
    )


def _submitted(entry: Entry) -> ResponseSubmitted:
    assert isinstance(entry.event, ResponseSubmitted)
    return entry.event


COUNTING: Fold[None] = Fold("counting", (ResponseSubmitted,), (TOTALS, COUNTS), load, step)


class Service:
    """A service of nothing but a log and a fold, in memory."""

    def __init__(self, store: MemoryStore | None = None, reactions: Sequence[Reaction] = ()) -> None:
        self.now = START
        self.bus = MemoryBus(self.clock)
        self.store = store or MemoryStore("test", self.clock)
        self.reactions = reactions
        self.restart()

    def clock(self) -> datetime:
        return self.now

    def restart(self) -> None:
        self.projector = Projector(
            self.store, self.bus, self.clock, topics=[SHARD.topic], folds=[COUNTING], reactions=self.reactions
        )

    async def figures(self) -> list[bytes]:
        totals = await self.store.collection(TOTALS).find(Query(ALL))
        counts = await self.store.collection(COUNTS).find(Query(ALL))
        return [encoded(document) for document in (*totals.items, *counts.items)]

    async def total(self) -> int:
        total = await self.store.collection(TOTALS).get("all")
        return total.responses if total else 0


def a_message(number: int, response_id: str = "r", channel: Any = "web") -> Message:
    event = ResponseSubmitted(survey_id="s", response_id=response_id, channel=channel, seal="0" * 64)
    envelope = Envelope[Event](
        id=f"e{number}",
        source="/megdan/surveys",
        type=event.TYPE,
        subject="s",
        time="2026-01-01T00:00:00.000Z",
        partitionkey="s",
        sequence=1,
        correlationid="c",
        data=event,
    )
    return Message(SHARD, number, sealed(envelope).body)
