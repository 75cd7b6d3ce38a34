"""Who keeps every public table of a survey and subtracts them finds nobody's answers, unless the steps are off."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import orjson
from pydantic import SecretStr

from services.surveys.domain.checks import read_questionnaire
from services.surveys.domain.public_figures import Thresholds
from services.surveys.domain.rows import ImportedRow, read_rows
from services.surveys.domain.surveys import Survey
from services.surveys.handlers import SUBSCRIBES, folds, reactions
from services.surveys.settings import Settings
from services.surveys.store import NAME
from services.surveys.usecases.desk import Desk, desk
from services.surveys.usecases.responses import Submission, store_response, withdraw_response
from services.surveys.usecases.results import Wish, results
from shared.bus import Message, shard_of
from shared.bus.memory import MemoryBus
from shared.events.base import rfc3339
from shared.events.surveys import ResponsesCompleted
from shared.projections import Projector
from shared.store.memory import MemoryStore
from shared.tables import read_table
from tests.failure.attacker import WHOLE, Attacker, Json
from tests.running import ROOT

DEMO = Path(ROOT) / "deploy" / "demo"
NOON = datetime(2026, 5, 1, 9, tzinfo=UTC)
WITHDRAWN_EVERY, WITHDRAWN_LATER = 37, 11
"""Every so many responses one is taken back that was given so many before."""


@dataclass(frozen=True)
class Town:
    """A survey that is answered one by one, and everything that it publishes."""

    desk: Desk
    store: MemoryStore
    projector: Projector
    survey: Survey
    numbers: Iterator[int]

    async def deliver(self) -> None:
        while events := await self.store.outbox.unsent(limit=1000):
            await self.store.outbox.clear([event.id for event in events])
            for event in events:
                if event.topic in SUBSCRIBES:
                    shard = shard_of(event.topic, event.key)
                    await self.projector.handle(shard, [Message(shard, next(self.numbers), event.body)])

    async def published(self) -> Mapping[str, Json]:
        cuts = [None, *self.survey.questionnaire.weight_to]
        return {
            cut or WHOLE: (await results(self.desk, self.survey.id, Wish(weighted=False, by=cut))).content
            for cut in cuts
        }

    async def moments(self, rows: Sequence[ImportedRow]) -> AsyncIterator[Mapping[str, Json]]:
        """What is public after each response, after each withdrawal and in the end."""
        for at, row in enumerate(rows, 1):
            await store_response(self.desk, self.survey, row.client_id, Submission({}), row.content)
            await self.deliver()
            yield await self.published()
            if at % WITHDRAWN_EVERY == 0:
                earlier = rows[at - WITHDRAWN_LATER]
                await withdraw_response(self.desk, self.desk.keys.receipt(self.survey.id, earlier.client_id))
                await self.deliver()
                yield await self.published()
        closed = self.survey.model_copy(update={"state": "closed", "version": 1})
        await self.desk.documents.surveys.replace(closed, events=[ResponsesCompleted(survey_id=self.survey.id)])
        await self.deliver()
        yield await self.published()


async def a_town(thresholds: Thresholds) -> Town:
    questionnaire = read_questionnaire(orjson.loads((DEMO / "vision-2020.json").read_bytes()), 5)
    survey = Survey(
        id=questionnaire.id, questionnaire=questionnaire, state="open", step=thresholds.k, created_at=rfc3339(NOON)
    )
    store = MemoryStore(NAME, lambda: NOON)
    at = desk(store, SecretStr("a key of tests"), lambda: NOON, Settings(), lambda: "salt")
    await at.documents.surveys.insert(survey)
    projector = Projector(
        store,
        MemoryBus(lambda: NOON),
        lambda: NOON,
        topics=SUBSCRIBES,
        folds=folds(store, thresholds),
        reactions=reactions(at.documents),
    )
    return Town(at, store, projector, survey, count(1))


def respondents(town: Town) -> list[ImportedRow]:
    file = (DEMO / "responses.csv").read_bytes()
    return read_rows(town.survey.questionnaire, read_table("responses.csv", file), file)


async def attacked(town: Town, rows: Sequence[ImportedRow]) -> Attacker:
    attacker = Attacker()
    async for answers in town.moments(rows):
        attacker.keep(answers)
    return attacker


async def test_an_attacker_finds_nobody() -> None:
    """P-69: all tables, cuts, means and moments of 1,200 responses, subtracted, give no answer and no group of few."""
    town = await a_town(Thresholds())
    attacker = await attacked(town, respondents(town))

    assert (set(), [], set()) == (attacker.single_answers(), attacker.records(), attacker.by_means)
    assert len(attacker.kept[WHOLE]) > 200
    assert len([states for states in attacker.kept.values() if len(states) > 10]) > 5


async def test_nobody_is_found_where_neighbours_answer_together() -> None:
    """P-69: nor where one kind of people answers first, with a single other one among them, and then the next kind."""
    town = await a_town(Thresholds())
    rows = respondents(town)[:400]
    women = [row for row in rows if row.content.get("sex") == "female"]
    others = [row for row in rows if row.content.get("sex") != "female"]
    together = [*women[:33], others[0], *women[33:120], *others[1:60], women[120], *others[60:150], *women[121:]]
    attacker = await attacked(town, together)

    assert (set(), []) == (attacker.single_answers(), attacker.records())


async def test_without_steps_an_attacker_finds_nearly_all() -> None:
    """P-69: the same program reads whole records where figures follow single responses, and they are the real ones."""
    town = await a_town(Thresholds(k=1, base=1))
    rows = respondents(town)[:100]
    attacker = await attacked(town, rows)

    said = {(row.content["age"], row.content.get("settlement"), row.content.get("vision")) for row in rows}
    found = {
        tuple((record.get(part) or [None])[0] for part in ("age", "settlement", "vision"))
        for record in attacker.records()
    }
    assert len(found & said) > 0.9 * len(said)
    assert len(attacker.single_answers()) > 50
