"""A crash at each single write from the response to the figures: nothing is lost, nothing counted twice.

The writes of an undisturbed run are counted; then each of them is cut off once before it is done and once right after,
and the system starts again on what its adapters hold.
"""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.bus.in_process import InProcessBus, growing_pause
from shared.bus.memory import MemoryEntries
from shared.errors import Exists
from shared.events.surveys import RESPONSES, SURVEYS, ResponseSubmitted, SurveyChanged
from shared.language import Text
from shared.log import Entry
from shared.projections import ALL, Projector, Reaction
from shared.store import CollectionOf, Document, Query
from shared.store.memory import MemoryStore
from shared.store.outbox import Relay
from tests.failure.power import Plugged, Power, PowerCut
from tests.unit.shared.counting import ANSWERS, COUNTING, COUNTS, TOTALS, Answer

RESPONSES_GIVEN = 3
MOST_WRITES = 60
GROUP = "test"


class Response(Document):
    """What a participant has sent."""


GIVEN = CollectionOf("responses", Response)


class System:
    """One service from the response to the figures; `start` makes anew all that a process holds in memory."""

    def __init__(self) -> None:
        self.power = Power()
        self.store: Any = Plugged(MemoryStore("test", _now), self.power)
        self.entries: Any = Plugged(MemoryEntries(), self.power)
        self.start()

    def start(self) -> None:
        self.power.restore()
        self.bus = InProcessBus(self.entries, growing_pause)
        self.projector = Projector(
            self.store,
            self.bus,
            _now,
            topics=[RESPONSES],
            folds=[COUNTING],
            reactions=[Reaction("answering", (ResponseSubmitted,), self.answer)],
        )

    async def answer(self, entry: Entry) -> None:
        event = SurveyChanged(survey_id="s", title=Text(bg="т"), questionnaire_version=entry.position)
        with suppress(Exists):
            await self.store.collection(ANSWERS).insert(
                Answer(id=entry.envelope.id, position=entry.position), events=[event]
            )

    async def respond(self) -> None:
        """Participants send their responses, and again if they got no answer."""
        for number in range(RESPONSES_GIVEN):
            event = ResponseSubmitted(survey_id="s", response_id=f"r{number}", channel="web", seal="0" * 64)
            with suppress(Exists):
                await self.store.collection(GIVEN).insert(Response(id=f"r{number}"), events=[event])

    async def settle(self) -> None:
        """Catch up, relay, deliver and acknowledge, until there is nothing to do."""
        await self.projector.catch_up()
        await Relay(self.store, self.bus).send_all()
        for shard in self.entries.shards([RESPONSES]):
            while batch := self.entries.after(shard, self.entries.acknowledged(GROUP, shard), 2):
                await self.projector.handle(shard, batch)
                await self.entries.acknowledge(GROUP, shard, batch[-1].offset)
        await Relay(self.store, self.bus).send_all()

    async def figures(self) -> dict[str, list[int]]:
        totals = await self.store.collection(TOTALS).find(Query(ALL))
        counts = await self.store.collection(COUNTS).find(Query(ALL))
        return {
            "totals": [total.responses for total in totals.items],
            "counts": [count.responses for count in counts.items],
        }

    async def told(self) -> set[str]:
        """The events that left, of each kind and place."""
        every = self.entries.shards([RESPONSES, SURVEYS])
        return {str(message.body) for shard in every for message in self.entries.after(shard, 0, 1000)}


def _now() -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC)


async def run(system: System) -> None:
    await system.respond()
    await system.settle()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_a_crash_at_any_write_loses_nothing_and_counts_nothing_twice(after: bool) -> None:  # noqa: FBT001 - pytest's
    """P-01: whichever write is cut off, figures, answers and record are those of an undisturbed run."""
    for write in range(1, MOST_WRITES):
        system = System()
        system.power.cut_at(write, after=after)
        try:
            await run(system)
        except PowerCut:
            system.start()
        else:
            break  # fewer writes than that: each has been cut off
        await run(system)

        answers = [await system.store.collection(ANSWERS).get(entry.envelope.id) for entry in await entries(system)]
        assert {"totals": [RESPONSES_GIVEN], "counts": [RESPONSES_GIVEN]} == await system.figures(), write
        assert [1, 2, 3] == [answer and answer.position for answer in answers], write
        assert ([], 0) == (await system.projector.verify(), await system.projector.behind()), write
        assert [] == await system.store.outbox.unsent(limit=9), write
    assert MOST_WRITES > write > 20


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_a_crash_in_a_rebuild_changes_no_figure_and_says_nothing_again(after: bool) -> None:  # noqa: FBT001 - pytest's
    """P-01, P-23: whichever write of a rebuild is cut off, the next start ends it, and nothing is told twice."""
    for write in range(1, MOST_WRITES):
        system = System()
        await run(system)
        told = await system.told()
        system.power.cut_at(write, after=after)
        try:
            await system.projector.rebuild("counting")
        except PowerCut:
            system.start()
        else:
            break
        await system.settle()

        assert {"totals": [RESPONSES_GIVEN], "counts": [RESPONSES_GIVEN]} == await system.figures(), write
        assert told == await system.told(), write
    assert MOST_WRITES > write > 5


async def entries(system: System) -> list[Entry]:
    (shard,) = await system.projector.log.heads(system.projector.shards)
    return await system.projector.log.entries(shard, after=0)
