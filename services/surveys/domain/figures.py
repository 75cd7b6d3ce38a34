"""What a survey says, in the shape that the API answers. Shares are fractions of 1; intervals are at 95 %.

Fields that a kind of question does not have stay unset, and `as_json` leaves them out.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from services.surveys.domain.counted import Kind


class Figures(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ChoiceFigures(Figures):
    """One option, mark, value or month.

    Attributes:
        code: the option's code, the mark, the value as decimal text, or the month.
        count: how many answered so, unweighted; null where hidden.
        share: their part of those who answered, weighted; null where hidden or where there is no base.
        low: lower end of the share's interval.
        high: upper end.
        mention: for questions with several answers, the part of all mentions.
        hidden: whether the figures are kept back because too few people are behind them.
    """

    code: str
    count: int | None
    share: float | None
    low: float | None
    high: float | None
    mention: float | None = None
    hidden: bool = False


class BinFigures(ChoiceFigures):
    """Numbers from `at_least` up to, but not, `below`; `code` is the first of them."""

    at_least: float
    below: float


class ItemFigures(Figures):
    """One ranked item: how many ranked it, its mean place among them, and how many of all put it first."""

    code: str
    n: int
    mean_rank: float | None
    first_count: int | None
    first: float | None
    hidden: bool = False


class Said(Figures):
    """What the answers of one base say. `sd` is the standard deviation, `median` the lower weighted one."""

    choices: tuple[ChoiceFigures, ...] = ()
    mean: float | None = None
    sd: float | None = None
    mean_low: float | None = None
    mean_high: float | None = None
    median: float | None = None
    values: tuple[ChoiceFigures, ...] = ()
    bins: tuple[BinFigures, ...] = ()
    items: tuple[ItemFigures, ...] = ()


class RowFigures(Said):
    """A row of a matrix."""

    row: str
    n: int
    suppressed: bool = False


class AnsweredFigures(Said):
    """A question, whole or in a cut. `missing` were asked and did not answer; `suppressed` = too few, nothing shown."""

    missing: int | None
    suppressed: bool = False
    rows: tuple[RowFigures, ...] = ()


class CutFigures(AnsweredFigures):
    """The same question among those who chose `code` of the question that is cut by; `n` is null where hidden."""

    code: str
    n: int | None


class QuestionFigures(AnsweredFigures):
    """A question: `n` answered it. `by` holds its cuts where they were asked for."""

    id: str
    kind: Kind
    n: int
    by: tuple[CutFigures, ...] = ()


class TrimmingFigures(Figures):
    """Weights above `cap` means were cut; `margins_off` is how far each margin then was from the population's."""

    cap: float
    margins_off: Mapping[str, float]


class WeightingFigures(Figures):
    """How respondents were weighted: to which questions' margins, and what it costs in precision.

    `dropped` questions have too few respondents in all categories but one; `merged` names the categories that were put
    together for being small.
    """

    to: tuple[str, ...]
    design_effect: float
    effective_n: float
    converged: bool
    dropped: tuple[str, ...]
    merged: Mapping[str, tuple[str, ...]]
    trimmed: TrimmingFigures | None


class Estimate(Figures):
    """What a survey says. `weighted` is false where nothing could be weighted to; `weighting` is null if not asked."""

    responses: int
    weighted: bool
    weighting: WeightingFigures | None
    questions: tuple[QuestionFigures, ...]

    def as_json(self) -> dict[str, Any]:  # Any: JSON
        """The shape of the API's results; what a kind of question does not have is left out."""
        return self.model_dump(mode="json", exclude_unset=True)
