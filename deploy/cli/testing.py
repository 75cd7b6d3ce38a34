"""`./megdan test`: pass the tests; what is left out is named with its reason in the summary."""

import os
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from deploy.cli.speech import err, words

MUTANTS = "--mutants"


def add_to(app: App) -> None:
    app.command(
        test,
        help=words(
            "Минава тестовете; аргументите са на pytest. --nightly опитва много повече случаи, --seed N повтаря един; "
            "--mutants маха по един механизъм и показва кой тест го забелязва.",
            "Passes the tests; the arguments are pytest's. --nightly tries many more cases, --seed N repeats one; "
            "--mutants takes one mechanism out at a time and shows which test notices.",
        ),
    )


def test(*arguments: Annotated[str, Parameter(allow_leading_hyphen=True)]) -> None:
    """Passes the tests; the arguments are pytest's. With --mutants it tests the tests instead."""
    os.chdir(Path(__file__).parents[2])
    program, said = programme(arguments)
    err().print(said)
    os.execv(sys.executable, [sys.executable, "-m", *program])  # noqa: S606 - the tests take this process's place


def programme(arguments: tuple[str, ...]) -> tuple[list[str], str]:
    """What is to be run for these arguments, and what is said of it."""
    if MUTANTS in arguments:
        rest = [argument for argument in arguments if argument != MUTANTS]
        return ["tests.mutants", *rest], words("Изпитвам тестовете…", "Testing the tests…")
    return ["pytest", *arguments], words("Минавам тестовете…", "Passing the tests…")
