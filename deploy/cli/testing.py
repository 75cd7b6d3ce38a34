"""`./megdan test`: pass the tests; what is left out is named with its reason in the summary."""

import os
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from deploy.cli.speech import err, words


def add_to(app: App) -> None:
    app.command(
        test, help=words("Минава тестовете; аргументите са на pytest.", "Passes the tests; the arguments are pytest's.")
    )


def test(*arguments: Annotated[str, Parameter(allow_leading_hyphen=True)]) -> None:
    """Passes the tests; the arguments are pytest's."""
    os.chdir(Path(__file__).parents[2])
    err().print(words("Минавам тестовете…", "Passing the tests…"))
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *arguments])  # noqa: S606 - the tests take this process's place
