"""Responses to load with: people drawn from the census and what they say, as the demo makes them, as many as wanted."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from deploy.demo.responses import RESPONSES, Row, responses

MARKED = frozenset({"roads", "water", "cleanliness", "employment", "influence"})
LISTED = frozenset({"heard", "priorities"})
CHOSEN = frozenset({"settlement", "age", "sex", "vision", "idea"})


def body_of(row: Row) -> dict[str, Any]:
    """A row of the demo's file as a client would send it."""
    answers: dict[str, Any] = {}
    for name, value in row.items():
        if not value or name in ("response", "channel", "language"):
            continue
        question, _, rest = name.partition("[")
        if rest:
            answers.setdefault(question, {})[rest.rstrip("]")] = int(value)
        else:
            answers[name] = _answer(name, value)
    return {"answers": answers, "channel": row["channel"], "language": row["language"]}


def _answer(name: str, value: str) -> Any:
    if name in MARKED:
        return int(value)
    return value.split("|") if name in LISTED else value


def bodies(seeds: int) -> list[Mapping[str, Any]]:
    """The bodies of several demos, 1,200 a seed."""
    return [body_of(row) for seed in range(1, seeds + 1) for row in responses(seed)]


def write_bodies(path: Path, least: int) -> Path:
    """Write at least so many bodies to a file, one a line, for `flood`."""
    path.write_bytes(b"\n".join(orjson.dumps(body) for body in bodies(-(-least // RESPONSES))))
    return path
