"""Clients of the square: they give responses and change places, repeat what they are not sure of, and give up."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol, get_args

from shared.errors import Exists, Stale, TooLarge, Unavailable
from shared.events.surveys import Channel
from shared.store import Store
from tests.failure.simulator.faults import Lost
from tests.failure.simulator.ledger import OK, REFUSED, Ledger
from tests.failure.simulator.square import GIVEN, HESITANT, HUGE, ODD, PLACES, POISON, UNANSWERABLE, Given, Place
from tests.failure.simulator.square import changed as place_changed
from tests.failure.simulator.square import told as told_of

CHANNELS: tuple[Channel, ...] = get_args(Channel)
ODDITIES = (POISON, ODD, UNANSWERABLE, HESITANT)
ARRIVALS_S = 15.0


class Replica(Protocol):
    """A process as a client meets it: it has a store."""

    @property
    def store(self) -> Store: ...


Work = Callable[[Replica], Coroutine[Any, Any, str]]
Ask = Callable[[Work], Awaitable[str]]
"""Has some process do the work. Raises Unavailable, or Lost if nobody can tell what became of it."""


@dataclass(frozen=True)
class Clients:
    """Draws who comes, when and what for. All of them share one ledger."""

    random: Random
    ledger: Ledger
    ask: Ask

    def arriving(self) -> list[Coroutine[Any, Any, None]]:
        """All clients of a run."""
        random = self.random
        surveys = [f"survey-{number}" for number in range(random.randint(1, 4))]
        works: list[Coroutine[Any, Any, None]] = []
        for number in range(random.randint(6, 22)):
            given = self._drawn_response(number, surveys)
            works.append(self._client(given.id, self._giving(given)))
            if random.random() < 0.2:  # sent twice at once, through whoever is there
                works.append(self._client(given.id, self._giving(given)))
        for number in range(random.randint(0, 6)):
            name, place = f"change-{number}", random.choice(surveys)
            works.append(self._client(name, self._changing(name, place)))
        return works

    def _drawn_response(self, number: int, surveys: list[str]) -> Given:
        random = self.random
        kind = random.choice(ODDITIES) if random.random() < 0.15 else "response"
        if random.random() < 0.01:
            kind = HUGE + "x" * 262_144
        receipt = f"receipt-{number if random.random() < 0.95 else 0}"
        channel = random.choice(CHANNELS)
        return Given(id=f"{kind}-{number}", survey=random.choice(surveys), channel=channel, receipt=receipt)

    async def _client(self, name: str, work: Work) -> None:
        self.ledger.asks(name)
        await asyncio.sleep(self.random.random() * ARRIVALS_S)
        for _ in range(self.random.choice((1, 2, 6, 30))):
            try:
                answer = await self.ask(work)
            except (Unavailable, Lost):
                await asyncio.sleep(self.random.random() * 2)
                continue
            self.ledger.hears(name, answer)
            if self.random.random() < 0.8:  # the others didn't hear it, and ask again
                return

    def _giving(self, given: Given) -> Work:
        async def work(replica: Replica) -> str:
            documents = replica.store.collection(GIVEN)
            try:
                await documents.insert(given, events=[told_of(given)])
            except Exists:
                return OK if await documents.get(given.id) else REFUSED
            except TooLarge:
                return REFUSED
            return OK

        return work

    def _changing(self, name: str, place_id: str) -> Work:
        async def work(replica: Replica) -> str:
            documents = replica.store.collection(PLACES)
            place = await documents.get(place_id) or Place(id=place_id)
            if name in place.changes:
                return OK  # its own write, whose reply was lost
            changed = place.model_copy(update={"changes": (*place.changes, name)})
            write = documents.replace if place.version else documents.insert
            try:
                await write(changed, events=[place_changed(changed)])
            except (Stale, Exists) as fault:
                raise Lost from fault  # somebody was faster: read again
            return OK

        return work
