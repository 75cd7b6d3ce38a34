"""What the program finds around it, made the same for each run of a seed: clocks, chance, and nobody who reads logs."""

import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from unittest.mock import patch

import structlog

_SILENT = 50
"""Above every level that the product logs at."""


@contextmanager
def virtual(now: Callable[[], float], seed: int) -> Iterator[None]:
    """Let modules of the product read `now` where they would read the machine's clock, and draw from the seed."""
    state, logging = random.getstate(), structlog.get_config()
    with ExitStack() as patched:
        for module, name in _readers_of_the_clock():
            patched.enter_context(patch.object(module, name, now))
        random.seed(seed)
        structlog.configure(
            wrapper_class=structlog.make_filtering_bound_logger(_SILENT), cache_logger_on_first_use=False
        )
        try:
            yield
        finally:
            random.setstate(state)
            structlog.configure(**logging)


def _readers_of_the_clock() -> list[tuple[ModuleType, str]]:
    return [
        (module, name)
        for key, module in sorted(sys.modules.items())
        if key.startswith(("shared.", "services.")) and isinstance(module, ModuleType)
        for name, value in vars(module).items()
        if value is time.monotonic or value is time.perf_counter
    ]
