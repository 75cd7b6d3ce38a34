"""How large an event may be: the same for every Store, to the byte."""

from typing import ClassVar

import pytest

from shared.errors import TooLarge
from shared.events.base import MAX_EVENT_BYTES, Event
from shared.store import Collection, Store
from tests.contract.samples import Survey


class Told(Event):
    """An event of any length."""

    TYPE: ClassVar[str] = "bg.megdan.test.thing.told.v1"
    TOPIC: ClassVar[str] = "megdan.test"

    text: str

    @property
    def key(self) -> str:
        return "k"


async def room_of(surveys: Collection[Survey], store: Store) -> int:
    """How many letters an event like these may have."""
    await surveys.insert(Survey(id="s0"), events=[Told(text="")])
    (event,) = await store.outbox.unsent(limit=9)
    await store.outbox.clear([event.id])
    return MAX_EVENT_BYTES - len(event.body)


async def test_the_largest_event_is_kept(surveys: Collection[Survey], store: Store) -> None:
    """P-14: an event of exactly 256 KiB is stored whole with its document."""
    room = await room_of(surveys, store)
    await surveys.insert(Survey(id="s1"), events=[Told(text="x" * room)])

    assert [256 * 1024] == [len(event.body) for event in await store.outbox.unsent(limit=9)]


async def test_a_byte_more_is_refused_before_anything_is_stored(surveys: Collection[Survey], store: Store) -> None:
    """P-14: of a write whose second event is a byte over 256 KiB nothing is stored, new, changed or replaced."""
    room = await room_of(surveys, store)
    before = await surveys.put(Survey(id="s1", title="as it was"))
    events = [Told(text="first"), Told(text="x" * (room + 1))]
    for write in (surveys.put, surveys.replace):
        with pytest.raises(TooLarge):
            await write(before.model_copy(update={"title": "changed"}), events=events)
    with pytest.raises(TooLarge):
        await surveys.insert(Survey(id="s2"), events=events)

    assert (before, None, []) == (await surveys.get("s1"), await surveys.get("s2"), await store.outbox.unsent(limit=9))
