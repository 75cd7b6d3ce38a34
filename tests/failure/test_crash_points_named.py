"""The named crash points themselves: nothing unless they are asked for, then a kill at the n-th passing."""

import signal
import subprocess
import sys

import pytest

from shared.crash import STEPS, crashing_at
from tests.running import ROOT

PASSES = """
from shared.crash import crash_point
for number in range(1, 6):
    print(number, flush=True)
    crash_point("log.appended")
    crash_point("fold.done")
"""


def passing(setting: str) -> tuple[int, int]:
    """Let a process pass two steps five times; return how it ended, and how often it had begun."""
    environment = {"MEGDAN_CRASH_AT": setting}
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", PASSES], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, len(done.stdout.split())


@pytest.mark.parametrize(
    ("setting", "ended"),
    [
        ("fold.done:3", (-signal.SIGKILL, 3)),
        ("log.appended", (-signal.SIGKILL, 1)),
        ("fold.done:6", (0, 5)),
        ("", (0, 5)),
    ],
)
def test_a_step_kills_when_it_is_passed_so_often(setting: str, ended: tuple[int, int]) -> None:
    """P-01: a process dies at the n-th passing of the step that is named, and of no other; without a name it lives."""
    assert ended == passing(setting)


def test_a_step_that_does_not_exist_is_refused() -> None:
    """P-01: a kill that would never come is refused at the start, naming the steps that there are."""
    with pytest.raises(ValueError, match=min(STEPS)):
        crashing_at("fold.doen:3")
