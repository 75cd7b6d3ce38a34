"""The fold that counts: responses into tallies, and the steps by which public figures move, all in log order."""

from collections.abc import Mapping
from functools import partial

from services.surveys.domain.announcing import announcement
from services.surveys.domain.contributions import Contribution, RowKey
from services.surveys.domain.public_figures import (
    UNWEIGHTED,
    WEIGHTED,
    Json,
    Thresholds,
    closing_figures,
    row_figures,
    survey_figures,
)
from services.surveys.domain.stepping import Move, ended, row_mover, row_steps_of, steps_of, survey_mover
from services.surveys.domain.steps import Announced, RowSteps, StateFigures
from services.surveys.domain.surveys import NoSuchSurvey, Survey
from services.surveys.domain.tallies import Tally, add, empty_tally, subtract
from services.surveys.handlers.batches import Batch, Batches, survey_of
from services.surveys.store import ROW_STEPS, STEPS, TALLIES
from shared.bench import Bench
from shared.events.surveys import ResponsesCompleted, ResponseSubmitted, ResponseWithdrawn
from shared.log import Entry
from shared.projections import Fold
from shared.store import Store


def counting(store: Store, thresholds: Thresholds) -> Fold[Batch]:
    """The fold. Steps are written before the tallies, so that figures computed again after a crash are the same."""
    return Fold(
        name="counting",
        on=(ResponseSubmitted, ResponseWithdrawn, ResponsesCompleted),
        into=(STEPS, ROW_STEPS, TALLIES),
        load=Batches(store, thresholds).load,
        step=Counting(thresholds).step,
    )


class Counting:
    """Counts one entry after the other."""

    def __init__(self, thresholds: Thresholds) -> None:
        self._thresholds = thresholds

    def step(self, bench: Bench, entry: Entry, batch: Batch) -> None:
        """Count an entry: first the tallies, so that figures are those of this very entry."""
        survey = batch.surveys.get(survey_of(entry))
        if survey is None:
            raise NoSuchSurvey
        move, contribution = batch.moves[entry.position], batch.contribution(entry)
        if contribution is not None:
            _tally(bench, survey, move, contribution)
        if move.completes and survey.questionnaire.publish == "closed":
            self._close(bench, survey, move, batch)
        else:
            self._move(bench, survey, move, batch)
            for row in batch.rows(entry):
                self._move_row(bench, survey, row, move, batch)
        if move.completes:
            _end_rows(bench, survey)
        if batch.plan.announcing.get(survey.id) == entry.position:
            _announce(bench, survey)

    def _move(self, bench: Bench, survey: Survey, move: Move, batch: Batch) -> None:
        rule = self._thresholds.final(survey) if move.completes else self._thresholds.moving(survey)
        mover = survey_mover(survey, self._thresholds)

        def figures_at(position: int) -> StateFigures:
            is_needed = (survey.id, position) in batch.plan.figures
            return survey_figures(survey, _tallies(bench, survey), rule) if is_needed else {}

        bench.change(STEPS, survey.id, lambda steps: mover(steps or steps_of(survey), move, figures_at))

    def _move_row(self, bench: Bench, survey: Survey, row: RowKey, move: Move, batch: Batch) -> None:
        mover = row_mover(survey, self._thresholds)

        def figures_at(position: int) -> StateFigures:
            is_needed = (row.id, position) in batch.plan.figures
            rule = self._thresholds.moving(survey)
            return row_figures(survey, _tallies(bench, survey), row, rule) if is_needed else {}

        bench.change(ROW_STEPS, row.id, lambda steps: mover(steps or row_steps_of(row), move, figures_at))

    def _close(self, bench: Bench, survey: Survey, move: Move, batch: Batch) -> None:
        """Announce, once, what a survey says that publishes at its closing: the whole and its cuts together."""
        whole: dict[str, Json] = {}
        rows: Mapping[RowKey, dict[str, Json]] = {}
        if (survey.id, move.position) in batch.plan.figures:
            whole, rows = closing_figures(survey, _tallies(bench, survey), self._thresholds.final(survey))
        mover = survey_mover(survey, self._thresholds)
        bench.change(STEPS, survey.id, lambda steps: mover(steps or steps_of(survey), move, lambda _: whole))
        for row, figures in rows.items():
            shown = Announced(position=move.position, n=0, number=1, figures=figures)
            bench.change(ROW_STEPS, row.id, partial(_shown_row, row, shown))


def _shown_row(row: RowKey, shown: Announced, steps: RowSteps | None) -> RowSteps:
    return (steps or row_steps_of(row)).model_copy(update={"announced": shown})


def _tally(bench: Bench, survey: Survey, move: Move, contribution: Contribution) -> None:
    counted = add if move.given_at is None else subtract

    def step(tally: Tally | None) -> Tally:
        return counted(tally or empty_tally(survey.id, contribution.cell), contribution.counts)

    bench.change(TALLIES, contribution.tally_id, step)


def _end_rows(bench: Bench, survey: Survey) -> None:
    for row in [row for row in bench.all(ROW_STEPS) if row.survey_id == survey.id]:
        bench.change(ROW_STEPS, row.id, lambda steps: ended(steps) if steps else None)


def _announce(bench: Bench, survey: Survey) -> None:
    steps = bench.read(STEPS, survey.id)
    if steps is not None and steps.announced is not None and steps.announced.figures:
        figures: Mapping[str, Json] = steps.announced.figures
        event = announcement(survey, steps, figures.get(WEIGHTED, figures[UNWEIGHTED]))
        if event is not None:
            bench.announce(STEPS, survey.id, event)


def _tallies(bench: Bench, survey: Survey) -> list[Tally]:
    return [tally for tally in bench.all(TALLIES) if tally.survey_id == survey.id]
