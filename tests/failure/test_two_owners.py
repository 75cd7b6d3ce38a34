"""Two processes that both work on one shard of one store: what neither may do to the other."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.events.registry import decode
from shared.events.surveys import ResponseSubmitted
from shared.log import LOG, Arrived
from shared.projections import Entry, Projector, Reaction
from shared.store import Query
from tests.unit.shared.counting import SHARD, TOTALS, Service, a_message


def arrived(number: int) -> Arrived:
    body = a_message(number).body or b""
    return Arrived(decode(body), body.decode())


@pytest.mark.xfail(strict=True, reason="a rebuild keeps others of the same process out, not another process")
async def test_another_owner_beside_a_rebuild_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """P-23: what another owner of the store counts between a drop and the counting anew does not hide older entries."""
    service = Service()
    await service.projector.handle(SHARD, [a_message(0)])
    rebuilding = service.projector
    service.restart()
    await service.projector.catch_up()
    totals = service.store.collection(TOTALS)
    dropping: Callable[[Query], Any] = totals.delete_range

    async def dropped(query: Query) -> int:
        gone: int = await dropping(query)
        await service.projector.handle(SHARD, [a_message(1)])
        return gone

    monkeypatch.setattr(totals, "delete_range", dropped)
    await rebuilding.rebuild("counting")

    assert 2 == await service.total()


async def test_no_reaction_runs_ahead_of_a_fold(monkeypatch: pytest.MonkeyPatch) -> None:
    """P-10: a reaction may empty what an entry is about, so it waits for the folds also where another owner appends."""
    behind: list[int] = []

    async def run(entry: Entry) -> None:
        behind.append(entry.position - await service.total())

    service = Service(reactions=[Reaction("answering", (ResponseSubmitted,), run)])
    one = service.projector
    service.restart()
    _append_once_folded(service, service.projector, monkeypatch)

    await one.handle(SHARD, [a_message(0)])
    await service.projector.handle(SHARD, [a_message(1)])

    assert 0 == max(behind)


def _append_once_folded(service: Service, other: Projector, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let another owner append an entry right after the first look that found no more."""
    log = service.store.collection(LOG)
    finding: Callable[[Query], Any] = log.find
    looks: list[int] = []

    async def find(query: Query) -> Any:
        page = await finding(query)
        if not page.items and not query.descending and not looks:
            looks.append(1)
            await other.log.append(str(SHARD), [arrived(1)])
        return page

    monkeypatch.setattr(log, "find", find)
