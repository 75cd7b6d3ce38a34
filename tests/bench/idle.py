"""What an installation takes while nobody asks for anything: `python -m tests.bench.idle [--seconds 20] [--json]`.

First `megdan demo` loads everything anew on an empty folder and is timed until it serves. Then `megdan up` serves that
folder; it is left a moment to come to rest, and then its processor time and memory are read.
"""

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from shared.language import Text
from tests.bench.measures import Measure, at_most, tell
from tests.bench.standing import served, usage
from tests.running import Process, settle

BENCH = "idle"
MEMORY_MB, CPU_PERCENT, ANEW_S, AGAIN_S = 150.0, 1.0, 10.0, 3.0
REST_S = 3.0


class Demo(Process):
    """An installation that loads the demo first."""

    def command(self) -> list[str]:
        return ["demo" if word == "up" else word for word in super().command()]


def started(process: Process) -> float:
    """Seconds until it serves."""
    began = time.perf_counter()
    process.start()
    return time.perf_counter() - began


def measured(seconds: float = 20) -> list[Measure]:
    """Run the bench."""
    with TemporaryDirectory(prefix="megdan-bench-") as folder:
        demo, up = Demo(Path(folder) / "data"), Process(Path(folder) / "data")
        anew_s = started(demo)
        demo.stop()
        began = time.perf_counter()
        with served(up):
            again_s = time.perf_counter() - began
            with up.owner() as owner:
                settle(owner)
            time.sleep(REST_S)
            cpu_percent, rss_mb = watched(up, seconds)
    return [
        at_most(BENCH, Text(bg="памет", en="memory"), rss_mb, "MB", MEMORY_MB),
        at_most(BENCH, Text(bg="процесор, от едно ядро", en="CPU of one core"), cpu_percent, "%", CPU_PERCENT),
        at_most(BENCH, Text(bg="начало, данните наново", en="start, data loaded anew"), anew_s, "s", ANEW_S),
        at_most(BENCH, Text(bg="начало, данните са там", en="start, data there"), again_s, "s", AGAIN_S),
    ]


def watched(process: Process, seconds: float) -> tuple[float, float]:
    """Percent of a core that a process takes over some seconds, and its memory in MB."""
    if process.process is None:
        raise RuntimeError("it does not run")
    before, began = usage(process.process.pid), time.perf_counter()
    time.sleep(seconds)
    after, taken_s = usage(process.process.pid), time.perf_counter() - began
    return (after.cpu_s - before.cpu_s) / taken_s * 100, after.rss_mb


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    tell(measured(given.seconds), as_json=given.json)


if __name__ == "__main__":
    main()
