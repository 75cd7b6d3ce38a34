"""The figures that a survey publishes, as JSON: weighted where there are margins, and unweighted, by the same rules."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import reduce
from typing import Any

from services.surveys.domain.contributions import RowKey, counted_questions, cut_questions
from services.surveys.domain.estimates import Tallied, counts_of, estimate, estimate_row
from services.surveys.domain.figures import Estimate
from services.surveys.domain.hiding import PublicRule
from services.surveys.domain.publication import public, public_row
from services.surveys.domain.surveys import Survey
from services.surveys.domain.tallies import Tally

Json = Any  # a figure, a list of figures or figures by their names
PublicFigures = Mapping[str, Json]

WEIGHTED, UNWEIGHTED = "weighted", "unweighted"


@dataclass(frozen=True)
class Thresholds:
    """Below which numbers the public sees nothing: `k` people behind a figure, `base` answers while it is open."""

    k: int = 5
    base: int = 30

    def moving(self, survey: Survey) -> PublicRule:
        """The rule while figures move by steps."""
        return PublicRule(k=max(self.k, survey.step), base=self.base, row_base=self.base)

    def final(self, survey: Survey) -> PublicRule:
        """The rule of what is announced once, at the closing."""
        k = max(self.k, survey.step)
        return PublicRule(k=k, base=k, row_base=self.base)


def estimates(survey: Survey, tallies: Iterable[Tally], by: str | None = None) -> Mapping[str, Estimate]:
    """What the tallies say, `weighted` (if there is anything to weight to) and `unweighted`."""
    known, questions = Tallied(tallies), counted_questions(survey.questionnaire)
    made = {UNWEIGHTED: estimate(known, questions, survey.margins, weighted=False, by=by)}
    if survey.margins:
        made[WEIGHTED] = estimate(known, questions, survey.margins, by=by)
    return made


def survey_figures(survey: Survey, tallies: Iterable[Tally], rule: PublicRule) -> dict[str, Json]:
    """What the public sees of a survey as a whole."""
    return {name: public(made, rule).as_json() for name, made in estimates(survey, tallies).items()}


def row_figures(
    survey: Survey, tallies: Iterable[Tally], row: RowKey, moved: AbstractSet[str], rule: PublicRule
) -> dict[str, Json]:
    """What the public sees of one row of a cut, for each question that moves."""
    known = Tallied(tallies)
    questions = [each for each in counted_questions(survey.questionnaire) if each.question_id in moved]
    whole = counts_of(known, questions)
    made: dict[str, Json] = {}
    for name, margins in ((UNWEIGHTED, {}), (WEIGHTED, survey.margins)):
        if margins or name == UNWEIGHTED:
            cuts = estimate_row(known, questions, margins, row.question_id, row.code)
            shown = public_row(questions, cuts, whole, rule)
            made[name] = {question: cut.model_dump(mode="json", exclude_unset=True) for question, cut in shown.items()}
    return made


def closing_figures(
    survey: Survey, tallies: Sequence[Tally], rule: PublicRule
) -> tuple[dict[str, Json], dict[RowKey, dict[str, Json]]]:
    """What is announced once at a closing: the whole and all rows of its cuts, hidden together.

    What one cut needs to have hidden in the whole is hidden there for every cut.
    """
    cuts = cut_questions(survey.questionnaire)
    if not cuts:
        return survey_figures(survey, tallies, rule), {}
    shown = {
        cut: {name: public(made, rule).as_json() for name, made in estimates(survey, tallies, cut).items()}
        for cut in cuts
    }
    rows: dict[RowKey, dict[str, Json]] = {}
    for cut, figures in shown.items():
        for name, made in figures.items():
            _take_rows(RowKey(survey.id, cut, ""), name, made, rows)
    return {name: _whole([figures[name] for figures in shown.values()]) for name in shown[cuts[0]]}, rows


def _take_rows(cut: RowKey, name: str, made: PublicFigures, rows: dict[RowKey, dict[str, Json]]) -> None:
    for question in made["questions"]:
        for figures in question.get("by", ()):
            row = RowKey(cut.survey_id, cut.question_id, figures["code"])
            rows.setdefault(row, {}).setdefault(name, {})[question["id"]] = figures


def _whole(variants: Sequence[PublicFigures]) -> dict[str, Json]:
    questions = [[_without_cuts(question) for question in made["questions"]] for made in variants]
    return {**variants[0], "questions": reduce(_covered, questions)}


def _without_cuts(question: PublicFigures) -> dict[str, Json]:
    return {name: value for name, value in question.items() if name != "by"}


def _covered(one: Json, other: Json) -> Json:
    """Of the same figures twice, hidden what is hidden in either."""
    if isinstance(one, dict):
        return {name: _covered(value, other.get(name, value)) for name, value in one.items()}
    if isinstance(one, list):
        return [_covered(*pair) for pair in zip(one, other, strict=True)]
    if isinstance(one, bool):
        return one or other
    return None if other is None else one
