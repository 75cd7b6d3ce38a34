"""What falls due is found by a sweep over a due index; a sweep that fails is tried again at its next turn."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

log = structlog.get_logger()


@dataclass(frozen=True)
class Sweep:
    """A look for what has fallen due: at the start and then every so many seconds."""

    name: str
    every_s: float
    run: Callable[[], Awaitable[None]]


async def keep_sweeping(sweeps: Sequence[Sweep]) -> None:
    """Run sweeps side by side until cancelled."""
    async with asyncio.TaskGroup() as group:
        for sweep in sweeps:
            group.create_task(_keep(sweep), name=f"sweep {sweep.name}")


async def _keep(sweep: Sweep) -> None:
    while True:
        try:
            await sweep.run()
        except Exception:
            log.exception("sweep.failed", sweep=sweep.name)
        await asyncio.sleep(sweep.every_s)
