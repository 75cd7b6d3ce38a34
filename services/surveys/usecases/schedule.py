"""What falls due: a survey opens or closes on its day, and completes when all its responses are counted."""

from contextlib import suppress

from services.surveys.domain.surveys import SCHEDULE, Survey
from services.surveys.usecases.desk import Desk
from services.surveys.usecases.surveys import given
from shared.errors import Stale
from shared.events.base import Event, rfc3339


async def do_what_is_due(desk: Desk) -> None:
    """Let every survey do what its time has come for; who was faster elsewhere has done it already."""
    for survey in await desk.documents.due(rfc3339(desk.clock())):
        changed, events = await _turn(desk, survey)
        if events:
            with suppress(Stale):
                await desk.documents.surveys.replace(changed, events=events)
            desk.known.forget(survey.id)


async def _turn(desk: Desk, survey: Survey) -> tuple[Survey, list[Event]]:
    now = desk.clock()
    if survey.state == "draft":
        begun, opened = survey.begun(now)
        return begun, [*opened]
    if survey.state == "open":
        closed, events = survey.closed(SCHEDULE, now)
        return closed, [*events]
    if survey.completed_at is None and await _are_all_counted(desk, survey.id):
        completed, event = survey.completed(now)
        return completed, [event]
    return survey, []


async def _are_all_counted(desk: Desk, survey_id: str) -> bool:
    steps = await desk.documents.steps.get(survey_id)
    counted = given(steps) + (steps.withdrawn if steps is not None else 0)
    return await desk.documents.stored_responses(survey_id) <= counted
