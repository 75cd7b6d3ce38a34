"""`./megdan test --mutants`: takes one mechanism after the other out of a copy, and shows which test notices."""

import argparse
import sys
import tempfile
from pathlib import Path

from deploy.cli.speech import err, out, print_table, words
from tests.mutants.mutations import MUTATIONS
from tests.mutants.running import Verdict, copied, judged

LONGEST_WHAT = 90


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./megdan test --mutants", description=__doc__)
    parser.add_argument("names", nargs="*", help="parts of names of mutations; all of them if none is given")
    parser.add_argument("--seeds", type=int, default=200, help="how many to tell the share of those that notice")
    return parser.parse_args()


def main() -> int:
    """Judge; the exit code is 1 if a mutation survives."""
    options = asked()
    chosen = [each for each in MUTATIONS if not options.names or any(name in each.name for name in options.names)]
    verdicts: list[Verdict] = []
    with tempfile.TemporaryDirectory(prefix="megdan-mutants-") as folder:
        tree = copied(Path(folder))
        for mutation in chosen:
            err().print(words(f"Опитвам: {mutation.name}…", f"Trying: {mutation.name}…"))
            verdicts.append(judged(mutation, tree, options.seeds))
    shown(verdicts)
    return 0 if all(verdict.is_caught for verdict in verdicts) else 1


def shown(verdicts: list[Verdict]) -> None:
    columns = words(
        "какво е махнато|кой го вижда|семе|нужни|дял|какво вижда", "taken out|noticed by|seed|needed|share|what"
    )
    rows = [
        (
            verdict.mutation.name,
            verdict.by or words("НИКОЙ", "NOBODY"),
            verdict.seed,
            verdict.needed,
            f"{verdict.share} ({verdict.red}/{verdict.of})",
            verdict.what[:LONGEST_WHAT],
        )
        for verdict in verdicts
    ]
    print_table(words("Мутации", "Mutations"), columns.split("|"), rows)
    survived = [verdict.mutation.name for verdict in verdicts if not verdict.is_caught]
    if survived:
        names = ", ".join(survived)
        out().print(words(f"Оцелели: {names}. Липсва тест.", f"Survived: {names}. A test is missing."))


if __name__ == "__main__":
    sys.exit(main())
