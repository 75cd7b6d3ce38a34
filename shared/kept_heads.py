"""Heads of a log that were kept elsewhere: only they tell that a chain was made anew, or cut with its positions."""

from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import Field

from shared.events.base import Seal
from shared.http import Body
from shared.log import LOG, Fault, Logged
from shared.store import Query, Store


class KeptHead(Body):
    """The last entry of a shard, as it was when somebody wrote it down."""

    position: Annotated[int, Field(ge=1)]
    hash: Seal


class KeptHeads(Body):
    """By shard, as `verify` tells them."""

    heads: dict[str, KeptHead] = Field(default_factory=dict)


async def faults_against(store: Store, kept: Mapping[str, KeptHead]) -> list[Fault]:
    """Tell which shards no longer hold an entry that was once their last: `missing`, or `remade` there or before."""
    faults: list[Fault] = []
    for shard, head in sorted(kept.items()):
        last = await _last_until(store, shard, head.position)
        position = last.position if last is not None else 0
        if position < head.position:
            faults.append(Fault(shard, position + 1, "missing"))
        elif last is not None and last.hash != head.hash:
            faults.append(Fault(shard, position, "remade"))
    return faults


async def _last_until(store: Store, shard: str, position: int) -> Logged | None:
    query = Query("by_position", (shard,), below=position + 1, descending=True, limit=1)
    return next(iter((await store.collection(LOG).find(query)).items), None)


def first_of_each_shard(faults: Iterable[Fault]) -> list[Fault]:
    first: dict[str, Fault] = {}
    for fault in faults:
        if fault.shard not in first or fault.position < first[fault.shard].position:
            first[fault.shard] = fault
    return [first[shard] for shard in sorted(first)]
