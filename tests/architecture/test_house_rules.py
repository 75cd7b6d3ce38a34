"""House rules as checks."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = [path for part in ("services", "shared", "deploy", "tests") for path in sorted((ROOT / part).rglob("*.py"))]

MOST_LINES_OF_A_FILE = 300
SWITCHED_OFF = re.compile(r"# (noqa|type: ignore)\b")
WITH_A_REASON = re.compile(r"# noqa: [A-Z0-9, ]+ - \w.+|# type: ignore\[[\w, -]+\]  # \w.+|compile")
MOST_LINES_OF_A_FUNCTION = 40


def _run(*command: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own tools
    return done.returncode, done.stdout + done.stderr


def _functions() -> Iterator[tuple[str, int]]:
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "--no-cache", "."),
        ("ruff", "format", "--check", "."),
        ("mypy", "services", "shared", "deploy", "tests"),
    ],
    ids=["lint", "format", "types"],
)
@pytest.mark.timeout(600)
def test_the_code_is_clean(command: tuple[str, ...]) -> None:
    """Lint, format and types find nothing."""
    code, said = _run(*command)

    assert code == 0, said


def test_imports_go_one_way() -> None:
    """Services are independent, rooms import inwards, drivers stand only in adapters."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own tool

    assert done.returncode == 0, done.stdout + done.stderr


def test_files_are_small() -> None:
    """No file passes 300 lines: at the limit, look for the second name hiding in it."""
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in CODE}

    assert {} == {name: lines for name, lines in lengths.items() if lines > MOST_LINES_OF_A_FILE}


def test_functions_fit_a_screen() -> None:
    """No function passes 40 lines."""
    assert [] == [name for name, lines in _functions() if lines > MOST_LINES_OF_A_FUNCTION]


def test_nothing_is_switched_off_without_a_reason() -> None:
    """Each lint rule or type check that is switched off says why on its line."""
    silent = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in CODE
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if SWITCHED_OFF.search(line) and not WITH_A_REASON.search(line)
    ]

    assert [] == silent
