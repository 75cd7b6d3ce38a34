"""What the public may see of an estimate: rounded, and nothing that tells of too few people."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from services.surveys.domain.counted import Counted, Kind
from services.surveys.domain.cuts import Base, HiddenTogether, hidden_together
from services.surveys.domain.figures import AnsweredFigures, CutFigures, Estimate, QuestionFigures, RowFigures, Said
from services.surveys.domain.hiding import PublicRule, keep_back, small_ones, small_ones_beside, withheld, without_means
from services.surveys.domain.rounding import rounded, rounded_weighting

A = TypeVar("A", bound=AnsweredFigures)
S = TypeVar("S", bound=Said)

_RULE = PublicRule()


def public(estimate: Estimate, rule: PublicRule = _RULE) -> Estimate:
    """The estimate as the public sees it; the cuts that it holds are suppressed together, totals and all."""
    update: dict[str, object] = {"questions": tuple(_question(question, rule) for question in estimate.questions)}
    if estimate.weighting is not None:
        update["weighting"] = rounded_weighting(estimate.weighting)
    return estimate.model_copy(update=update)


def public_row(
    questions: Iterable[Counted],
    cuts: Mapping[str, CutFigures],
    whole: Mapping[str, QuestionFigures],
    rule: PublicRule = _RULE,
) -> dict[str, CutFigures]:
    """One row of a cut while the survey is open: each question, with what the rest of the whole would tell hidden."""
    return {
        each.question_id: _beside(cuts[each.question_id], whole[each.question_id], each.kind, rule)
        for each in questions
    }


def _beside(cut: CutFigures, whole: QuestionFigures, kind: Kind, rule: PublicRule) -> CutFigures:
    n = cut.n or 0
    if n < rule.row_base:
        return withheld(cut)
    hidden = small_ones_beside(cut, whole, kind, (n, whole.n), rule.k)
    shown = rounded(keep_back(_without_values(cut), hidden, rule.k))
    if not cut.rows:
        return shown
    pairs = zip(cut.rows, whole.rows, strict=True)
    return shown.model_copy(update={"rows": tuple(_row_beside(row, of_all, rule) for row, of_all in pairs)})


def _row_beside(row: RowFigures, whole: RowFigures, rule: PublicRule) -> RowFigures:
    if row.n < rule.row_base:
        return withheld(row)
    return rounded(keep_back(row, small_ones_beside(row, whole, "single", (row.n, whole.n), rule.k), rule.k))


def _question(question: QuestionFigures, rule: PublicRule) -> QuestionFigures:
    shown = _alone(question, question.kind, question.n, rule.base, rule)
    if not question.by:
        return shown
    return shown.model_copy(update={"by": ()}) if shown.suppressed else _cut(question, shown, rule)


def _alone(figures: A, kind: Kind, n: int, base: int, rule: PublicRule) -> A:
    """A question on one base that is no part of a table."""
    if n < base:
        return withheld(figures)
    shown = rounded(keep_back(figures, small_ones(figures, kind, n, rule.k), rule.k))
    if not figures.rows:
        return shown
    return shown.model_copy(update={"rows": tuple(_row(row, base, rule) for row in figures.rows)})


def _row(row: RowFigures, base: int, rule: PublicRule) -> RowFigures:
    if row.n < base:
        return withheld(row)
    return rounded(keep_back(row, small_ones(row, "single", row.n, rule.k), rule.k))


def _cut(question: QuestionFigures, shown: QuestionFigures, rule: PublicRule) -> QuestionFigures:
    """The cuts of a question, and the question without what they would give away."""
    bases = [_base(cut, cut.n or 0) for cut in question.by]
    hidden = hidden_together(_base(question, question.n), bases, rule, several=question.kind == "multiple")
    of_rows = [_hidden_in_row(question, at, rule) for at in range(len(question.rows))]
    cuts = [_cut_figures(cut, at, hidden, rule) for at, cut in enumerate(question.by)]
    for at, cut in enumerate(question.by):
        if cut.rows and at not in hidden.withheld:
            rows = tuple(_cut_row(row, at, parts, rule) for row, parts in zip(cut.rows, of_rows, strict=True))
            cuts[at] = cuts[at].model_copy(update={"rows": rows})
    update: dict[str, object] = {"by": tuple(cuts)}
    if question.rows:
        update["rows"] = tuple(
            row if row.suppressed else _with_hidden(row, parts.totals, rule)
            for row, parts in zip(shown.rows, of_rows, strict=True)
        )
    return _with_hidden(shown, hidden.totals, rule).model_copy(update=update)


def _hidden_in_row(question: QuestionFigures, row: int, rule: PublicRule) -> HiddenTogether:
    whole = _base(question.rows[row], question.rows[row].n)
    return hidden_together(whole, [_base(cut.rows[row], cut.rows[row].n) for cut in question.by], rule, several=False)


def _cut_figures(cut: CutFigures, at: int, hidden: HiddenTogether, rule: PublicRule) -> CutFigures:
    if at in hidden.sizes:
        cut = cut.model_copy(update={"n": None, "missing": None})
    if at in hidden.withheld:
        return withheld(cut)
    return rounded(_without_options(_without_values(cut), hidden.rows[at], rule))


def _cut_row(row: RowFigures, at: int, hidden: HiddenTogether, rule: PublicRule) -> RowFigures:
    if at in hidden.withheld:
        return withheld(row)
    return rounded(_without_options(row, hidden.rows[at], rule))


def _without_options(said: S, hidden: frozenset[int], rule: PublicRule) -> S:
    """Hide options in a row of a table, and the means from which they could be worked out."""
    shown = _with_hidden(said, hidden, rule)
    return without_means(shown) if hidden and said.choices else shown


def _with_hidden(said: S, hidden: frozenset[int], rule: PublicRule) -> S:
    places = {name: hidden if getattr(said, name) else frozenset() for name in ("choices", "items")}
    return keep_back(said, {**places, "values": frozenset(), "bins": frozenset()}, rule.k)


def _without_values(cut: CutFigures) -> CutFigures:
    """Numbers and months one by one are too fine for a cut."""
    return cut.model_copy(update={name: () for name in ("values", "bins") if getattr(cut, name)})


def _base(said: Said, n: int) -> Base:
    if said.items:
        return Base(n, tuple(item.first_count or 0 for item in said.items))
    return Base(n, tuple(choice.count or 0 for choice in said.choices))
