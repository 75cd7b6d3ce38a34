"""A second service of the simulator's own: it hears what the first one announces, and notes all of it in order."""

from collections.abc import Sequence
from typing import Any

from shared.bench import Bench, Projection
from shared.clock import Clock
from shared.events.surveys import SURVEYS, AboutSurvey, EstimateChanged, SurveyChanged, SurveyClosed
from shared.log import Entry
from shared.projections import ALL, Fold, Projector
from shared.store import CollectionOf, Index, Store

TOWN = "town"


class Heard(Projection):
    """What was heard of a survey: numbers of its steps, versions of its place, whose responses were answered."""

    steps: tuple[int, ...] = ()
    versions: tuple[int, ...] = ()
    answered: tuple[str, ...] = ()


HEARD = CollectionOf("heard", Heard, (Index(ALL, ("id",)),))


async def load(bench: Bench, entries: Sequence[Entry]) -> None:
    await bench.load(HEARD, [_survey(entry) for entry in entries])


def step(bench: Bench, entry: Entry, _: None) -> None:
    bench.change(HEARD, _survey(entry), lambda old: _with(old or Heard(id=_survey(entry)), entry))


def _with(heard: Heard, entry: Entry) -> Heard:
    event, update = entry.event, dict[str, object]()
    if isinstance(event, EstimateChanged):
        update = {"steps": (*heard.steps, event.number)}
    elif isinstance(event, SurveyChanged):
        update = {"versions": (*heard.versions, event.questionnaire_version)}
    elif isinstance(event, SurveyClosed):
        update = {"answered": (*heard.answered, event.closed_by)}
    return heard.model_copy(update=update)


def _survey(entry: Entry) -> str:
    assert isinstance(entry.event, AboutSurvey)
    return entry.event.survey_id


HEARING: Fold[None] = Fold("hearing", (EstimateChanged, SurveyChanged, SurveyClosed), (HEARD,), load, step)


def build_town(store: Store, bus: Any, clock: Clock) -> Projector:
    """How a process puts the service together."""
    return Projector(store, bus, clock, topics=[SURVEYS], folds=[HEARING])
