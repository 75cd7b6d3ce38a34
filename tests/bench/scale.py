"""What grows with the size of things, and what must not: `python -m tests.bench.scale [--only PART] [--json]`.

updates: a value in a plan of 10,000 indicators beside one in a plan of 10. estimates: figures of 1,000,000 responses
beside those of 1,000. rebuild: projections from 100,000 entries, byte for byte. imported: 10,000 rows of responses.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence

from deploy.cli.speech import err
from tests.bench.measures import Measure, tell
from tests.bench.scaling_estimates import estimates
from tests.bench.scaling_records import imported, rebuild
from tests.bench.scaling_updates import updates

PARTS: Mapping[str, Callable[[], Sequence[Measure]]] = {
    "updates": updates,
    "estimates": estimates,
    "rebuild": rebuild,
    "imported": imported,
}


def measured(parts: Sequence[str] = tuple(PARTS)) -> list[Measure]:
    """Run the bench."""
    found: list[Measure] = []
    for part in parts:
        err().print(f"scale: {part}…", markup=False)
        found.extend(PARTS[part]())
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", choices=PARTS)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    tell(measured((given.only,) if given.only else tuple(PARTS)), as_json=given.json)


if __name__ == "__main__":
    main()
