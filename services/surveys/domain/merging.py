"""Figures of which some parts move and the others stay as they were announced."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from services.surveys.domain.figures import RowFigures
from services.surveys.domain.hiding import withheld

Json = Any  # a figure, a list of figures or figures by their names


def part_of_row(question_id: str, row: str) -> str:
    """A row of a matrix, as the steps and what is announced call it."""
    return f"{question_id}.{row}"


def merged(before: Mapping[str, Json], present: Mapping[str, Json], moved: AbstractSet[str]) -> dict[str, Json]:
    """A survey's figures as they are at present, but those of parts that did not move as they were before."""
    return {
        name: {**made, "questions": list(_questions(before[name]["questions"], made["questions"], moved))}
        for name, made in present.items()
    }


def merged_row(
    before: Mapping[str, Json], present: Mapping[str, Json], moved: AbstractSet[str], empty: Mapping[str, Json]
) -> dict[str, Json]:
    """The same for the figures of one row of a cut, which are found by their questions; `empty` is one without any."""
    return {
        name: {
            question_id: _question(question_id, before.get(name, empty)[question_id], made.get(question_id), moved)
            for question_id in empty
        }
        for name, made in present.items()
    }


def nothing_of_row(code: str, questions: Iterable[str]) -> dict[str, Json]:
    """What a row of a cut shows as long as it has too few responses."""
    return {each: {"code": code, "n": None, "missing": None, "suppressed": True} for each in questions}


def _questions(before: Sequence[Json], present: Sequence[Json], moved: AbstractSet[str]) -> Iterator[Json]:
    for old, new in zip(before, present, strict=True):
        yield _question(new["id"], old, new, moved)


def _question(question_id: str, old: Json, new: Json, moved: AbstractSet[str]) -> Json:
    if question_id not in moved:
        return old
    if not new.get("rows"):
        return new
    earlier = {row["row"]: row for row in old.get("rows", ())}
    rows = [
        row if part_of_row(question_id, row["row"]) in moved else earlier.get(row["row"]) or _nothing(row)
        for row in new["rows"]
    ]
    return {**new, "rows": rows}


def _nothing(row: Json) -> Json:
    shown = withheld(RowFigures.model_validate(row)).model_copy(update={"n": 0})
    return shown.model_dump(mode="json", exclude_unset=True)
