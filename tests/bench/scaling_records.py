"""How long long records take: a rebuild of many entries, byte for byte what was there, and an import of many rows."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from shared.language import Text
from tests.bench.kept import append_responses, projections
from tests.bench.measures import Measure, alone, at_most
from tests.bench.sampling import bodies
from tests.bench.standing import LONGEST_S, Ours, import_rows, ours, prepared, rebuild_all, served, until_quiet, usage
from tests.running import Process

BENCH = "scale"
REBUILD_US, IMPORT_US = 100.0, 600.0
"""Microseconds an entry (100,000 in 10 s) and a row (10,000 in 6 s)."""


def rebuild(entries: int = 100_000) -> Sequence[Measure]:
    """Log entries beforehand, let a start fold them, rebuild, compare. Raises RuntimeError if a byte differs."""
    with TemporaryDirectory(prefix="megdan-bench-") as folder:
        data = Path(folder) / "data"
        _emptied(data)
        append_responses(data, bodies(10), entries)
        behind = _served(data, lambda running: until_quiet(running, LONGEST_S))
        folded = projections(data)
        again = _served(data, rebuild_all)
        if folded != projections(data):
            raise RuntimeError("what was rebuilt is not what was there")
    many = f"{entries:,}".replace(",", " ")
    name = Text(bg=f"проекции наново от {many} вписвания", en=f"rebuild from {many} entries")
    start = Text(bg=f"начало при {many} несметнати", en=f"start {many} entries behind")
    return [
        at_most(BENCH, name, again.work_s, "s", entries * REBUILD_US / 1e6),
        alone(BENCH, Text(bg="проекции наново: процесор", en="rebuild: CPU"), again.cpu_s, "s"),
        alone(BENCH, start, behind.start_s + behind.work_s, "s"),
    ]


@dataclass(frozen=True)
class Taken:
    """Seconds until an installation served, and of its work then, by the clock and of the processor."""

    start_s: float
    work_s: float
    cpu_s: float


def timed(running: Ours, work: Callable[[Ours], object], start_s: float = 0.0) -> Taken:
    """Let an installation work."""
    before, began = usage(running.pid).cpu_s, time.perf_counter()
    work(running)
    return Taken(start_s, time.perf_counter() - began, usage(running.pid).cpu_s - before)


def _emptied(data: Path) -> None:
    process = Process(data)
    with served(process), prepared(process):
        process.stop()


def _served(data: Path, work: Callable[[Ours], object]) -> Taken:
    process, began = Process(data), time.perf_counter()
    with served(process), Ours.of(process) as running:
        taken = timed(running, work, time.perf_counter() - began)
        process.stop()
    return taken


def imported(rows: int = 10_000) -> Sequence[Measure]:
    """Import rows of responses. Raises RuntimeError if not all are taken."""
    with ours() as running:
        taken = timed(running, lambda running: import_rows(running, rows))
        counted = timed(running, lambda running: until_quiet(running, LONGEST_S))
    name = Text(bg=f"внасяне на {rows:,} реда".replace(",", " "), en=f"import of {rows:,} rows".replace(",", " "))
    whole = Text(bg="внасяне, докато се преброи", en="import, until all is counted")
    cpu = Text(bg="внасяне, докато се преброи: процесор", en="import, until all is counted: CPU")
    return [
        at_most(BENCH, name, taken.work_s, "s", rows * IMPORT_US / 1e6),
        alone(BENCH, whole, taken.work_s + counted.work_s, "s"),
        alone(BENCH, cpu, taken.cpu_s + counted.cpu_s, "s"),
    ]
