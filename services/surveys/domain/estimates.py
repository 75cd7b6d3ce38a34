"""What a survey says, from its tallies alone: the same after a hundred responses or a million."""

from collections.abc import Iterable, Mapping, Sequence

from services.surveys.domain.answered import answered_figures
from services.surveys.domain.counted import Counted
from services.surveys.domain.figures import (
    CutFigures,
    Estimate,
    QuestionFigures,
    TrimmingFigures,
    WeightingFigures,
)
from services.surveys.domain.sums import NOBODY, Sum, WeightedCell, sums_of
from services.surveys.domain.tallies import Tally
from services.surveys.domain.weighting import CAP, Margins, Weighting, weigh


def estimate(
    tallies: Iterable[Tally],
    questions: Sequence[Counted],
    margins: Margins,
    *,
    weighted: bool = True,
    by: str | None = None,
    row: str | None = None,
) -> Estimate:
    """Estimate every question, weighted to the margins or with equal weights; to the bit, whatever the tallies' order.

    `by` is a weighting question: each question is then also cut by its codes (by `row` alone, if one is named), with
    the weights of the whole. Raises ValueError for another question, whose cuts the tallies do not hold.
    """
    counted = sorted((tally for tally in tallies if tally.responses), key=lambda tally: tally.id)
    if by is not None and any(by not in tally.cell for tally in counted):
        raise ValueError(f"Responses are not tallied by the question {by}.")
    weighting = weigh([(tally.cell, tally.responses) for tally in counted], margins if weighted else {})
    cells = [WeightedCell(w, tally.counts) for w, tally in zip(weighting.weights, counted, strict=True)]
    cuts = {} if by is None else _cells_by(by, counted, cells)
    if row is not None:
        cuts = {code: cut for code, cut in cuts.items() if code == row}
    return Estimate(
        responses=sum(tally.responses for tally in counted),
        weighted=bool(weighting.to),
        weighting=_weighting_figures(weighting) if weighted and margins else None,
        questions=tuple(_question(question, cells, cuts if by is not None else None) for question in questions),
    )


def _cells_by(by: str, tallies: Sequence[Tally], cells: Sequence[WeightedCell]) -> dict[str, list[WeightedCell]]:
    found: dict[str, list[WeightedCell]] = {}
    for tally, cell in zip(tallies, cells, strict=True):
        found.setdefault(tally.cell[by], []).append(cell)
    return {code: found[code] for code in sorted(found) if code}


def _question(
    question: Counted, cells: Sequence[WeightedCell], cuts: dict[str, list[WeightedCell]] | None
) -> QuestionFigures:
    sums = sums_of(question.question_id, cells)
    fields = {"id": question.question_id, "kind": question.kind, **answered_figures(question, sums)}
    if cuts is not None:
        fields["by"] = tuple(_cut(question, code, cut, sums) for code, cut in cuts.items())
    return QuestionFigures(**fields)


def _cut(question: Counted, code: str, cells: Sequence[WeightedCell], whole: Mapping[str, Sum]) -> CutFigures:
    """A row of a cut; what only others answered is listed too, so that all rows list the same."""
    sums = {**dict.fromkeys(whole, NOBODY), **sums_of(question.question_id, cells)}
    return CutFigures(code=code, **answered_figures(question, sums))


def _weighting_figures(weighting: Weighting) -> WeightingFigures:
    return WeightingFigures(
        to=weighting.to,
        design_effect=weighting.design_effect,
        effective_n=weighting.effective_n,
        converged=weighting.converged,
        dropped=weighting.dropped,
        merged=weighting.merged,
        trimmed=TrimmingFigures(cap=CAP, margins_off=weighting.margins_off) if weighting.capped else None,
    )
