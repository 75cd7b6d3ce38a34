"""What an administrator may ask of every service: is the record whole, how far behind, rebuild, dead letters."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter

from shared.dead_letters import DEAD_LETTERS, NO_SUCH_LETTER, DeadLetter
from shared.errors import NotFound
from shared.http import Access, Role
from shared.kept_heads import KeptHeads, faults_against, first_of_each_shard
from shared.log import Head
from shared.projections import Projector
from shared.store import Query, Store

JsonObject = dict[str, Any]  # answers of several shapes, each told by its endpoint

_ADMINISTRATOR: frozenset[Role] = frozenset({"administrator"})

OPERATIONS_ACCESS: Access = {
    ("GET", "/operations/status"): _ADMINISTRATOR,
    ("POST", "/operations/verify"): _ADMINISTRATOR,
    ("POST", "/operations/rebuild/{projection}"): _ADMINISTRATOR,
    ("GET", "/operations/dead-letters"): _ADMINISTRATOR,
    ("GET", "/operations/dead-letters/{letter}"): _ADMINISTRATOR,
    ("POST", "/operations/dead-letters/{letter}/retry"): _ADMINISTRATOR,
}
"""Joined to each service's own table."""


async def status_of(projector: Projector, store: Store) -> JsonObject:
    """Tell the heads of the log and what is on its way: not on the bus yet, not taken from it by all, not folded."""
    heads = await projector.log.heads(projector.shards)
    return {
        "projections": sorted(projector.folds),
        "behind": await projector.behind(),
        "unsent": len(await store.outbox.unsent(limit=1000)),
        "undelivered": sum((await projector.bus.lag()).values()),
        "heads": _told(heads),
    }


def _told(heads: Mapping[str, Head]) -> JsonObject:
    return {shard: {"position": head.position, "hash": head.hash} for shard, head in heads.items()}


def operations_router(projector: Projector, store: Store) -> APIRouter:
    """Make the endpoints under /operations of a service."""
    router = APIRouter(tags=["operations"])

    @router.get("/operations/status")
    async def status() -> JsonObject:
        """Heads of the log, entries not folded yet, events not sent or not delivered yet."""
        return await status_of(projector, store)

    @router.post("/operations/verify")
    async def verify(kept: KeptHeads | None = None) -> JsonObject:
        """Walk the whole log; name the first entry of each shard that is not what was written.

        Against heads that were kept elsewhere it also tells which shards were made anew or cut since.
        """
        faults = first_of_each_shard(
            [*await projector.verify(), *await faults_against(store, (kept or KeptHeads()).heads)]
        )
        heads = await projector.log.heads(projector.shards)
        return {
            "faults": [{"shard": fault.shard, "position": fault.position, "what": fault.what} for fault in faults],
            "entries": sum(head.position for head in heads.values()),
            "heads": _told(heads),
        }

    @router.post("/operations/rebuild/{projection}")
    async def rebuild(projection: str) -> JsonObject:
        """Drop what a fold has made and make it again from the log."""
        return {"projection": projection, "entries": await projector.rebuild(projection)}

    _add_dead_letters(router, projector, store)
    return router


def _add_dead_letters(router: APIRouter, projector: Projector, store: Store) -> None:
    letters = store.collection(DEAD_LETTERS)

    @router.get("/operations/dead-letters")
    async def dead_letters(limit: int = 100, cursor: str | None = None) -> JsonObject:
        """List what was set aside, oldest first."""
        page = await letters.find(Query("by_time", limit=max(1, min(limit, 1000)), after=cursor))
        return {"items": [_shown(letter) for letter in page.items], "next": page.next}

    @router.get("/operations/dead-letters/{letter}")
    async def dead_letter(letter: str) -> JsonObject:
        """Show one, with the event's bytes as base64."""
        found = await letters.get(letter)
        if found is None:
            raise NotFound(NO_SUCH_LETTER)
        return _shown(found) | {"body": found.body}

    @router.post("/operations/dead-letters/{letter}/retry")
    async def retry(letter: str) -> JsonObject:
        """Handle one again; it counts once."""
        await projector.retry(letter)
        return {"id": letter, "handled": True}


def _shown(letter: DeadLetter) -> JsonObject:
    return letter.model_dump(include={"id", "handler", "shard", "place", "error", "set_aside_at"})
