"""What a survey says: as announced for the public, all of it and unrounded for staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from services.surveys.domain.contributions import counted_questions, cut_questions
from services.surveys.domain.estimates import estimate
from services.surveys.domain.public_figures import UNWEIGHTED, WEIGHTED, Json, PublicFigures
from services.surveys.domain.stepping import steps_of
from services.surveys.domain.steps import RowSteps, StateFigures, Steps
from services.surveys.domain.surveys import Survey
from services.surveys.usecases.desk import Desk, invalid
from services.surveys.usecases.surveys import found_survey
from shared.language import Language


@dataclass(frozen=True)
class Wish:
    """What a reader wants to see; `everything` is for who may see each response counted at once, unrounded."""

    weighted: bool = True
    by: str | None = None
    everything: bool = False


@dataclass(frozen=True)
class Results:
    """Results in the shape of the API, and the mark by which a reader can tell that they have not changed."""

    content: dict[str, Json]
    etag: str


_Shown = tuple[PublicFigures | None, int, int]
"""Figures, how many responses they cover, and the log position that they are of."""


async def results(desk: Desk, survey_id: str, wish: Wish) -> Results:
    """Raises NoSuchSurvey, Invalid (a question to cut by that can't be cut by)."""
    survey = await found_survey(desk, survey_id, drafts=wish.everything)
    steps = await desk.documents.steps.get(survey_id) or steps_of(survey)
    _check_cut(survey, wish)
    etag = _etag(survey, steps, wish)
    known = desk.shown.get((survey_id, wish))
    if isinstance(known, Results) and known.etag == etag:
        return known
    made = Results(await _content(desk, survey, steps, wish), etag)
    # Steps are written before tallies: what was read between the two is of the moment before.
    if not wish.everything or made.content["published"] == made.content["responses"]:
        desk.keep_shown((survey_id, wish), made)
    return made


async def _content(desk: Desk, survey: Survey, steps: Steps, wish: Wish) -> dict[str, Json]:
    shard, seen = next(iter(steps.seen.items()), ("", 0))
    figures, published, position = await (
        _everything(desk, survey, seen, wish) if wish.everything else _announced(desk, survey, steps, wish)
    )
    return {
        "survey": survey.id,
        "state": survey.state,
        "publish": survey.questionnaire.publish,
        "example": survey.questionnaire.example,
        "final": steps.final,
        "responses": steps.given,
        "published": published,
        "updated_at": await desk.documents.recorded_at(shard, position) if position else None,
        "position": f"{shard}:{position}" if position else None,
        "weighted": bool(figures and figures["weighted"]),
        "weighting": figures["weighting"] if figures else None,
        "questions": figures["questions"] if figures else [],
    }


def _check_cut(survey: Survey, wish: Wish) -> None:
    allowed = survey.questionnaire.weight_to if wish.everything else cut_questions(survey.questionnaire)
    if wish.by is not None and wish.by not in allowed:
        raise invalid(
            "/by",
            f"Резултатите се разделят само по: {_named(survey, allowed, 'bg')}.",
            f"Results are cut only by: {_named(survey, allowed, 'en')}.",
        )


def _named(survey: Survey, questions: Sequence[str], language: Language) -> str:
    """The questions as they are asked, each in quotation marks, with the id that is sent."""
    asked = (survey.questionnaire.question(each) for each in questions)
    marks = "„“" if language == "bg" else "“”"
    return "; ".join(f"{marks[0]}{each.text.in_(language)}{marks[1]} ({each.id})" for each in asked if each) or "–"


async def _everything(desk: Desk, survey: Survey, seen: int, wish: Wish) -> _Shown:
    tallies, questions = await desk.documents.tallies_of(survey.id), counted_questions(survey.questionnaire)
    weighted = wish.weighted and bool(survey.margins)
    made = estimate(tallies, questions, survey.margins, weighted=weighted, by=wish.by)
    return made.as_json(), made.responses, seen


async def _announced(desk: Desk, survey: Survey, steps: Steps, wish: Wish) -> _Shown:
    publish = survey.questionnaire.publish
    announced = steps.announced
    if announced is None or not announced.figures or publish == "never" or (publish == "closed" and not steps.final):
        return None, 0, 0
    figures = dict(_chosen(announced.figures, wish))
    if wish.by is not None:
        rows = {row.code: row for row in await desk.documents.rows_of(survey.id, wish.by)}
        every = [(code, rows.get(code)) for code in _codes(survey, wish.by)]
        figures["questions"] = [
            {**question, "by": _cuts(question["id"], every, wish)} for question in figures["questions"]
        ]
    return figures, announced.n, announced.position


def _codes(survey: Survey, question_id: str) -> tuple[str, ...]:
    question = survey.questionnaire.question(question_id)
    return question.codes if question is not None else ()


def _cuts(question_id: str, rows: Sequence[tuple[str, RowSteps | None]], wish: Wish) -> list[Json]:
    """The rows of a cut, each as it was announced; those of nobody look like those of too few."""
    return [
        _chosen(row.announced.figures, wish)[question_id]
        if row is not None and row.announced is not None and row.announced.figures
        else {"code": code, "n": None, "missing": None, "suppressed": True}
        for code, row in rows
    ]


def _chosen(figures: StateFigures | PublicFigures, wish: Wish) -> Any:  # noqa: ANN401 - JSON, as it was announced
    return figures[WEIGHTED] if wish.weighted and WEIGHTED in figures else figures[UNWEIGHTED]


def _etag(survey: Survey, steps: Steps, wish: Wish) -> str:
    mark = repr((survey.id, survey.version, sorted(steps.seen.items()), wish))
    return f'"{sha256(mark.encode()).hexdigest()[:24]}"'
