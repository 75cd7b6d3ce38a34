"""The programs that are measured, each a process of its own on a fresh folder, looked at from outside only."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import orjson

from deploy.demo.responses import RESPONSES, as_csv, responses
from tests.running import ROOT, Process, ask, load

SURVEY = "/surveys/vision-2020"
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
SERVICES = ("surveys", "monitoring", "reporting")
EXPORT_S, LONGEST_S = 120, 600


@dataclass(frozen=True)
class Usage:
    """What a process has taken since it began, and holds now."""

    cpu_s: float
    rss_mb: float


def usage(pid: int) -> Usage:
    """Read what the system knows of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return Usage(ticks / TICKS_A_SECOND, int(fields[21]) * os.sysconf("SC_PAGE_SIZE") / 1e6)


@dataclass(frozen=True)
class State:
    """How far a program has come: responses stored, responses counted, and what is on its way between."""

    stored: int
    counted: int
    behind: int


class Raw:
    """A reference program."""

    def __init__(self, pid: int, port: int) -> None:
        self.pid, self.port = pid, port

    def state(self) -> State:
        return State(**httpx.get(f"http://127.0.0.1:{self.port}/status", timeout=60).json())

    def behind(self) -> int:
        return self.state().behind


class Ours:
    """A real installation."""

    def __init__(self, process: Process) -> None:
        if process.process is None:
            raise RuntimeError("it does not run")
        self.pid, self.port = process.process.pid, process.port
        self.owner = process.owner()

    @classmethod
    @contextmanager
    def of(cls, process: Process) -> "Iterator[Ours]":
        """Look at a running installation."""
        program = cls(process)
        with program.owner:
            yield program

    def state(self) -> State:
        return State(self._stored(), ask(self.owner, "GET", f"{SURVEY}/results")["published"], self.behind())

    def behind(self) -> int:
        states = [ask(self.owner, "GET", f"/operations/{name}/status") for name in SERVICES]
        return sum(state["behind"] + state["unsent"] + state["undelivered"] for state in states)

    def _stored(self) -> int:
        """The rows of the experts' export, one a response: the demo's texts hold no line ends."""
        with self.owner.stream("GET", f"{SURVEY}/responses.csv", timeout=EXPORT_S) as reply:
            lines = sum(piece.count(b"\n") for piece in reply.iter_raw())
        return lines - 1


Program = Raw | Ours


@contextmanager
def raw(name: str, page: bytes = b"") -> Iterator[Raw]:
    """Run a reference program on a folder of its own, in which it finds `page`."""
    with TemporaryDirectory(prefix="megdan-bench-") as folder:
        (Path(folder) / "page").write_bytes(page)
        command = [sys.executable, "-m", "tests.bench.reference", name, folder]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own command
        try:
            yield Raw(process.pid, int(process.stdout.readline() if process.stdout else 0))
        finally:
            process.kill()
            process.communicate()


@contextmanager
def served(process: Process) -> Iterator[Process]:
    """Start an installation, and end it afterwards."""
    process.start()
    try:
        yield process
    finally:
        process.kill()


@contextmanager
def installed() -> Iterator[Process]:
    """Run an empty installation on a folder of its own."""
    with TemporaryDirectory(prefix="megdan-bench-") as folder, served(Process(Path(folder) / "data")) as process:
        yield process


@contextmanager
def prepared(process: Process) -> Iterator[Ours]:
    """Load the demo's plan, margins, values and survey, and open it."""
    with Ours.of(process) as program:
        load(program.owner)
        until_quiet(program, 60)
        yield program


@contextmanager
def ours() -> Iterator[Ours]:
    """Run an installation with the demo's survey open."""
    with installed() as process, prepared(process) as program:
        yield program


def until_quiet(program: Program, longest_s: float) -> float:
    """Seconds until nothing is on its way. Raises TimeoutError."""
    began = time.perf_counter()
    while program.behind():
        if time.perf_counter() - began > longest_s:
            raise TimeoutError("the backlog does not get empty")
        time.sleep(0.02)
    return time.perf_counter() - began


def import_rows(program: Ours, count: int) -> None:
    """Import so many responses as a file. Raises RuntimeError if not all are taken."""
    drawn = [row for seed in range(1, -(-count // RESPONSES) + 1) for row in responses(seed)][:count]
    path = f"{SURVEY}/responses/import?name=responses.csv"
    told = ask(program.owner, "POST", path, content=as_csv(drawn).encode(), timeout=LONGEST_S)
    if told["accepted"] != count:
        raise RuntimeError(f"{told} of {count} rows")


def rebuild_all(program: Ours) -> None:
    """Make all that the surveys service has folded anew from its log."""
    for name in ask(program.owner, "GET", "/operations/surveys/status")["projections"]:
        ask(program.owner, "POST", f"/operations/surveys/rebuild/{name}", timeout=LONGEST_S)


def run_json(module: str, *arguments: object) -> Any:
    """Run a module of the benches as a process of its own and read what it prints."""
    command = [sys.executable, "-m", f"tests.bench.{module}", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=LONGEST_S)  # noqa: S603 - our own command
    return orjson.loads(done.stdout)
