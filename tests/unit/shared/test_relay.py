"""The relay: what was saved reaches the bus, in order, at least once."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import pytest

from shared.bus.memory import MemoryBus
from shared.clock import system_clock
from shared.errors import Unavailable
from shared.events.base import Sealed
from shared.events.surveys import SurveyChanged
from shared.language import Text
from shared.store import CollectionOf, Document
from shared.store.memory import MemoryStore
from shared.store.outbox import Relay


class Note(Document):
    """Any document."""


NOTES = CollectionOf("notes", Note)


class Recording(MemoryBus):
    """A bus that remembers what came, and can be away."""

    def __init__(self) -> None:
        super().__init__(system_clock)
        self.came: list[str] = []
        self.away_for = 0
        self.loses_reply = False

    async def publish(self, events: Sequence[Sealed]) -> None:
        if self.away_for:
            self.away_for -= 1
            raise Unavailable(Text(bg="няма шина", en="no bus"))
        self.came += [event.id for event in events]
        if self.loses_reply:
            self.loses_reply = False
            raise Unavailable(Text(bg="няма отговор", en="no answer"))


def a_change(number: int) -> SurveyChanged:
    return SurveyChanged(survey_id="s", title=Text(bg=f"т{number}"), questionnaire_version=number)


async def a_store(writes: int) -> MemoryStore:
    store = MemoryStore("test", system_clock)
    for number in range(writes):
        await store.collection(NOTES).insert(Note(id=f"n{number}"), events=[a_change(number), a_change(number + 1)])
    return store


async def test_events_leave_in_the_order_of_writing() -> None:
    """All that was saved is published in order, and then no longer unsent."""
    store, bus = await a_store(3), Recording()
    saved = [event.id for event in await store.outbox.unsent(limit=10)]

    await Relay(store, bus).send_all()

    assert saved == bus.came
    assert [] == list(await store.outbox.unsent(limit=10))


async def test_a_lost_reply_repeats_and_never_drops() -> None:
    """When the bus kept events but its answer was lost, they come again; none is missing."""
    store, bus = await a_store(2), Recording()
    saved = [event.id for event in await store.outbox.unsent(limit=10)]
    bus.loses_reply = True

    with pytest.raises(Unavailable):
        await Relay(store, bus).send_all()
    await Relay(store, bus).send_all()

    assert saved == list(dict.fromkeys(bus.came))


async def test_a_bus_that_was_away_gets_everything_when_it_is_back() -> None:
    """The relay waits for a bus that is away, and a write that comes meanwhile goes on."""
    store, bus = await a_store(1), Recording()
    bus.away_for = 2
    relaying = asyncio.create_task(Relay(store, bus, sweep_s=0.01).run())
    await store.collection(NOTES).insert(Note(id="later"), events=[a_change(9)])

    async with asyncio.timeout(60):
        while await store.outbox.unsent(limit=1):
            await asyncio.sleep(0.01)
    relaying.cancel()
    with suppress(asyncio.CancelledError):
        await relaying

    assert 3 == len(bus.came)


@pytest.mark.parametrize(("times", "fault"), [(1100, Unavailable(Text(bg="няма шина"))), (1, RuntimeError("a defect"))])
async def test_the_relay_outlives_whatever_fails(times: int, fault: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the bus is away and whatever it raises, the relay goes on, and its pauses stay bounded."""
    store, bus, pauses = await a_store(1), Recording(), list[float]()
    whole, at_once = bus.publish, asyncio.sleep

    async def publish(events: Sequence[Sealed]) -> None:
        if len(pauses) < times:
            raise fault
        await whole(events)

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        await at_once(0)

    monkeypatch.setattr(bus, "publish", publish)
    with monkeypatch.context() as patched:
        patched.setattr("shared.store.outbox.asyncio.sleep", pause)
        relaying = asyncio.create_task(Relay(store, bus).run())
        while not bus.came and not relaying.done():
            await at_once(0)
    relaying.cancel()
    with suppress(asyncio.CancelledError):
        await relaying

    assert (2, times) == (len(bus.came), len(pauses))
    assert max(pauses) <= 30
