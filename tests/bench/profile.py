"""Where the time of a response goes: `python -m tests.bench.profile [WORK] [--flat] [--all] [--save FILE]`.

Serves an installation under pyinstrument, lets it work, and prints the tree of what the serving thread did from the
beginning until all is counted, in percent. WORK is `responses` (a flood, as in the bench of that name), `import` or
`rebuild` (of 3,000 responses), or the address of a page, such as `/`. The profiler itself slows what it looks at.
"""

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from pyinstrument.renderers import ConsoleRenderer
from pyinstrument.session import Session

from shared.language import Text
from tests.bench.measures import Measure, alone, tell
from tests.bench.sampling import write_bodies
from tests.bench.standing import (
    LONGEST_S,
    Ours,
    import_rows,
    prepared,
    rebuild_all,
    run_json,
    served,
    until_quiet,
    usage,
)
from tests.running import Process

BENCH = "profile"
ROWS = 3_000
LEAST = 0.02
"""Share of the time below which a branch is left out."""


class Profiled(Process):
    """An installation whose serving thread can be profiled."""

    @property
    def profile(self) -> Path:
        return self.data.parent / "profile.json"

    def command(self) -> list[str]:
        python, _, _, *rest = super().command()
        return [python, "-m", "tests.bench.profiled", str(self.profile), *rest]


@dataclass(frozen=True)
class Outcome:
    """A session, and how many requests it has seen for how much processor time."""

    session: Session
    requests: int
    cpu_s: float

    def tree(self, *, least: float, flat: bool = False, everything: bool = False) -> str:
        renderer = ConsoleRenderer(
            unicode=True,
            color=sys.stdout.isatty(),
            flat=flat,
            show_all=everything,
            time="percent_of_total",
            processor_options={"filter_threshold": least},
        )
        return renderer.render(self.session)

    def measures(self) -> list[Measure]:
        thread = Text(bg="нишката за едно, с профилиране", en="serving thread for each, profiled")
        cpu = Text(bg="процесор за едно, с профилиране", en="CPU for each, profiled")
        return [
            alone(BENCH, Text(bg="брой", en="number"), self.requests, ""),
            alone(BENCH, thread, self.session.duration * 1e6 / self.requests, "µs"),
            alone(BENCH, cpu, self.cpu_s * 1e6 / self.requests, "µs"),
        ]


def profiled(work: str = "responses", seconds: float = 8) -> Outcome:
    """Profile some work; return what it showed."""
    with TemporaryDirectory(prefix="megdan-bench-") as folder:
        process = Profiled(Path(folder) / "data")
        with served(process), prepared(process) as running:
            if work not in ("responses", "import"):
                import_rows(running, ROWS)
                until_quiet(running, LONGEST_S)
            return _watched(running, process.profile, lambda: _done(running, work, Path(folder) / "bodies", seconds))


def _done(running: Ours, work: str, bodies: Path, seconds: float) -> int:
    """Do the work; return how many responses, rows, entries or pages it was for."""
    if work == "import":
        import_rows(running, ROWS)
        return ROWS
    if work == "rebuild":
        rebuild_all(running)
        return ROWS
    sent = ("--bodies", write_bodies(bodies, 12_000)) if work == "responses" else ("--page", work)
    return int(run_json("flood", running.port, *sent, "--seconds", seconds, "--warm", 0)["accepted"])


def _watched(running: Ours, profile: Path, work: Callable[[], int]) -> Outcome:
    before = usage(running.pid).cpu_s
    os.kill(running.pid, signal.SIGUSR1)
    requests = work()
    until_quiet(running, LONGEST_S)
    os.kill(running.pid, signal.SIGUSR2)
    while not profile.exists():
        time.sleep(0.1)
    return Outcome(Session.load(profile), requests, usage(running.pid).cpu_s - before)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("work", nargs="?", default="responses", help="responses, import, rebuild, or a page's address")
    options.add_argument("--seconds", type=float, default=8)
    options.add_argument(
        "--least", type=float, default=LEAST, help="share of the time below which a branch is left out"
    )
    options.add_argument("--flat", action="store_true", help="the functions with most time of their own, not the tree")
    options.add_argument("--all", action="store_true", help="libraries too")
    options.add_argument("--save", type=Path, help="keep the session, for `pyinstrument --load`")
    given = options.parse_args()
    outcome = profiled(given.work, given.seconds)
    if given.save:
        outcome.session.save(given.save)
    sys.stdout.write(outcome.tree(least=given.least, flat=given.flat, everything=given.all))
    tell(outcome.measures(), as_json=False)


def shown(*, as_json: bool) -> None:
    """Profile a flood of responses and print the tree; as JSON only its sums."""
    outcome = profiled()
    if not as_json:
        sys.stdout.write(outcome.tree(least=LEAST))
    tell(outcome.measures(), as_json=as_json)


if __name__ == "__main__":
    main()
