"""How long one piece of work keeps everybody else from the event loop."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def longest_piece() -> AsyncIterator[list[float]]:
    """Tell the longest time that this thread has computed between two turns of another task.

    Without the collector of cycles, whose pauses depend on all else that the process of the tests holds.
    """
    longest = [0.0]

    async def watch() -> None:
        last = time.thread_time()
        while True:
            await asyncio.sleep(0)
            now = time.thread_time()
            longest[0], last = max(longest[0], now - last), now

    watching = asyncio.create_task(watch())
    gc.disable()
    try:
        yield longest
    finally:
        gc.enable()
        watching.cancel()
