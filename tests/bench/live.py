"""How long an answer takes to be in every figure: `python -m tests.bench.live [RESPONSES]`.

Starts a real process on a fresh folder, gives responses one after the other, and after each waits for what staff see,
after each step for the public results, the fed indicator and the plan's evaluation. Prints milliseconds.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import httpx
from rich.console import Console
from rich.table import Table

from tests.running import ROOT, Process, ask, load
from tests.system.test_the_loop import an_answer

RESULTS = "/surveys/vision-2020/results"
INDICATOR = "/indicators/satisfied_roads"
EVALUATION = "/evaluation/balchik-2014-2020"
FIRST, STEP = 30, 5


def until(true: Callable[[], bool]) -> float:
    """Milliseconds until something is true, at most ten seconds."""
    began = time.perf_counter()
    while not true():
        if time.perf_counter() - began > 10:
            raise TimeoutError
    return (time.perf_counter() - began) * 1000


def measure(process: Process, responses: int) -> dict[str, list[float]]:
    """Give responses and time what follows."""
    taken: dict[str, list[float]] = {"answered 201": [], "in what staff see": [], "in the plan's evaluation": []}
    with process.owner() as staff, httpx.Client(base_url=f"http://127.0.0.1:{process.port}/api/v1") as public:
        load(staff)
        position = ask(public, "GET", EVALUATION)["position"]
        for number in range(1, responses + 1):
            began = time.perf_counter()
            body = an_answer(number, roads=1 + number % 5)
            ask(public, "PUT", f"/surveys/vision-2020/responses/{number:024d}", body)
            taken["answered 201"].append((time.perf_counter() - began) * 1000)
            seen = until(lambda number=number: ask(staff, "GET", RESULTS)["published"] >= number)  # type: ignore[misc]  # bound now
            taken["in what staff see"].append(seen)
            if number > FIRST and number % STEP == 0:
                moved = until(lambda position=position: ask(public, "GET", EVALUATION)["position"] != position)  # type: ignore[misc]  # bound now
                taken["in the plan's evaluation"].append(seen + moved)
                position = ask(public, "GET", EVALUATION)["position"]
    return taken


def main() -> None:
    os.chdir(ROOT)
    responses = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder:
        process = Process(Path(folder) / "data")
        process.start()
        try:
            taken = measure(process, responses)
        finally:
            process.stop()
    table = Table("milliseconds", "n", "median", "p99", "worst")
    for name, times in taken.items():
        ordered = sorted(times)
        worst, p99 = ordered[-1], ordered[int(len(ordered) * 0.99)]
        table.add_row(name, str(len(times)), *(f"{value:.1f}" for value in (median(times), p99, worst)))
    Console().print(table)


if __name__ == "__main__":
    main()
