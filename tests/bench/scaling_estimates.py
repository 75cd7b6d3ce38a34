"""Whether figures cost more where many have answered: a survey of a thousand responses beside one of a million.

The million is the thousand's own tallies, each response standing for a thousand; then both take answers in turn, are
asked for their figures after each, and must keep up.
"""

import shutil
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from shared.language import Text
from tests.bench.kept import multiply_tallies
from tests.bench.measures import Demand, Measure, Yardstick, beside
from tests.bench.sampling import bodies
from tests.bench.standing import Ours, import_rows, prepared, served, until_quiet, usage
from tests.running import Process, ask

BENCH = "scale"
FEW, TIMES, WARM = 1_000, 1_000, 8
GROWTH = Demand(1.2, at_least=False)
RESULTS = "/surveys/vision-2020/results"


class Asking:
    """Gives answers to one survey and asks what staff see."""

    def __init__(self, running: Ours, given: Sequence[Mapping[str, Any]]) -> None:
        self._running, self._given, self._number = running, given, 0

    @property
    def cpu_s(self) -> float:
        """What its process has taken so far."""
        return usage(self._running.pid).cpu_s

    def once(self) -> float:
        """Give an answer, and return the milliseconds of the next estimate once it is in."""
        body = self._given[self._number % len(self._given)]
        self._number += 1
        ask(self._running.owner, "PUT", f"/surveys/vision-2020/responses/{self._number:024d}", body)
        until_quiet(self._running, 60)
        began = time.perf_counter()
        ask(self._running.owner, "GET", RESULTS)
        return (time.perf_counter() - began) * 1000


def compared(surveys: tuple[Asking, Asking], count: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Let two surveys take turns: median time of an estimate, and processor of an answer with all that follows."""
    before, taken = [survey.cpu_s for survey in surveys], [[survey.once() for survey in surveys] for _ in range(count)]
    cpu = tuple((survey.cpu_s - began) * 1000 / count for survey, began in zip(surveys, before, strict=True))
    return tuple(median(times) for times in zip(*taken, strict=True)), cpu


def estimates(rounds: int = 3, count: int = 15, few: int = FEW) -> Sequence[Measure]:
    """Run this part of the bench."""
    with TemporaryDirectory(prefix="megdan-bench-") as folder, ExitStack() as serving:
        thousand, million = Path(folder) / "thousand", Path(folder) / "million"
        _prepare(thousand, few)
        shutil.copytree(thousand, million)
        multiply_tallies(million, TIMES)
        running = (serving.enter_context(served(Process(data))) for data in (million, thousand))
        large, small = (Asking(serving.enter_context(Ours.of(process)), bodies(1)) for process in running)
        compared((large, small), min(WARM, count))
        times, cpus = zip(*(compared((large, small), count) for _ in range(rounds)), strict=True)
    return [_told("оценка", "an estimate", times), _told("отговор, процесор", "an answer, CPU", cpus)]


def _told(bg: str, en: str, costs: Sequence[tuple[float, ...]]) -> Measure:
    name = Text(bg=f"{bg} при 1 000 000 отговора", en=f"{en} at 1 000 000 responses")
    mine, other = ([cost[survey] for cost in costs] for survey in (0, 1))
    return beside(
        BENCH, name, "ms", mine, Yardstick(Text(bg="при 1 000 отговора", en="at 1 000 responses"), other), GROWTH
    )


def _prepare(folder: Path, count: int) -> None:
    process = Process(folder)
    with served(process), prepared(process) as running:
        import_rows(running, count)
        until_quiet(running, 120)
        process.stop()
