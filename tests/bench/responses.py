"""How many responses are accepted a second, durably and with everything behind them, beside the raw limits.

`python -m tests.bench.responses [--seconds 4] [--rounds 3] [--only ours] [--json]`. Rounds alternate: program A (the
accept limit), program B (the loop), ours. Each has a fresh folder, 32 clients, and the same distinct answers. At the
end of each round what was answered 201 must be stored, and what is stored counted.
"""

import argparse
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from deploy.cli.speech import err
from shared.language import Text
from tests.bench.measures import AT_MOST, DEMAND, HALF, A, B, Demand, Measure, Yardstick, alone, beside, tell
from tests.bench.sampling import write_bodies
from tests.bench.standing import Program, State, ours, raw, run_json, until_quiet, usage

BENCH = "responses"
PROGRAMS = ("accept", "loop", "ours")
BODIES = 12_000
WARM_S = 1.0
EMPTY_S, P99_MS = 10.0, 60.0
LONGEST_S = 300
LIMESURVEY = 103.0
"""Responses a second by its remote calls, measured on another machine: see docs/performance.md."""


@dataclass(frozen=True)
class Round:
    """What one program did in one round."""

    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    empty_s: float
    accepted: int


def standing(program: str) -> AbstractContextManager[Program]:
    return ours() if program == "ours" else raw(program)


def played(program: str, bodies: Path, seconds: float, clients: int) -> Round:
    """Run one program under load and check what it has kept. Raises RuntimeError if that is not what it accepted."""
    with standing(program) as running:
        before = usage(running.pid).cpu_s
        options = ("--clients", clients, "--seconds", seconds, "--warm", min(WARM_S, seconds))
        told = run_json("flood", running.port, "--bodies", bodies, *options)
        empty_s = until_quiet(running, LONGEST_S)
        cpu_s = usage(running.pid).cpu_s - before
        state = running.state()
    check_kept(told, state, state.stored if program == "accept" else state.counted)
    cpu_ms = cpu_s * 1000 / told["accepted"]
    return Round(told["per_second"], told["p50_ms"], told["p99_ms"], cpu_ms, empty_s, told["accepted"])


def check_kept(told: Mapping[str, Any], state: State, counted: int) -> None:
    """Raise RuntimeError unless all was accepted, and all that was accepted is stored and counted."""
    if told["refused"] or not told["accepted"] == state.stored == counted:
        said = f"{told['accepted']} accepted, {state}, {told['refused']} refused: {told['first_refusal']}"
        raise RuntimeError(said)


def rounds(programs: Sequence[str], count: int, seconds: float, clients: int) -> dict[str, list[Round]]:
    """Let the programs take turns."""
    found: dict[str, list[Round]] = {program: [] for program in programs}
    with TemporaryDirectory(prefix="megdan-bench-") as folder:
        bodies = write_bodies(Path(folder) / "bodies", BODIES)
        for number in range(count):
            for program in programs:
                one = played(program, bodies, seconds, clients)
                found[program].append(one)
                said = f"{number + 1}/{count} {program}: {one.per_second:.0f}/s, p99 {one.p99_ms:.1f} ms, "
                err().print(f"{said}{one.cpu_ms:.3f} ms CPU, {one.empty_s:.2f} s", markup=False)
    return found


def measured(
    seconds: float = 4, count: int = 3, programs: Sequence[str] = PROGRAMS, clients: int = 32
) -> list[Measure]:
    """Run the bench."""
    found = rounds(programs, count, seconds, clients)
    return [measure for program in programs for measure in _told(program, found)]


RATE = Text(bg="приети отговори", en="responses accepted")
EMPTY = Text(bg="всичко преброено след края", en="everything counted after the end")
P50, P99 = Text(bg="отговор 201, медиана", en="answer 201, p50"), Text(bg="отговор 201, p99", en="answer 201, p99")
CPU = Text(bg="процесор на отговор", en="CPU per response")
RPC = Text(bg="LimeSurvey RPC (друга машина)", en="LimeSurvey RPC (another machine)")


def _told(program: str, found: dict[str, list[Round]]) -> list[Measure]:
    if program == "ours":
        return _ours(found)
    named = {"accept": A, "loop": B}[program]
    name = Text(bg=f"{named.bg}: приети", en=f"{named.en}: accepted")
    return [alone(BENCH, name, median(one.per_second for one in found[program]), "1/s")]


def _ours(found: dict[str, list[Round]]) -> list[Measure]:
    mine = found["ours"]

    def against(name: Text, field: str, unit: str, other: str, demand: Demand | None = None) -> list[Measure]:
        if other not in found:
            return []
        values, others = ([float(getattr(one, field)) for one in each] for each in (mine, found[other]))
        return [beside(BENCH, name, unit, values, Yardstick(A if other == "accept" else B, others), demand)]

    def fixed(name: Text, field: str, unit: str, yardstick: Text, figure: float, demand: Demand) -> Measure:
        values = [float(getattr(one, field)) for one in mine]
        return beside(BENCH, name, unit, values, Yardstick(yardstick, [figure] * len(values)), demand)

    return [
        *against(RATE, "per_second", "1/s", "loop", HALF),
        *against(RATE, "per_second", "1/s", "accept"),
        fixed(RATE, "per_second", "1/s", RPC, LIMESURVEY, Demand(20, at_least=True)),
        *against(P50, "p50_ms", "ms", "loop"),
        fixed(P99, "p99_ms", "ms", DEMAND, P99_MS, AT_MOST),
        *against(CPU, "cpu_ms", "ms", "loop"),
        fixed(EMPTY, "empty_s", "s", DEMAND, EMPTY_S, AT_MOST),
    ]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=4)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--clients", type=int, default=32)
    options.add_argument("--only", choices=PROGRAMS)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    programs = (given.only,) if given.only else PROGRAMS
    tell(measured(given.seconds, given.rounds, programs, given.clients), as_json=given.json)


if __name__ == "__main__":
    main()
