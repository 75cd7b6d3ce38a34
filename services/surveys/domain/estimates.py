"""What a survey says, from its tallies alone: the same after a hundred responses or a million."""

from collections.abc import Iterable, Sequence

from services.surveys.domain.answered import answered_figures
from services.surveys.domain.counted import Counted
from services.surveys.domain.figures import (
    CutFigures,
    Estimate,
    QuestionFigures,
    TrimmingFigures,
    WeightingFigures,
)
from services.surveys.domain.sums import NOBODY, WeightedCell, sums_of
from services.surveys.domain.tallies import Tally
from services.surveys.domain.weighting import CAP, Margins, Weighting, weigh


def estimate(
    tallies: Iterable[Tally],
    questions: Sequence[Counted],
    margins: Margins,
    *,
    weighted: bool = True,
    by: str | None = None,
) -> Estimate:
    """Estimate every question, weighted to the margins or with equal weights; to the bit, whatever the tallies' order.

    `by` is a weighting question: each question is then also cut by its codes, with the weights of the whole. Raises
    ValueError for another question, whose cuts the tallies do not hold.
    """
    counted, cells, weighting = _weighed(tallies, margins if weighted else {})
    cuts = None if by is None else _cells_by(by, counted, cells)
    return Estimate(
        responses=sum(tally.responses for tally in counted),
        weighted=bool(weighting.to),
        weighting=_weighting_figures(weighting) if weighted and margins else None,
        questions=tuple(_question(question, cells, cuts) for question in questions),
    )


def estimate_row(
    tallies: Iterable[Tally], questions: Sequence[Counted], margins: Margins, by: str, code: str
) -> dict[str, CutFigures]:
    """Estimate one row of a cut alone: each question among those who chose `code`, with the weights of the whole."""
    counted, cells, _ = _weighed(tallies, margins)
    row = _cells_by(by, counted, cells).get(code, [])
    return {
        question.question_id: _cut(question, code, row, _keys(question.question_id, cells)) for question in questions
    }


def _weighed(tallies: Iterable[Tally], margins: Margins) -> tuple[Sequence[Tally], Sequence[WeightedCell], Weighting]:
    counted = sorted((tally for tally in tallies if tally.responses), key=lambda tally: tally.id)
    weighting = weigh([(tally.cell, tally.responses) for tally in counted], margins)
    cells = [WeightedCell(w, tally.counts) for w, tally in zip(weighting.weights, counted, strict=True)]
    return counted, cells, weighting


def _keys(question_id: str, cells: Sequence[WeightedCell]) -> list[str]:
    return sorted({key for cell in cells for key in cell.counts.get(question_id, ())})


def _cells_by(by: str, tallies: Sequence[Tally], cells: Sequence[WeightedCell]) -> dict[str, list[WeightedCell]]:
    if any(by not in tally.cell for tally in tallies):
        raise ValueError(f"Responses are not tallied by the question {by}.")
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


def _cut(question: Counted, code: str, cells: Sequence[WeightedCell], whole: Iterable[str]) -> CutFigures:
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
