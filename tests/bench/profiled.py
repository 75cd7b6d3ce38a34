"""A `megdan` command that can be profiled while it runs: `python -m tests.bench.profiled FILE up --data DIR …`.

SIGUSR1 begins, SIGUSR2 ends and writes pyinstrument's session to FILE. Only the serving thread is sampled, by the wall
clock.
"""

import signal
import sys
from pathlib import Path

from pyinstrument import Profiler

from deploy.cli.__main__ import run

INTERVAL_S = 0.001


def main(file: Path, arguments: list[str]) -> int:
    profiler = Profiler(interval=INTERVAL_S, async_mode="disabled")
    whole = file.with_suffix(".part")

    def end(_number: int, _frame: object) -> None:
        profiler.stop().save(whole)
        whole.rename(file)

    signal.signal(signal.SIGUSR1, lambda _number, _frame: profiler.start())
    signal.signal(signal.SIGUSR2, end)
    return run(arguments)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
