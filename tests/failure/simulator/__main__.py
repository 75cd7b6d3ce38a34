"""`python -m tests.failure.simulator`: runs seeds and says which of them found something broken.

With `--until-red` it ends at the first; with `--json` it answers for programs; with `--faults` it counts what happened.
"""

import argparse
import json
import sys
from collections import Counter

from tests.failure.simulator.seeds import Run, run


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.failure.simulator", description=__doc__)
    parser.add_argument("--seeds", type=int, default=500, help="how many, from 0 on")
    parser.add_argument("--seed", type=int, help="this one alone, with its steps")
    parser.add_argument("--until-red", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--faults", action="store_true")
    return parser.parse_args()


def main() -> int:
    """Run; the exit code is 1 if anything was broken."""
    options = asked()
    seeds = range(options.seeds) if options.seed is None else [options.seed]
    red: list[Run] = []
    seen: Counter[tuple[str, str]] = Counter()
    for seed in seeds:
        done = run(seed)
        seen += done.world.faults.seen
        if done.broken:
            red.append(done)
            if options.until_red:
                break
    if options.json:
        first = {"seed": red[0].seed, "broken": red[0].broken} if red else None
        sys.stdout.write(json.dumps({"red": [done.seed for done in red], "first": first}))
    else:
        tell(red, len(seeds), options.seed is not None)
    if options.faults:
        sys.stdout.write(table(seen))
    return 1 if red else 0


def tell(red: list[Run], many: int, alone: bool) -> None:  # noqa: FBT001 - one or many is all there is to say
    for done in red:
        sys.stdout.write(f"{done}\n" if alone else f"{done.seed}: {done.broken[0]}\n")
    sys.stdout.write(f"{len(red)} of {many} seeds found something broken\n")


def table(seen: Counter[tuple[str, str]]) -> str:
    """How often each kind of fault happened, and at how many different steps."""
    kinds = sorted({kind for kind, _ in seen})
    rows = [
        f"| {kind} | {sum(n for (k, _), n in seen.items() if k == kind):,} | {len({s for k, s in seen if k == kind})} |"
        for kind in kinds
    ]
    return "\n".join(["| fault | times | steps |", "| --- | ---: | ---: |", *rows, ""])


if __name__ == "__main__":
    sys.exit(main())
