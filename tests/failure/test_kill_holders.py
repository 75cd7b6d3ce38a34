"""One process holds a data folder: another is refused by name, and what a killed one leaves behind holds nothing."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from xlsxwriter import Workbook

from tests.running import ROOT, Process, ask, load


@pytest.fixture
def process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Process]:
    monkeypatch.chdir(ROOT)
    process = Process(tmp_path / "data")
    process.start()
    yield process
    if process.process is not None and process.process.poll() is None:
        process.kill()


def pid_of(process: Process) -> int:
    assert process.process is not None
    return process.process.pid


def second_up(process: Process) -> tuple[int, str]:
    """Start another one on the same folder; return its exit code and what it complained of."""
    command = [sys.executable, "-m", "deploy.cli", "up", "--data", str(process.data), "--port", "0"]
    environment = {**os.environ, "MEGDAN_LANGUAGE": "bg"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603 - our own command
    return done.returncode, " ".join(done.stderr.split())


@pytest.mark.slow
@pytest.mark.parametrize("is_frozen", [False, True], ids=["serving", "frozen"])
def test_a_second_process_is_refused_by_the_holders_name(process: Process, is_frozen: bool) -> None:  # noqa: FBT001 - pytest's
    """P-19: a second `up` on a held folder ends at once and names the holder, even one that answers nobody."""
    if is_frozen:
        os.kill(pid_of(process), signal.SIGSTOP)
    code, said = second_up(process)
    os.kill(pid_of(process), signal.SIGCONT)
    alive = httpx.get(f"http://127.0.0.1:{process.port}/health/live", timeout=60).status_code

    assert (2, 200) == (code, alive)
    assert f"се ползва от процес {pid_of(process)}" in said


def a_workbook() -> bytes:
    kept = BytesIO()
    with Workbook(kept, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for row in range(2_000):
            sheet.write_row(row, 0, ["indicator", "period", "value", "source", row])
    return kept.getvalue()


def children_of(pid: int) -> list[int]:
    told = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    return [int(child) for child in " ".join(told).split()]


def frozen_child(process: Process) -> int:
    """Have it read a workbook, which it does in a child, and freeze the child."""

    def send() -> None:
        with process.owner() as owner, suppress(httpx.HTTPError):
            owner.post("/values/import?name=values.xlsx", content=a_workbook())

    threading.Thread(target=send, daemon=True).start()
    for _ in range(10_000):
        for child in children_of(pid_of(process)):
            if b"-I" in Path(f"/proc/{child}/cmdline").read_bytes():  # no longer its parent's copy
                os.kill(child, signal.SIGSTOP)
                return child
        time.sleep(0.005)
    pytest.fail("it read the workbook itself")


@pytest.mark.slow
def test_an_orphan_of_a_killed_process_holds_nothing(process: Process) -> None:
    """P-19: a child that outlives its killed parent keeps neither the folder nor the port from the next process."""
    orphan = frozen_child(process)
    try:
        process.kill()
        process.start()
        with process.owner() as owner:
            load(owner)
            entries = ask(owner, "POST", "/operations/monitoring/verify")["entries"]
        is_there = Path(f"/proc/{orphan}").exists()
    finally:
        with suppress(ProcessLookupError):
            os.kill(orphan, signal.SIGKILL)

    assert (True, True) == (is_there, entries > 0)
