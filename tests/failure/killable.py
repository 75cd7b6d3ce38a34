"""A process that is killed often: at a step of its own, and with its successor's libraries loaded by then."""

import signal
import subprocess
import sys
from pathlib import Path

import orjson

from tests.running import ROOT, Process

LIBRARIES = ("apsw", "babel.dates", "cyclopts", "fastapi", "httpx", "jinja2", "numpy", "rich.progress", "uvicorn")

_STAND_BY = """
import importlib, json, os, runpy, sys
for library in json.loads(sys.argv[1]):
    importlib.import_module(library)
told = json.loads(sys.stdin.readline())
os.environ.update(told["environment"])
sys.argv[1:] = told["arguments"]
runpy.run_module("deploy.cli", run_name="__main__", alter_sys=True)
"""


class Killable(Process):
    """A process that may be told to die at a step; the next one stands by, so that starting again is quick.

    Two thirds of a start are imports of libraries. Who stands by has done them, and nothing of our own.
    """

    crash_at = ""

    def __init__(self, data: Path) -> None:
        super().__init__(data)
        self._next = _stand_by()

    def launched(self) -> subprocess.Popen[str]:
        process, self._next = self._next, _stand_by()
        assert process.stdin is not None
        environment = self.environment() | {"MEGDAN_CRASH_AT": self.crash_at}
        told = {"environment": environment, "arguments": self.command()[3:]}
        process.stdin.write(orjson.dumps(told).decode() + "\n")
        process.stdin.flush()
        return process

    def is_killed(self) -> bool:
        """Wait until it has been killed by itself, at most a minute."""
        assert self.process is not None
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            return False
        self._let_go(self.process)
        return self.process.returncode == -signal.SIGKILL

    def end(self) -> None:
        """Kill what runs and what stands by."""
        for process in (self.process, self._next):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()
            if process is not None:
                self._let_go(process)

    @staticmethod
    def _let_go(process: subprocess.Popen[str]) -> None:
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _stand_by() -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _STAND_BY, orjson.dumps(LIBRARIES).decode()]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own interpreter
