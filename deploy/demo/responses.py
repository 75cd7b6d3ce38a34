"""Makes the 1,200 example responses («примерни отговори») of the survey `vision-2020`: nobody gave them.

`python -m deploy.demo.responses` writes responses.csv beside this file. The same seed makes the same bytes with every
Python from 3.11 on: of `random.Random` only an integer seed and `random()` are used, whose sequence Python promises to
keep, and of arithmetic only sums, products and quotients, which are the same on every machine.
"""

import csv
import io
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from random import Random

from deploy.demo import opinions
from deploy.demo.respondents import Respondent, census_cells, draw_respondent

Row = dict[str, str]

SEED = 2020
RESPONSES = 1200
IDEAS = Path(__file__).with_name("ideas.txt")
FILE = Path(__file__).with_name("responses.csv")


def responses(seed: int = SEED) -> list[Row]:
    """Return one row a response: ids, channel and language, then the answers as codes; what was not answered is empty.

    Several choices and ranks are codes joined by «|»; a matrix has one column a row, named `question[row]`.
    """
    rng = Random(seed)  # noqa: S311 - examples must repeat, nothing here is a secret
    cells, ideas = census_cells(), IDEAS.read_text(encoding="utf-8").splitlines()
    return [_row(rng, _response_id(seed, number), draw_respondent(rng, cells), ideas) for number in range(RESPONSES)]


def as_csv(rows: Sequence[Row]) -> str:
    """Return the rows as CSV with a header and line feeds."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _row(rng: Random, response: str, who: Respondent, ideas: Sequence[str]) -> Row:
    satisfied = opinions.satisfaction(rng, who)
    return {
        "response": response,
        "channel": who.channel,
        "language": who.language,
        "settlement": who.settlement,
        "age": who.age,
        "sex": who.sex,
        **satisfied,
        "heard": opinions.heard(rng, who, satisfied["influence"]),
        **{f"importance[{row}]": value for row, value in opinions.importance(rng, who, satisfied).items()},
        "vision": opinions.vision(rng, who),
        "priorities": opinions.priorities(rng, who),
        "idea": opinions.idea(rng, who, ideas),
    }


def _response_id(seed: int, number: int) -> str:
    return "demo-" + sha256(f"{seed}/{number}".encode()).hexdigest()[:20]


if __name__ == "__main__":
    FILE.write_text(as_csv(responses()), encoding="utf-8", newline="")
