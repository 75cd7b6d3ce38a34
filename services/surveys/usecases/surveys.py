"""Making, changing, opening, closing and finding surveys."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.surveys.domain.checks import read_questionnaire
from services.surveys.domain.margin_sets import MarginSet, NoSuchMargins, unmatched
from services.surveys.domain.questionnaire import Questionnaire
from services.surveys.domain.reading import does_not_fit
from services.surveys.domain.steps import Steps
from services.surveys.domain.surveys import NoSuchSurvey, Opening, Survey, SurveyExists
from services.surveys.usecases.desk import Desk, invalid
from shared.errors import Exists, FieldError, Stale
from shared.events.base import Event, rfc3339
from shared.events.surveys import SurveyChanged
from shared.language import Text
from shared.projections import ALL
from shared.store import Query


@dataclass(frozen=True)
class Listing:
    """Surveys, each with how many responses it has, and where to go on."""

    items: tuple[tuple[Survey, int], ...]
    next: str | None


async def import_survey(desk: Desk, raw: object) -> Survey:
    """Store a new draft. Raises Invalid with every fault, SurveyExists."""
    return await _insert(desk, read_questionnaire(raw, desk.settings.step))


async def put_survey(desk: Desk, survey_id: str, raw: object, if_match: str | None) -> tuple[Survey, bool]:
    """Store a draft's questionnaire; tell whether the survey is new. Raises Invalid, SurveyIsNoDraft, Stale."""
    questionnaire = read_questionnaire(raw, desk.settings.step)
    if questionnaire.id != survey_id:
        raise invalid(
            "/id", "Номерът не е като в адреса. Поправете го.", "The id differs from the address. Correct it."
        )
    survey = await desk.documents.surveys.get(survey_id)
    if survey is None:
        return await _insert(desk, questionnaire), True
    check_version(survey.version, if_match)
    if survey.questionnaire == questionnaire:
        return survey, False
    changed, event = survey.changed(questionnaire)
    return await _replaced(desk, changed, [event]), False


async def _insert(desk: Desk, questionnaire: Questionnaire) -> Survey:
    survey = Survey(id=questionnaire.id, questionnaire=questionnaire, created_at=rfc3339(desk.clock()))
    event = SurveyChanged(survey_id=survey.id, title=questionnaire.title, questionnaire_version=1)
    try:
        return await desk.documents.surveys.insert(survey, events=[event])
    except Exists:
        raise SurveyExists from None


def check_version(version: int, if_match: str | None) -> None:
    """Raise Stale if somebody changed the document since the one who writes now has read it."""
    if if_match is not None and if_match.strip().removeprefix("W/").strip('"') not in {"*", str(version)}:
        raise Stale(
            Text(
                bg="Междувременно някой промени това. Заредете го отново и повторете промяната си.",
                en="Somebody changed this meanwhile. Load it again and repeat your change.",
            )
        )


async def open_survey(desk: Desk, survey_id: str, subject: str) -> Survey:
    """Open a draft now, or let it open on its day. Raises NoSuchSurvey, SurveyIsNoDraft, Invalid (margins)."""
    survey = await found_survey(desk, survey_id)
    if survey.state == "open":
        return survey
    margins = await _margins(desk, survey.questionnaire)
    opening = Opening(
        by=desk.pseudonym(subject),
        step=desk.settings.step,
        margins=margins.margins if margins is not None else {},
        zone=desk.zone,
    )
    opened, events = survey.opened(opening, desk.clock())
    return await _replaced(desk, opened, events)


async def _margins(desk: Desk, questionnaire: Questionnaire) -> MarginSet | None:
    if questionnaire.margins is None:
        return None
    kept = await desk.documents.margins.get(questionnaire.margins)
    if kept is None:
        raise does_not_fit([FieldError("/margins", NoSuchMargins().text)])
    errors = list(unmatched(questionnaire, kept.given))
    if errors:
        raise does_not_fit(errors)
    return kept.given


async def close_survey(desk: Desk, survey_id: str, subject: str) -> Survey:
    """Close an open survey; closing a closed one changes nothing. Raises NoSuchSurvey, SurveyIsNotOpen."""
    survey = await found_survey(desk, survey_id)
    closed, events = survey.closed(desk.pseudonym(subject), desk.clock())
    if not events:
        return survey
    return await _replaced(desk, closed, events)


async def _replaced(desk: Desk, survey: Survey, events: Sequence[Event]) -> Survey:
    stored = await desk.documents.surveys.replace(survey, events=events)
    desk.known.forget(survey.id)
    return stored


async def found_survey(desk: Desk, survey_id: str, *, drafts: bool = True) -> Survey:
    """Raises NoSuchSurvey, also for a draft where `drafts` are not for the reader."""
    survey = await desk.documents.surveys.get(survey_id)
    if survey is None or (survey.state == "draft" and not drafts):
        raise NoSuchSurvey
    return survey


async def list_surveys(desk: Desk, limit: int, cursor: str | None, *, drafts: bool) -> Listing:
    """List surveys by their ids; a page may hold fewer than `limit` where drafts are left out."""
    page = await desk.documents.surveys.find(Query(ALL, after=cursor, limit=limit))
    shown = [survey for survey in page.items if drafts or survey.state != "draft"]
    steps = await desk.documents.steps.get_many([survey.id for survey in shown])
    return Listing(tuple((survey, given(steps.get(survey.id))) for survey in shown), page.next)


def given(steps: Steps | None) -> int:
    """How many responses were given and not withdrawn."""
    return steps.given if steps is not None else 0


async def own_surveys(desk: Desk, subject: str) -> list[dict[str, str | None]]:
    """Tell which surveys somebody has opened or closed, and when."""
    me, found, after = desk.pseudonym(subject), [], None
    while True:
        page = await desk.documents.surveys.find(Query(ALL, after=after, limit=500))
        found += [_of_mine(survey, me) for survey in page.items if me in {survey.opened_by, survey.closed_by}]
        after = page.next
        if after is None:
            return found


def _of_mine(survey: Survey, me: str) -> dict[str, str | None]:
    opened = {"opened_at": survey.opened_at} if survey.opened_by == me else {}
    return {"survey": survey.id, **opened, **({"closed_at": survey.closed_at} if survey.closed_by == me else {})}
