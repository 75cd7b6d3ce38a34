"""Is it alive, and is it ready: which part is not."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

log = structlog.get_logger()

Check = Callable[[], Awaitable[str | None]]
"""Looks at a part: None if it is ready, else what is wrong, for operators."""

WITHIN_S = 2.0


async def parts(checks: Mapping[str, Check]) -> Mapping[str, str | None]:
    """Look at all parts side by side; each has two seconds."""
    found = await asyncio.gather(*(_look(name, check) for name, check in checks.items()))
    return dict(zip(checks, found, strict=True))


async def _look(name: str, check: Check) -> str | None:
    try:
        async with asyncio.timeout(WITHIN_S):
            return await check()
    except TimeoutError:
        return "does not answer"
    except Exception:
        log.exception("health.check.failed", part=name)
        return "failed to look"
