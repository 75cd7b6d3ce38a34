"""`./megdan bench`: the benchmarks, each figure beside its yardstick."""

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from deploy.cli.imports import AsJson
from deploy.cli.speech import err, words

Name = Annotated[
    Literal["responses", "latency", "scale", "pages", "idle", "profile"] | None,
    Parameter(help=words("коя; без нея – всички без profile", "which one; without it all but profile")),
]


def add_to(app: App) -> None:
    app.command(
        bench,
        help=words(
            "Мери скоростта; до всяка стойност стои мерило.", "Measures speed, each figure beside its yardstick."
        ),
    )


def bench(name: Name = None, /, *, as_json: AsJson = False) -> None:
    """Measures speed, each figure beside its yardstick."""
    os.chdir(Path(__file__).parents[2])
    err().print(words("Меря; до пет минути за всички…", "Measuring; up to five minutes for all…"))
    arguments = [*([name] if name else []), *(["--json"] if as_json else [])]
    os.execv(sys.executable, [sys.executable, "-m", "tests.bench", *arguments])  # noqa: S606 - the benches take this process's place
