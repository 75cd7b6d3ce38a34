"""A question as the statistics see it: its kind and the codes that can be counted."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["single", "multiple", "scale", "number", "date", "text", "matrix", "rank"]


@dataclass(frozen=True)
class Counted:
    """What counting a question's answers needs to know of it.

    Attributes:
        question_id: the question.
        kind: how its answers look.
        choices: codes of its options in the order of the questionnaire, `other` among them where own words are allowed.
        rows: codes of a matrix's rows, in order.
        low: lowest mark of a scale, or of a matrix whose rows are scales; None where marks are codes.
        high: highest mark.
        exclusive: options that are no mention of anything, such as "none of these".
    """

    question_id: str
    kind: Kind
    choices: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    exclusive: tuple[str, ...] = ("none",)
