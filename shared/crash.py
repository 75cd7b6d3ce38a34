"""Named steps at which a test has the process killed, as a kernel or an operator may at any other moment.

`MEGDAN_CRASH_AT=step:n` kills the process when it passes that step for the n-th time. Without it `crash_point` is a
function that does nothing, bound at import: an argument would have to go through every constructor between the edge
and the steps, and a kill concerns the process rather than one of its parts.
"""

import os
import signal
from collections.abc import Callable

STEPS = frozenset(
    {
        "store.written",  # a document and its events are kept, nobody has been told
        "relay.publishing",  # events are about to leave the outbox
        "relay.published",  # the bus has kept them, the outbox still has them
        "relay.cleared",
        "log.appended",  # a batch is in the log and in no projection
        "bench.written",  # the projections of one collection are kept (with a step, its announcement), others are not
        "fold.done",  # a batch is in the projections, the position is the old one
        "reaction.done",  # the reaction's write is kept, the position is the old one
        "cursor.moving",
        "cursor.moved",
        "batch.handled",  # a batch is about to be acknowledged
        "batch.acknowledged",
    }
)
"""From the write to the acknowledgement, in the order of the way of an event."""

CrashPoint = Callable[[str], None]


def crashing_at(setting: str) -> CrashPoint:
    """Make the function for a setting `step:n`; without one it does nothing. Raises ValueError for an unknown step."""
    if not setting:
        return _go_on
    step, _, count = setting.partition(":")
    if step not in STEPS:
        raise ValueError(f"MEGDAN_CRASH_AT: no step {step}; there are {', '.join(sorted(STEPS))}")
    left = int(count or "1")

    def crash_point(passed: str) -> None:
        nonlocal left
        left -= passed == step
        if passed == step and left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return crash_point


def _go_on(_passed: str) -> None:
    """Nothing is to happen."""


crash_point = crashing_at(os.environ.get("MEGDAN_CRASH_AT", ""))
