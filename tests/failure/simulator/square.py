"""A service of the simulator's own: it takes responses, counts them in two ways, announces steps and reacts to each."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from shared.bench import Bench, Projection
from shared.clock import Clock
from shared.errors import Exists
from shared.events.surveys import RESPONSES, Channel, EstimateChanged, ResponseSubmitted, SurveyChanged, SurveyClosed
from shared.language import Text
from shared.log import Entry
from shared.projections import ALL, Fold, Projector, Reaction
from shared.store import CollectionOf, Document, Index, Store

SQUARE = "square"
STEP = 2
"""Responses of a survey after which a step is announced."""

POISON, ODD, UNANSWERABLE, HESITANT, HUGE = "poison", "odd", "unanswerable", "hesitant", "huge"
"""What ids begin with that a fold's step, its loading, or a reaction fails on, for a while, or that are too large."""

SHY = 3
"""How often the reaction to a hesitant response fails."""


class Given(Document):
    """A response as its client sent it."""

    survey: str
    channel: Channel
    receipt: str


class Place(Document):
    """What several clients change, one after the other; it knows whose changes it has."""

    changes: tuple[str, ...] = ()


class Total(Projection):
    """How many responses a survey has, and in which order they came."""

    responses: int
    chain: str


class ByChannel(Projection):
    """How many responses a channel has brought, whatever survey and shard they are of."""

    responses: int


class Answered(Document):
    """What the reaction has written."""


GIVEN = CollectionOf("given", Given, (Index("receipt", ("receipt",), unique=True), Index(ALL, ("id",))))
PLACES = CollectionOf("places", Place, (Index(ALL, ("id",)),))
TOTALS = CollectionOf("totals", Total, (Index(ALL, ("id",)),))
CHANNELS = CollectionOf("channels", ByChannel, (Index(ALL, ("id",)),))
ANSWERED = CollectionOf("answered", Answered, (Index(ALL, ("id",)),))


def told(given: Given) -> ResponseSubmitted:
    return ResponseSubmitted(survey_id=given.survey, response_id=given.id, channel=given.channel, seal="0" * 64)


def changed(place: Place) -> SurveyChanged:
    return SurveyChanged(survey_id=place.id, title=Text(bg="т"), questionnaire_version=len(place.changes))


def linked(chain: str, event_id: str) -> str:
    """What shows in which order events were counted."""
    return sha256(f"{chain} {event_id}".encode()).hexdigest()


def submission(entry: Entry) -> ResponseSubmitted:
    assert isinstance(entry.event, ResponseSubmitted)
    return entry.event


async def load(bench: Bench, entries: Sequence[Entry]) -> None:
    events = [submission(entry) for entry in entries]
    if any(event.response_id.startswith(ODD) for event in events):
        raise LookupError
    await bench.load(TOTALS, [event.survey_id for event in events])
    await bench.load(CHANNELS, [event.channel for event in events])


def step(bench: Bench, entry: Entry, _: None) -> None:
    event = submission(entry)

    def one_more(old: Total | None) -> Total:
        before = old or Total(id=event.survey_id, responses=0, chain="")
        return Total(id=before.id, responses=before.responses + 1, chain=linked(before.chain, entry.envelope.id))

    bench.change(TOTALS, event.survey_id, one_more)
    if event.response_id.startswith(POISON):
        raise ValueError("this one can't be counted")
    bench.change(
        CHANNELS, event.channel, lambda old: ByChannel(id=event.channel, responses=(old.responses if old else 0) + 1)
    )
    total = bench.read(TOTALS, event.survey_id)
    if total is not None and total.responses % STEP == 0:
        bench.announce(TOTALS, total.id, estimate(total))


def estimate(total: Total) -> EstimateChanged:
    return EstimateChanged(
        survey_id=total.id,
        number=total.responses // STEP,
        final=False,
        responses=total.responses,
        published=total.responses,
        questions=(),
    )


COUNTING: Fold[None] = Fold("counting", (ResponseSubmitted,), (TOTALS, CHANNELS), load, step)


class Answering:
    """The reaction. `asked` outlives processes, as the world would that a reaction depends on."""

    def __init__(self, store: Store, asked: Counter[str]) -> None:
        self._answered = store.collection(ANSWERED)
        self._asked = asked

    async def run(self, entry: Entry) -> None:
        event = submission(entry)
        self._asked[event.response_id] += 1
        if event.response_id.startswith(UNANSWERABLE):
            raise ValueError("this one can't be answered")
        if event.response_id.startswith(HESITANT) and self._asked[event.response_id] <= SHY:
            raise ValueError("not yet")
        answer = SurveyClosed(survey_id=event.survey_id, closed_by=event.response_id)
        try:
            await self._answered.insert(Answered(id=entry.envelope.id), events=[answer])
        except Exists:
            return  # answered before


def builds_square(asked: Counter[str]) -> Any:
    """How a process puts the service together."""

    def build(store: Store, bus: Any, clock: Clock) -> Projector:
        store.collection(GIVEN)
        store.collection(PLACES)
        reaction = Reaction("answering", (ResponseSubmitted,), Answering(store, asked).run)
        return Projector(store, bus, clock, topics=[RESPONSES], folds=[COUNTING], reactions=[reaction])

    return build


def midnight() -> datetime:
    """A clock for what must not hang on clocks."""
    return datetime.fromisoformat("2030-01-01T00:00:00+00:00")
