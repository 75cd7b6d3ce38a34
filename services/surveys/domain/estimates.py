"""What a survey says, from its tallies alone: the same after a hundred responses or a million."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from services.surveys.domain.answered import answered_figures
from services.surveys.domain.counted import Counted
from services.surveys.domain.figures import (
    CutFigures,
    Estimate,
    QuestionFigures,
    TrimmingFigures,
    WeightingFigures,
)
from services.surveys.domain.sums import NOBODY, Sums, Table
from services.surveys.domain.tallies import Tally
from services.surveys.domain.weighting import CAP, Margins, Weighting, weigh


class Tallied:
    """The tallies of a survey in one order, and their table, which several estimates may share."""

    def __init__(self, tallies: Iterable[Tally]) -> None:
        self.tallies = sorted((tally for tally in tallies if tally.responses), key=lambda tally: tally.id)
        self.table = Table([tally.counts for tally in self.tallies])

    @cached_property
    def counted(self) -> Mapping[str, Sums]:
        """Who said what, without any weight."""
        return self.table.sums([0.0] * len(self.tallies))

    def weighed(self, margins: Margins) -> Weighting:
        return weigh([(tally.cell, tally.responses) for tally in self.tallies], margins)

    def lines_by(self, by: str) -> dict[str, list[int]]:
        """The cells of each code of a weighting question. Raises ValueError for another question."""
        if any(by not in tally.cell for tally in self.tallies):
            raise ValueError(f"Responses are not tallied by the question {by}.")
        found: dict[str, list[int]] = {}
        for at, tally in enumerate(self.tallies):
            found.setdefault(tally.cell[by], []).append(at)
        return {code: found[code] for code in sorted(found) if code}


def estimate(
    tallies: Iterable[Tally] | Tallied,
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
    known = _tallied(tallies)
    weighting = known.weighed(margins if weighted else {})
    lines = {} if by is None else known.lines_by(by)
    whole = known.table.sums(weighting.weights)
    cuts = {code: known.table.sums(weighting.weights, cells) for code, cells in lines.items()}
    return Estimate(
        responses=sum(tally.responses for tally in known.tallies),
        weighted=bool(weighting.to),
        weighting=_weighting_figures(weighting) if weighted and margins else None,
        questions=tuple(_question(question, whole, None if by is None else cuts) for question in questions),
    )


def estimate_row(
    tallies: Iterable[Tally] | Tallied, questions: Sequence[Counted], margins: Margins, by: str, code: str
) -> dict[str, CutFigures]:
    """Estimate one row of a cut alone: each question among those who chose `code`, with the weights of the whole."""
    known = _tallied(tallies)
    weights, whole = known.weighed(margins).weights, known.counted
    row = known.table.sums(weights, known.lines_by(by).get(code, []))
    return {question.question_id: _cut(question, code, row, whole) for question in questions}


def counts_of(tallied: Tallied, questions: Sequence[Counted]) -> dict[str, QuestionFigures]:
    """Each question's counts alone, without shares and means: what decides which figures are of too few."""
    return {question.question_id: _question(question, tallied.counted, None) for question in questions}


def _tallied(tallies: Iterable[Tally] | Tallied) -> Tallied:
    return tallies if isinstance(tallies, Tallied) else Tallied(tallies)


def _question(
    question: Counted, whole: Mapping[str, Sums], cuts: Mapping[str, Mapping[str, Sums]] | None
) -> QuestionFigures:
    sums = whole.get(question.question_id, {})
    fields = {"id": question.question_id, "kind": question.kind, **answered_figures(question, sums)}
    if cuts is not None:
        fields["by"] = tuple(_cut(question, code, cut, whole) for code, cut in cuts.items())
    return QuestionFigures(**fields)


def _cut(question: Counted, code: str, cut: Mapping[str, Sums], whole: Mapping[str, Sums]) -> CutFigures:
    """A row of a cut; what only others answered is listed too, so that all rows list the same."""
    name = question.question_id
    sums = {**dict.fromkeys(whole.get(name, ()), NOBODY), **cut.get(name, {})}
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
