"""The fold that counts: responses into tallies, and the steps by which public figures move, all in log order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from services.surveys.domain.advancing import FiguresAt
from services.surveys.domain.announcing import announcement
from services.surveys.domain.contributions import Contribution, RowKey, row_named
from services.surveys.domain.merging import merged, merged_row, nothing_of_row
from services.surveys.domain.public_figures import (
    UNWEIGHTED,
    WEIGHTED,
    Json,
    Thresholds,
    closing_figures,
    row_figures,
    survey_figures,
)
from services.surveys.domain.stepping import (
    Move,
    Mover,
    Plan,
    row_announced,
    row_kept,
    row_steps_of,
    row_without_kept,
    steps_of,
)
from services.surveys.domain.steps import Announced, KeptRow, RowSteps, StateFigures, Steps
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
    """The fold. Steps are written before the tallies, so that figures computed again after a crash are the same.

    Rows are written before the steps of their survey, which decide when they move.
    """
    return Fold(
        name="counting",
        on=(ResponseSubmitted, ResponseWithdrawn, ResponsesCompleted),
        into=(ROW_STEPS, STEPS, TALLIES),
        load=Batches(store, thresholds).load,
        step=Counting(thresholds).step,
    )


@dataclass(frozen=True)
class Turn:
    """One entry of one survey, with all that counting it needs."""

    bench: Bench
    survey: Survey
    move: Move
    plan: Plan
    mover: Mover

    def tallies(self) -> list[Tally]:
        return [tally for tally in self.bench.all(TALLIES) if tally.survey_id == self.survey.id]

    def steps(self) -> Steps:
        return self.bench.read(STEPS, self.survey.id) or steps_of(self.survey)

    def take(self, figures_at: FiguresAt) -> None:
        """Let the entry move the steps."""

        def step(steps: Steps | None) -> Steps:
            return self.mover(steps or steps_of(self.survey), self.move, figures_at)

        self.bench.change(STEPS, self.survey.id, step)


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
        turn = Turn(bench, survey, move, batch.plans[survey.id], batch.movers[survey.id])
        if contribution is not None:
            _tally(turn, contribution)
        if move.completes and survey.questionnaire.publish == "closed":
            self._close(turn)
        else:
            self._move(turn)
        if turn.plan.announcing == entry.position:
            _announce(turn)

    def _move(self, turn: Turn) -> None:
        survey = turn.survey
        rule = self._thresholds.final(survey) if turn.move.completes else self._thresholds.moving(survey)

        def figures_at(position: int, moved: frozenset[str], before: StateFigures | None) -> StateFigures:
            if position not in turn.plan.figures:
                return before or {}
            present = survey_figures(survey, turn.tallies(), rule)
            return merged(before or survey_figures(survey, (), rule), present, moved)

        before = turn.steps().kept_row
        turn.take(figures_at)
        after = turn.steps()
        if before != after.kept_row:
            if before is not None:
                _show_row(turn, before, row_without_kept if after.final else row_announced)
            if after.kept_row is not None:
                self._keep_row(turn, after.kept_row, after.rows[after.kept_row.row].given)

    def _keep_row(self, turn: Turn, kept: KeptRow, n: int) -> None:
        row = row_named(turn.survey.id, kept.row)

        def step(steps: RowSteps | None) -> RowSteps:
            before = steps or row_steps_of(row)
            figures = before.announced.figures or {} if before.announced is not None else {}
            if kept.position in turn.plan.rows[kept.row]:
                figures = self._row_figures(turn, kept, figures)
            return row_kept(before, kept, n, figures)

        if kept.row in turn.plan.rows:
            turn.bench.change(ROW_STEPS, row.id, step)

    def _row_figures(self, turn: Turn, kept: KeptRow, before: StateFigures) -> StateFigures:
        row, moved = row_named(turn.survey.id, kept.row), frozenset(kept.parts)
        present = row_figures(turn.survey, turn.tallies(), row, moved, self._thresholds.moving(turn.survey))
        questions = [question.id for question in turn.survey.questionnaire.questions()]
        return merged_row(before, present, moved, nothing_of_row(row.code, questions))

    def _close(self, turn: Turn) -> None:
        """Announce, once, what a survey says that publishes at its closing: the whole and its cuts together."""
        whole: dict[str, Json] = {}
        rows: Mapping[RowKey, dict[str, Json]] = {}
        if turn.move.position in turn.plan.figures:
            whole, rows = closing_figures(turn.survey, turn.tallies(), self._thresholds.final(turn.survey))
        turn.take(lambda *_: whole)
        for row, figures in rows.items():
            shown = Announced(position=turn.move.position, n=0, number=1, figures=figures)
            turn.bench.change(ROW_STEPS, row.id, partial(_shown_row, row, shown))


def _show_row(turn: Turn, kept: KeptRow, shown: Callable[[RowSteps], RowSteps]) -> None:
    """Where a neighbour went aside, a row may move that was not planned to: it is not shown then."""
    row = row_named(turn.survey.id, kept.row)
    if kept.row in turn.plan.rows:
        turn.bench.change(ROW_STEPS, row.id, lambda steps: shown(steps or row_steps_of(row)))


def _shown_row(row: RowKey, shown: Announced, steps: RowSteps | None) -> RowSteps:
    return (steps or row_steps_of(row)).model_copy(update={"announced": shown})


def _tally(turn: Turn, contribution: Contribution) -> None:
    counted = add if turn.move.given_at is None else subtract

    def step(tally: Tally | None) -> Tally:
        return counted(tally or empty_tally(turn.survey.id, contribution.cell), contribution.counts)

    turn.bench.change(TALLIES, contribution.tally_id, step)


def _announce(turn: Turn) -> None:
    steps = turn.steps()
    if steps.announced is not None and steps.announced.figures:
        figures: Mapping[str, Json] = steps.announced.figures
        event = announcement(turn.survey, steps, figures.get(WEIGHTED, figures[UNWEIGHTED]))
        if event is not None:
            turn.bench.announce(STEPS, turn.survey.id, event)
