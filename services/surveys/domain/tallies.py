"""Counts of a survey's responses, one document per weighting cell. Shares, means and raking need nothing else."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import TypeVar
from urllib.parse import quote

from pydantic import Field

from services.surveys.domain.countable import Counts, code_of, is_answered
from shared.bench import Projection

T = TypeVar("T")

_LONGEST_ID = 200


class Tally(Projection):
    """How often each answer occurs among the responses of one cell; integers only, zeros left out, keys sorted.

    Attributes:
        survey_id: the survey.
        cell: code of each weighting question, "" where it was not answered.
        responses: how many responses there are in the cell.
        counts: for each question, how often each key occurs (`countable`).
    """

    survey_id: str
    cell: Mapping[str, str]
    responses: int = 0
    counts: Mapping[str, Mapping[str, int]] = Field(default_factory=dict)


def cell_of(answers: Mapping[str, object], weight_to: Sequence[str]) -> dict[str, str]:
    """The cell of a response: its code for each weighting question, "" where there is none."""
    found = {question: answers.get(question) for question in sorted(weight_to)}
    return {question: code_of(answer) if is_answered(answer) else "" for question, answer in found.items()}


def empty_tally(survey_id: str, cell: Mapping[str, str]) -> Tally:
    return Tally(id=tally_id(survey_id, cell), survey_id=survey_id, cell=dict(sorted(cell.items())))


def tally_id(survey_id: str, cell: Mapping[str, str]) -> str:
    """A readable id, the same for the same cell and for no other; a very long one is hashed."""
    named = "/".join(f"{quote(question, safe='')}={quote(code, safe='')}" for question, code in sorted(cell.items()))
    readable = f"{quote(survey_id, safe='')}/{named or 'all'}"
    if len(readable) <= _LONGEST_ID:
        return readable
    return f"{quote(survey_id, safe='')}/{sha256(readable.encode()).hexdigest()}"


def add(tally: Tally, counted: Counts, responses: int = 1) -> Tally:
    """Count what one response says, or the sum of what several say."""
    return _moved(tally, counted, 1, responses)


def subtract(tally: Tally, counted: Counts, responses: int = 1) -> Tally:
    """Undo `add` exactly. Raises ValueError if that was never counted here."""
    return _moved(tally, counted, -1, responses)


def _moved(tally: Tally, counted: Counts, sign: int, responses: int) -> Tally:
    counts = {**tally.counts}
    changed: dict[str, dict[str, int]] = {}
    for (question, key), times in counted.items():
        keys = changed.get(question)
        if keys is None:
            keys = changed[question] = {**counts.get(question, {})}
        keys[key] = keys.get(key, 0) + sign * times
    total = tally.responses + sign * responses
    if sign < 0 and (total < 0 or any(count < 0 for keys in changed.values() for count in keys.values())):
        raise ValueError(f"The tally {tally.id} does not hold what should be taken from it.")
    for question, keys in changed.items():
        counts[question] = _sorted(keys, counts.get(question, {}))
    kept = {question: keys for question, keys in _sorted(counts, tally.counts).items() if keys}
    return tally.model_copy(update={"responses": total, "counts": kept})


def _sorted(after: Mapping[str, T], before: Mapping[str, T]) -> dict[str, T]:
    """By their keys, zeros left out; where no key came or went they are in order already."""
    if len(after) == len(before) and 0 not in after.values():
        return dict(after)
    return {key: value for key, value in sorted(after.items()) if value != 0}
