"""`./megdan test`: pass the tests; what is left out is named with its reason in the summary."""

import os
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from deploy.cli.speech import err, words


def add_to(app: App) -> None:
    app.command(test)


def test(*arguments: Annotated[str, Parameter(allow_leading_hyphen=True)]) -> int:
    """Минава тестовете; аргументите са на pytest. / Passes the tests; the arguments are pytest's."""
    import pytest  # noqa: PLC0415 - only this command has the tests' libraries

    os.chdir(Path(__file__).parents[2])
    err().print(words("Минавам тестовете…", "Passing the tests…"))
    return int(pytest.main(list(arguments)))


if __name__ == "__main__":
    sys.exit(test(*sys.argv[1:]))
