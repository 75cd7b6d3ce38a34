"""The power goes while an installation works: what was answered is there, with all that follows from it, once."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from shared.bus.sqlite import SqliteBus
from shared.clock import system_clock
from shared.events.surveys import RESPONSES, ResponseSubmitted
from shared.projections import ALL, Projector
from shared.store import CollectionOf, Document, Index, Query
from shared.store.outbox import Relay
from shared.store.sqlite import SqliteStore
from tests.failure.unsynced import Disk, synchronous_is_normal, unsynced_writes_can_be_lost
from tests.unit.shared.counting import COUNTING, TOTALS

WRITERS, WRITES = 8, 25
CUTS = 6
LATEST_CUT = 400
"""Writes and syncs of the engine by which the last cut has come; a run has more of them."""


class Response(Document):
    """What a participant has sent."""


GIVEN = CollectionOf("responses", Response, (Index(ALL, ("id",)),))


@dataclass
class Machine:
    """A service with its store, its outbox, a bus, a log and a fold; `told` is what was answered."""

    store: SqliteStore
    bus: SqliteBus
    projector: Projector
    told: set[str] = field(default_factory=set)

    async def respond(self, writer: int) -> None:
        for number in range(WRITES):
            name = f"w{writer}n{number}"
            event = ResponseSubmitted(survey_id="s", response_id=name, channel="web", seal="0" * 64)
            await self.store.collection(GIVEN).insert(Response(id=name), events=[event])
            self.told.add(name)

    async def quiet(self) -> None:
        while await self.store.outbox.unsent(limit=1) or any((await self.bus.lag()).values()):
            await asyncio.sleep(0.01)


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Machine]:
    store = await SqliteStore.open(folder / "store.db", "test", system_clock)
    bus = await SqliteBus.open(folder / "bus.db", system_clock)
    projector = Projector(store, bus, system_clock, topics=[RESPONSES], folds=[COUNTING])
    store.collection(GIVEN)
    bus.subscribe([RESPONSES], "test", projector.handle)
    await projector.catch_up()
    relay = asyncio.create_task(Relay(store, bus).run())
    await bus.start()
    try:
        yield Machine(store, bus, projector)
    finally:
        relay.cancel()
        await asyncio.gather(relay, return_exceptions=True)
        await bus.stop()
        await bus.close()
        await store.close()


@dataclass(frozen=True)
class Cut:
    """What the disk held when the power went, and what had been answered by then."""

    folder: Path
    told: frozenset[str]


async def cut_off(folder: Path, seed: int) -> list[Cut]:
    """Let a machine work, and keep what would be left of it at several moments, in the middle of a write or a sync."""
    chance, cuts = random.Random(seed), []  # noqa: S311 - moments are to be repeatable
    (folder / "whole").mkdir()

    def cut(disk: Disk, machine: Machine, number: int) -> None:
        left = Cut(folder / f"cut{number}", frozenset(machine.told))
        left.folder.mkdir()
        disk.after_a_cut(left.folder, chance)
        cuts.append(left)

    with unsynced_writes_can_be_lost() as disk:
        async with running(folder / "whole") as machine:
            for number, moment in enumerate(chance.sample(range(1, LATEST_CUT), CUTS)):
                disk.at(moment, partial(cut, disk, machine, number))
            await asyncio.gather(*(machine.respond(writer) for writer in range(WRITERS)))
            await machine.quiet()
    return cuts


async def faults_of(cut: Cut) -> list[str]:
    """Start on what was left, and tell what is not as it should be."""
    async with running(cut.folder) as machine:
        await machine.quiet()
        page = await machine.store.collection(GIVEN).find(Query(ALL, limit=1000))
        stored = {response.id for response in page.items}
        total = await machine.store.collection(TOTALS).get("all")
        logged = sum(head.position for head in (await machine.projector.log.heads(machine.projector.shards)).values())
        found = {
            "answered and gone": len(cut.told - stored),
            "counted wrongly": abs((total.responses if total else 0) - len(stored)),
            "not logged once": abs(logged - len(stored)),
            "record not whole": len(await machine.projector.verify()),
        }
    return [what for what, how_many in found.items() if how_many]


@pytest.mark.seeds(12, 500)
async def test_what_was_answered_outlives_a_power_cut(tmp_path: Path, seed: int) -> None:
    """P-02: with any part of the unsynced writes undone, what was answered is there and counts once."""
    cuts = await cut_off(tmp_path, seed)

    assert [(CUTS, [])] == [(len(cuts), [fault for cut in cuts for fault in await faults_of(cut)])]
    assert any(cut.told for cut in cuts)


async def test_a_commit_that_does_not_wait_for_the_disk_loses_answers(tmp_path: Path) -> None:
    """P-02: the same program finds answers lost when commits are not synced: so it can tell."""
    with synchronous_is_normal():
        cuts = await cut_off(tmp_path, 1)

    assert "answered and gone" in [fault for cut in cuts for fault in await faults_of(cut)]
