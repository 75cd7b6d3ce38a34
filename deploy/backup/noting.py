"""What runs beside an installation so that what was erased stays so: noted in the ledger, wiped from the files."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from deploy.backup.ledger import Ledger, places, read
from deploy.data_folder import DataFolder, read_key
from shared.bus import Bus
from shared.clock import Clock, system_clock
from shared.errors import MegdanError
from shared.events.registry import Undecodable, decode
from shared.events.surveys import RESPONSES, ResponseWithdrawn
from shared.log import LOG
from shared.projections import Projector
from shared.sqlite_snapshot import wiped
from shared.store import Collection, Query
from shared.sweeps import Sweep, keep_sweeping

if TYPE_CHECKING:
    from deploy.embedded import System
    from shared.log import Logged

log = structlog.get_logger()

WIPE_EVERY_S = 60.0
HOUR_S = 3600.0
PAGE = 500
WITH_PEOPLE = ("gateway", "surveys")
"""Stores that hold what may have to be forgotten: accounts, sessions, tokens, answers, drafts."""
LARGE_BYTES = 64 * 1024 * 1024
"""Rewriting a file of this size holds up its writers for half a second; larger ones wait for the night."""
NIGHT = range(3)
"""Hours, in UTC, in which hardly anybody waits."""
_WITHDRAWN = f'"{ResponseWithdrawn.TYPE}"'


class Noting:
    """Notes withdrawals as they come over the bus, and from the log those that a crash or a crowd has hidden."""

    def __init__(self, ledger: Ledger, known: frozenset[str], passed: Mapping[str, int], responses: Projector) -> None:
        self._ledger = ledger
        self._known = set(known)
        self._passed = dict(passed)
        self._responses = responses
        self._fresh: set[str] = set()
        self._ripe: set[str] = set()
        self._alive_on = ""

    async def note_account(self, user_id: str) -> None:
        """Note that an account is being erased. Raises Unavailable, which keeps it."""
        await asyncio.to_thread(self._ledger.erased, "account", user_id)
        self.is_to_wipe("gateway")

    async def hear(self, bus: Bus) -> None:
        """Note each withdrawal that comes over the bus from now on."""
        async with bus.watch((RESPONSES,)) as messages:
            async for message in messages:
                if message.body and _WITHDRAWN.encode() in message.body:
                    await self._note(message.body)

    async def catch_up(self, entries: "Collection[Logged]") -> None:
        """Note what the log of responses holds behind where it was looked at last."""
        for shard, head in (await self._responses.log.heads(self._responses.shards)).items():
            if head.position < self._passed.get(shard, 0):
                self._passed[shard] = 0  # an older state was restored
            while page := (await entries.find(self._behind(shard))).items:
                for logged in page:
                    if _WITHDRAWN in logged.body:
                        await self._note(logged.body.encode())
                self._passed[shard] = page[-1].position
                await asyncio.sleep(0)

    async def say_alive(self, day: str) -> None:
        """Note, once a day, that everything was noted up to now; wipe what is past its term."""
        if day != self._alive_on:
            await asyncio.to_thread(self._ledger.alive, self._passed)
            self._alive_on = day
            self.is_to_wipe(*WITH_PEOPLE)

    def is_to_wipe(self, *stores: str) -> None:
        """Have files wiped, at the next turn but one: what is noted now is emptied a moment later."""
        self._fresh.update(stores)

    async def wipe(self, folder: DataFolder, now: datetime) -> bool:
        """Wipe the files whose turn it is; tell whether none is left. Large ones wait for the night."""
        ripe, self._ripe, self._fresh = self._ripe, self._fresh, set()
        for name in sorted(ripe):
            path = folder.store(name)
            may = now.hour in NIGHT or path.stat().st_size < LARGE_BYTES
            if not (may and await asyncio.to_thread(wiped, path)):
                self._ripe.add(name)
        return not self._ripe

    def _behind(self, shard: str) -> Query:
        return Query("by_position", (shard,), at_least=self._passed.get(shard, 0) + 1, limit=PAGE)

    async def _note(self, body: bytes) -> None:
        try:
            event = decode(body).data
        except Undecodable:
            return
        if (
            isinstance(event, ResponseWithdrawn)
            and (mark := self._ledger.mark("response", event.response_id)) not in self._known
        ):
            await asyncio.to_thread(self._ledger.erased, "response", event.response_id)
            self._known.add(mark)
            self.is_to_wipe("surveys")


@asynccontextmanager
async def noting(
    system: "System", folder: DataFolder, configured: Path | None, clock: Clock = system_clock
) -> AsyncIterator[Noting]:
    """Note erasures of a running installation, and wipe what they leave, as long as the context is open."""
    shutil.rmtree(folder.staging, ignore_errors=True)  # a restore was cut off; what it built may have been erased since
    secret, where = read_key(folder.key), places(folder, configured)
    noted = read(where, secret)
    responses = system.services["surveys"]
    keeper = Noting(Ledger(where[0], secret, clock), noted.marks, noted.passed, responses.projector)
    entries = responses.store.collection(LOG)
    system.gateway.house.erasing.tell(keeper.note_account)

    async def hourly() -> None:
        await keeper.catch_up(entries)
        await keeper.say_alive(clock().date().isoformat())

    async def wiping() -> None:
        await keeper.wipe(folder, clock())

    sweeps = [Sweep("erasures", HOUR_S, hourly), Sweep("wiping", WIPE_EVERY_S, wiping)]
    tasks = [asyncio.create_task(keep_sweeping(sweeps)), asyncio.create_task(_keep_hearing(keeper, system.bus))]
    try:
        yield keeper
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        try:
            await keeper.catch_up(entries)
            await keeper.say_alive("the end")
        except MegdanError:
            log.exception("ledger.failed")


async def _keep_hearing(keeper: Noting, bus: Bus) -> None:
    while True:
        try:
            await keeper.hear(bus)
        except Exception:
            log.exception("ledger.failed")
        await asyncio.sleep(1)
