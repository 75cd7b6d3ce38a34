"""Rebuilds that fail on their way, or that others work beside: nothing stays dropped, nothing is told a second time."""

from contextlib import suppress
from typing import Any

import pytest

from shared.bus import Message, Shard
from shared.dead_letters import DEAD_LETTERS
from shared.errors import Unavailable
from shared.language import Text
from shared.projections import CURSORS
from shared.store import Query
from tests.unit.shared.counting import COUNTS, SHARD, TOTALS, Service, a_message

OTHER = Shard(SHARD.topic, 5)


async def away(*_arguments: Any, **_named: Any) -> Any:
    raise Unavailable(Text(bg="няма го", en="away"))


async def counted(*shards: Shard) -> Service:
    """A service that has counted one event of each shard."""
    service = Service()
    for number, shard in enumerate(shards):
        await service.projector.handle(shard, [on(shard, number)])
    return service


def on(shard: Shard, number: int) -> Message:
    message = a_message(number)
    return Message(shard, number, message.body)


async def cut_off(service: Service, patch: pytest.MonkeyPatch, collection: Any, method: str) -> None:
    """Rebuild while the store does not answer one kind of call."""
    with patch.context() as gone:
        gone.setattr(service.store.collection(collection), method, away)
        with pytest.raises(Unavailable):
            await service.projector.rebuild("counting")


@pytest.mark.parametrize(("collection", "method"), [(TOTALS, "delete_range"), (COUNTS, "get_many")])
async def test_who_ends_a_rebuild_ends_it_for_every_shard(
    collection: Any, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P-23: a rebuild that failed is ended by the next event of any shard, and the others' figures are there too."""
    service = await counted(SHARD, OTHER)
    await cut_off(service, monkeypatch, collection, method)

    await service.projector.handle(SHARD, [on(SHARD, 7)])

    assert 3 == await service.total()


async def test_a_rebuild_that_failed_is_ended_though_nothing_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """P-23: figures do not stay dropped until somebody answers again."""
    service = await counted(SHARD, OTHER)
    live = await service.figures()
    await cut_off(service, monkeypatch, TOTALS, "delete_range")

    await service.projector.mend()

    assert live == await service.figures()


@pytest.mark.parametrize("method", ["insert", "replace", "put"])
async def test_what_was_told_before_its_position_was_kept_is_not_told_again(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P-23: a figure left with its announcement, its position was not written; the rebuild after that says nothing."""
    service = await counted(SHARD, SHARD, SHARD)
    with monkeypatch.context() as gone:
        gone.setattr(service.store.collection(CURSORS), method, away)
        with suppress(Unavailable):
            await service.projector.handle(SHARD, [on(SHARD, 7)])
    told = [event.id for event in await service.store.outbox.unsent(limit=9)]

    await service.projector.rebuild("counting")

    assert (4, told) == (len(told), [event.id for event in await service.store.outbox.unsent(limit=9)])


async def test_a_letter_that_can_not_be_told_keeps_its_batch_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """P-13: while neither the topic nor its dead letters can be written, the batch is not acknowledged, nor lost."""
    service = Service()
    batch = [a_message(1), Message(SHARD, 2, b"poison"), a_message(3)]
    with monkeypatch.context() as gone:
        gone.setattr(service.bus, "publish", away)
        with pytest.raises(Unavailable):
            await service.projector.handle(SHARD, batch)
    before = (await service.total(), await letters(service))

    await service.projector.handle(SHARD, batch)

    assert ((0, 0), (2, 1)) == (before, (await service.total(), await letters(service)))


async def letters(service: Service) -> int:
    return len((await service.store.collection(DEAD_LETTERS).find(Query("by_time"))).items)
