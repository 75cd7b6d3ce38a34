"""What counting a batch of entries needs: its surveys, what each response adds, and which figures will be needed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.surveys.domain.advancing import Said
from services.surveys.domain.contributions import Contribution, Contributions, RowKey, cut_questions, row_named
from services.surveys.domain.public_figures import Thresholds
from services.surveys.domain.stepping import Move, Mover, Plan, planned, steps_of, survey_mover
from services.surveys.domain.surveys import Survey
from services.surveys.store import RESPONSES, ROW_STEPS, STEPS, SURVEYS, TALLIES, submission_id
from shared.bench import Bench
from shared.events.surveys import AboutSurvey, ResponsesCompleted, ResponseSubmitted, ResponseWithdrawn
from shared.log import LOG, Entry
from shared.store import Query, Store


@dataclass(frozen=True)
class Batch:
    """Entries of one shard with what was loaded for them.

    Attributes:
        surveys: by their ids.
        contributions: what a response adds, by its id; none for one that was emptied.
        moves: what each entry is to the steps, by its position.
        movers: how entries move the steps, by survey.
        plans: which entries need figures and which announce them, by survey.
    """

    surveys: Mapping[str, Survey]
    contributions: Mapping[str, Contribution]
    moves: Mapping[int, Move]
    movers: Mapping[str, Mover]
    plans: Mapping[str, Plan] = field(default_factory=dict)

    def contribution(self, entry: Entry) -> Contribution | None:
        return self.contributions.get(response_of(entry) or "")


def survey_of(entry: Entry) -> str:
    return entry.event.survey_id if isinstance(entry.event, AboutSurvey) else ""


def response_of(entry: Entry) -> str | None:
    return entry.event.response_id if isinstance(entry.event, ResponseSubmitted | ResponseWithdrawn) else None


class Batches:
    """Loads batches."""

    def __init__(self, store: Store, thresholds: Thresholds) -> None:
        self._surveys = store.collection(SURVEYS)
        self._responses = store.collection(RESPONSES)
        self._log = store.collection(LOG)
        self._thresholds = thresholds
        self._contributions: dict[str, Contributions] = {}

    def _known(self, survey: Survey) -> Contributions:
        """What a survey's responses add is prepared once, as long as it stays as it is."""
        known = self._contributions.get(survey.id)
        if known is None or known.survey != survey:
            known = self._contributions[survey.id] = Contributions(survey)
        return known

    async def load(self, bench: Bench, entries: Sequence[Entry]) -> Batch:
        """Bring to the bench all that counting the entries will read or change."""
        batch = await self._read(entries)
        await bench.load(STEPS, batch.surveys)
        await bench.load(TALLIES, [each.tally_id for each in batch.contributions.values()])
        for entry in entries:
            if isinstance(entry.event, ResponsesCompleted):
                await _load_all_rows(bench, batch.surveys.get(entry.event.survey_id))
        batch = replace(batch, plans=self._plans(bench, entries, batch))
        for survey_id, plan in batch.plans.items():
            await bench.load(ROW_STEPS, [row_named(survey_id, row).id for row in plan.rows])
            if plan.figures or any(plan.rows.values()):
                await bench.load_all(TALLIES, Query("survey", (survey_id,)))
        return batch

    async def _read(self, entries: Sequence[Entry]) -> Batch:
        surveys = await self._surveys.get_many(sorted({survey_of(entry) for entry in entries}))
        known = {survey.id: self._known(survey) for survey in surveys.values()}
        ids = sorted({response for entry in entries if (response := response_of(entry))})
        responses = await self._responses.get_many(ids)
        added = {
            response.id: contribution
            for response in responses.values()
            if (works := known.get(response.survey_id)) and (contribution := works.of(response))
        }
        movers = {survey.id: survey_mover(survey, self._thresholds) for survey in surveys.values()}
        return Batch(surveys, added, await self._moves(entries, added), movers)

    async def _moves(self, entries: Sequence[Entry], added: Mapping[str, Contribution]) -> dict[int, Move]:
        given = {response_of(entry): entry.position for entry in entries if isinstance(entry.event, ResponseSubmitted)}
        taken = [entry.event.response_id for entry in entries if isinstance(entry.event, ResponseWithdrawn)]
        earlier = await self._log.get_many([submission_id(name) for name in taken if name not in given])
        moves: dict[int, Move] = {}
        for entry in entries:
            given_at = None
            if isinstance(entry.event, ResponseWithdrawn):
                logged = earlier.get(submission_id(entry.event.response_id))
                given_at = logged.position if logged else given.get(entry.event.response_id, 0)
            contribution = added.get(response_of(entry) or "")
            said = contribution.said if contribution is not None else Said()
            completes = isinstance(entry.event, ResponsesCompleted)
            moves[entry.position] = Move(entry.position, given_at, completes=completes, more=entry.more, said=said)
        return moves

    def _plans(self, bench: Bench, entries: Sequence[Entry], batch: Batch) -> dict[str, Plan]:
        moves: dict[str, list[Move]] = defaultdict(list)
        for entry in entries:
            moves[survey_of(entry)].append(batch.moves[entry.position])
        return {
            survey.id: planned(
                bench.read(STEPS, survey.id) or steps_of(survey),
                moves[survey.id],
                entries[0].shard,
                batch.movers[survey.id],
            )
            for survey in batch.surveys.values()
        }


async def _load_all_rows(bench: Bench, survey: Survey | None) -> None:
    """A closing may write every row of every cut."""
    if survey is not None:
        names = cut_questions(survey.questionnaire)
        codes = {question.id: question.codes for question in survey.questionnaire.questions() if question.id in names}
        await bench.load(ROW_STEPS, [RowKey(survey.id, name, code).id for name in names for code in codes[name]])
