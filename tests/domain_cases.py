"""Worked examples of the field, each figure computed by running code: tests/cases/domain_cases.json."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent / "cases" / "domain_cases.json"


@dataclass(frozen=True)
class Case:
    """One worked example; `tolerance` is absolute, on each number, 0 meaning exact."""

    name: str
    group: str
    about: str
    inputs: Mapping[str, Any]
    expected: Any  # a number, a text, a list or figures by their names, as the case has it
    tolerance: float
    source: str


@cache
def _all() -> tuple[Case, ...]:
    return tuple(Case(**case) for case in json.loads(_FILE.read_text(encoding="utf-8"))["cases"])


def cases(group_or_name: str) -> tuple[Case, ...]:
    """The cases of a group, or the one of that name. Raises LookupError if there is none."""
    found = tuple(case for case in _all() if group_or_name in (case.group, case.name))
    if not found:
        raise LookupError(f"No worked example is called {group_or_name}, and no group of them.")
    return found
