"""Which test shows which promise: the table of docs/reliability.md, made of the tests' own sentences.

`python -m tests.promises` writes it between its two marks; a test turns red when it is not what the tests say.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "reliability.md"
BEGINS, ENDS = "<!-- promises -->\n", "<!-- end of promises -->\n"
_NUMBERS = re.compile(r"((?:P-\d\d(?:, | and )?)+): (.+)", re.DOTALL)


@dataclass(frozen=True)
class Shown:
    """A test with the numbers of what it shows and its sentence."""

    numbers: tuple[str, ...]
    file: str
    name: str
    sentence: str


def shown() -> Iterator[Shown]:
    """Every test whose docstring begins with the numbers of promises."""
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                found = _NUMBERS.match(ast.get_docstring(node) or "")
                if found:
                    numbers = tuple(re.findall(r"P-\d\d", found[1]))
                    sentence = " ".join(found[2].split())
                    yield Shown(numbers, str(path.relative_to(TESTS.parent)), node.name, sentence)


def table() -> str:
    """The table, promise by promise."""
    by_number: dict[str, list[Shown]] = defaultdict(list)
    for each in shown():
        for number in each.numbers:
            by_number[number].append(each)
    lines = ["| promise | shown by | which says |", "| --- | --- | --- |"]
    for number in sorted(by_number):
        for at, each in enumerate(sorted(by_number[number], key=lambda one: (one.file, one.name))):
            sentence = each.sentence.replace("|", "\\|")
            lines.append(f"| {number if at == 0 else ''} | `{each.file}` `{each.name}` | {sentence} |")
    return "\n".join(lines) + "\n"


def page_with_table() -> str:
    """The page as it should be."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGINS)
    return before + BEGINS + table() + ENDS + rest.partition(ENDS)[2]


if __name__ == "__main__":
    PAGE.write_text(page_with_table(), "utf-8")
