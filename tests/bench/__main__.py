"""All benches, or one: `python -m tests.bench [NAME] [--json]`; `python -m tests.bench.NAME -h` for its own options."""

import argparse
from collections.abc import Callable, Mapping, Sequence

from deploy.cli.speech import err
from tests.bench import idle, latency, pages, profile, responses, scale
from tests.bench.measures import Measure, tell

MEASURED: Mapping[str, Callable[[], Sequence[Measure]]] = {
    "responses": responses.measured,
    "latency": latency.measured,
    "scale": scale.measured,
    "pages": pages.measured,
    "idle": idle.measured,
}
NAMES = (*MEASURED, "profile")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("name", nargs="?", choices=NAMES)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    if given.name == "profile":
        profile.shown(as_json=given.json)
        return
    found: list[Measure] = []
    for name in (given.name,) if given.name else MEASURED:
        err().print(f"{name}…", markup=False)
        found.extend(MEASURED[name]())
    tell(found, as_json=given.json)


if __name__ == "__main__":
    main()
