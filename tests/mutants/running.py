"""Applies mutations to a copy of the tree, one at a time, and has the tests look at it."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.mutations import SIMULATOR, Mutation

ROOT = Path(__file__).parents[2]
PARTS = ("shared", "services", "deploy", "tests", "pyproject.toml")
LONGEST_S = 1800
MOST_SEEDS = 4000
"""After so many seeds a mutation is taken to have survived."""

_COUNTED = re.compile(r"(\d+) (passed|failed)")
_FAILED = re.compile(r"^FAILED (\S+)", re.MULTILINE)
_SEED = re.compile(r"\[.*?(\d+)\]$")


class DidNotRun(RuntimeError):
    """The tests came to no verdict."""


@dataclass(frozen=True)
class Verdict:
    """Who noticed a mutation and what, at which seed, and how many of how many tries did; nobody if `by` is empty."""

    mutation: Mutation
    by: str = ""
    what: str = ""
    seed: int | None = None
    red: int = 0
    of: int = 0

    @property
    def is_caught(self) -> bool:
        return bool(self.by)

    @property
    def needed(self) -> int | None:
        """How many seeds, from 0 on, it took to notice."""
        return None if self.seed is None else self.seed + 1

    @property
    def share(self) -> str:
        return f"{self.red / self.of:.0%}" if self.of else ""


def copied(folder: Path) -> Path:
    """Copy what the tests need."""
    for part in PARTS:
        source, target = ROOT / part, folder / part
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)
    return folder


@contextmanager
def applied(mutation: Mutation, tree: Path) -> Iterator[None]:
    """Change the copy, and change it back. Raises ValueError if the text does not stand there exactly once."""
    file = tree / mutation.file
    text = file.read_text()
    if text.count(mutation.old) != 1:
        raise ValueError(f"{mutation.name}: stands {text.count(mutation.old)} times in {mutation.file}")
    file.write_text(text.replace(mutation.old, mutation.new))
    try:
        yield
    finally:
        file.write_text(text)


def judged(mutation: Mutation, tree: Path, seeds: int) -> Verdict:
    """Try so many seeds for the share of those that notice a mutation, and more if none of them does."""
    with applied(mutation, tree):
        if mutation.noticed_by != SIMULATOR:
            return _tested(mutation, tree)
        verdict = _simulated(mutation, tree, seeds, until_red=False)
        return verdict if verdict.is_caught else _simulated(mutation, tree, MOST_SEEDS, until_red=True)


def noticed(mutation: Mutation, tree: Path, seeds: int) -> Verdict:
    """Try at most so many seeds, until one notices a mutation."""
    with applied(mutation, tree):
        return _simulated(mutation, tree, seeds, until_red=True)


def _simulated(mutation: Mutation, tree: Path, seeds: int, *, until_red: bool) -> Verdict:
    arguments = ["--json", "--seeds", str(seeds), *(["--until-red"] if until_red else [])]
    done = _python(["-m", "tests.failure.simulator", *arguments], tree)
    if done.returncode not in (0, 1) or not done.stdout:
        raise DidNotRun(f"{mutation.name}: {done.stderr[-2000:]}")
    said = json.loads(done.stdout)
    if said["first"] is None:
        return Verdict(mutation, of=seeds)
    seed, what = said["first"]["seed"], said["first"]["broken"][0]
    return Verdict(mutation, SIMULATOR, what, seed, len(said["red"]), seed + 1 if until_red else seeds)


def _tested(mutation: Mutation, tree: Path) -> Verdict:
    options = ["-q", "-p", "no:cacheprovider", "-rf", "--tb=no"]
    done = _python(["-m", "pytest", *options, mutation.noticed_by], tree)
    counted = {outcome: int(number) for number, outcome in _COUNTED.findall(done.stdout)}
    if done.returncode not in (0, 1) or not counted:
        raise DidNotRun(f"{mutation.name}: {done.stdout[-2000:]}")
    failed = _FAILED.findall(done.stdout)
    if not failed:
        return Verdict(mutation, of=sum(counted.values()))
    file, _, test = failed[0].rpartition("::")
    seed = _SEED.search(test)
    return Verdict(mutation, file, test, int(seed[1]) if seed else None, len(failed), sum(counted.values()))


def _python(arguments: list[str], tree: Path) -> "subprocess.CompletedProcess[str]":
    around = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(tree)}
    return subprocess.run(  # noqa: S603 - our own tests, in a copy of our own tree
        [sys.executable, *arguments],
        cwd=tree,
        env=around,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
