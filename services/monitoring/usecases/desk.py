"""What every use case needs."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import SecretStr

from services.monitoring.domain.people import Person
from services.monitoring.store import Collections
from shared.clock import Clock
from shared.events.base import rfc3339
from shared.identity import STAFF, Identity
from shared.keys import pseudonym
from shared.turns import Turns

T = TypeVar("T")
R = TypeVar("R")

AT_ONCE = 50
"""Writes of one request that are under way together."""

FILES_AT_ONCE = 2
FILES_WAITING = 64


@dataclass(frozen=True)
class Desk:
    """The documents, the time, the key behind pseudonyms, and turns for files that people bring."""

    kept: Collections
    clock: Clock
    secret: SecretStr
    files: Turns = field(default_factory=lambda: Turns("plan files", at_once=FILES_AT_ONCE, waiting=FILES_WAITING))

    def now(self) -> str:
        return rfc3339(self.clock())

    def person(self, identity: Identity) -> Person:
        """Tell a member of staff from a verified identity."""
        return Person(
            subject=pseudonym(self.secret, identity.subject),
            unit=identity.unit,
            is_expert=identity.holds("expert"),
            sees_own_unit_only=not identity.holds(*STAFF - {"officer"}),
        )


async def each(items: Iterable[T], work: Callable[[T], Awaitable[R]]) -> list[R]:
    """Do the same for many, some at once; the results come in the order of the items."""
    results: list[R] = []
    waiting: Sequence[T] = list(items)
    for first in range(0, len(waiting), AT_ONCE):
        results += await asyncio.gather(*(work(item) for item in waiting[first : first + AT_ONCE]))
    return results
