"""What the surveys service announces of a survey's figures: for each question n, shares, mean."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.surveys.domain.steps import Steps
from services.surveys.domain.surveys import Survey
from shared.events.surveys import ChoiceShare, EstimateChanged, QuestionEstimate

MOST_SHARES = 1_500
"""An event holds at most so many options, so that it stays well below its limit; beyond, questions come without."""

Figures = Mapping[str, Any]  # Any: JSON, as the estimate shaped it


def announcement(survey: Survey, steps: Steps, figures: Figures) -> EstimateChanged | None:
    """Say what is announced; None where nothing is. `figures` are the announced estimate as the API shapes it."""
    announced = steps.announced
    if announced is None or survey.questionnaire.publish == "never":
        return None
    return EstimateChanged(
        survey_id=survey.id,
        number=announced.number,
        final=steps.final,
        responses=steps.given,
        published=announced.n,
        questions=tuple(_within_limit(_estimates(figures["questions"]))),
        opened_by=survey.opened_by,
        closed_by=survey.closed_by,
    )


def _estimates(questions: Sequence[Figures]) -> Iterator[QuestionEstimate]:
    """Each question, and each row of a matrix as `question.row`."""
    for question in questions:
        yield _estimate(question["id"], question["kind"], question)
        for row in question.get("rows", ()):
            yield _estimate(f"{question['id']}.{row['row']}", "scale", row)


def _estimate(name: str, kind: str, said: Figures) -> QuestionEstimate:
    shares = [*said.get("choices", ()), *said.get("values", ())]
    return QuestionEstimate(
        id=name,
        kind=kind,
        n=said["n"],
        suppressed=said["suppressed"],
        choices=tuple(ChoiceShare.model_validate(share) for share in shares),
        mean=said.get("mean"),
        mean_low=said.get("mean_low"),
        mean_high=said.get("mean_high"),
    )


def _within_limit(estimates: Iterator[QuestionEstimate]) -> Iterator[QuestionEstimate]:
    left = MOST_SHARES
    for estimate in estimates:
        left -= len(estimate.choices)
        yield estimate if left >= 0 else estimate.model_copy(update={"choices": ()})
