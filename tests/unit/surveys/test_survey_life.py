"""A survey's way: imported, changed while a draft, opened, closed, by hand and by the calendar."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.events.surveys import SurveyChanged, SurveyClosed, SurveyOpened
from tests.unit.surveys.builders import choices, raw_question, raw_questionnaire
from tests.unit.surveys.square import CENSUS, LIVE, SURVEY, Square, a_square

PLAIN = raw_questionnaire()


async def draft(raw: dict[str, Any] = PLAIN) -> Square:
    square = a_square()
    await square.ask("POST", "/surveys/import?format=json", raw, role="expert")
    return square


async def state(square: Square) -> str:
    reply = await square.ask("GET", f"/surveys/{SURVEY}", role="expert")
    return str(reply.json()["state"])


async def test_an_imported_questionnaire_is_a_draft() -> None:
    """It comes back as it was given, with its state and version."""
    square = a_square()

    reply = await square.ask("POST", "/surveys/import?format=json", PLAIN, role="expert")

    told = reply.json()
    assert (201, "draft", 1, PLAIN["title"]) == (reply.status_code, told["state"], told["version"], told["title"])


async def test_an_id_is_taken_once() -> None:
    """Importing another survey of the same id is refused."""
    square = await draft()

    assert 409 == (await square.ask("POST", "/surveys/import", PLAIN, role="expert")).status_code


async def test_a_dry_run_stores_nothing() -> None:
    """Only the checks are made."""
    square = a_square()
    reply = await square.ask("POST", "/surveys/import?dry_run=true", PLAIN, role="expert")

    assert (200, 404) == (reply.status_code, (await square.ask("GET", "/surveys/vision", role="expert")).status_code)


async def test_other_formats_are_named_as_not_taken() -> None:
    """What is taken is said."""
    reply = await a_square().ask("POST", "/surveys/import?format=xlsform", PLAIN, role="expert")

    assert (422, "/format") == (reply.status_code, reply.json()["errors"][0]["pointer"])


async def test_a_draft_is_for_experts_only() -> None:
    """The public neither reads nor lists it."""
    square = await draft()

    read = await square.ask("GET", f"/surveys/{SURVEY}")
    listed = await square.ask("GET", "/surveys")

    assert (404, []) == (read.status_code, listed.json()["items"])


@pytest.mark.parametrize("role", ["visitor", "citizen", "officer", "evaluator"])
async def test_only_experts_make_surveys(role: Any) -> None:
    """Everybody else is refused."""
    reply = await a_square().ask("POST", "/surveys/import", PLAIN, role=role)

    assert (401 if role == "visitor" else 403) == reply.status_code


async def test_a_put_makes_changes_and_repeats() -> None:
    """New is 201, the same again changes nothing, a change counts the version up."""
    square = a_square()
    made = [
        await square.ask("PUT", f"/surveys/{SURVEY}", raw, role="expert")
        for raw in (PLAIN, PLAIN, PLAIN | {"publish": "live"})
    ]

    assert [(201, 1), (200, 1), (200, 2)] == [(reply.status_code, reply.json()["version"]) for reply in made]


async def test_a_put_says_the_id_of_its_address() -> None:
    """A questionnaire of another id is refused."""
    reply = await a_square().ask("PUT", "/surveys/other", PLAIN, role="expert")

    assert (422, "/id") == (reply.status_code, reply.json()["errors"][0]["pointer"])


async def test_somebody_elses_change_is_not_overwritten() -> None:
    """Who read an older version gets 412."""
    square = await draft()
    await square.ask("PUT", f"/surveys/{SURVEY}", PLAIN | {"publish": "live"}, role="expert")

    late = await square.ask(
        "PUT", f"/surveys/{SURVEY}", PLAIN | {"step": 9}, role="expert", headers={"if-match": '"1"'}
    )

    assert 412 == late.status_code


async def test_an_open_survey_stays_as_it_is() -> None:
    """Its questions are not changed any more."""
    square = await draft()
    await square.ask("POST", f"/surveys/{SURVEY}/open", role="expert")

    assert 409 == (await square.ask("PUT", f"/surveys/{SURVEY}", PLAIN | {"step": 9}, role="expert")).status_code


async def test_opening_is_announced_once() -> None:
    """Opening an open survey changes nothing."""
    square = await draft()
    replies = [await square.ask("POST", f"/surveys/{SURVEY}/open", role="expert") for _ in range(2)]
    await square.deliver()

    assert [200, 200] == [reply.status_code for reply in replies]
    assert [SurveyChanged, SurveyOpened] == [type(event) for event in square.announced]


async def test_margins_must_be_there_to_open() -> None:
    """A survey that names margins that nobody gave is not opened."""
    square = await draft(LIVE)

    reply = await square.ask("POST", f"/surveys/{SURVEY}/open", role="expert")

    assert (422, "/margins") == (reply.status_code, reply.json()["errors"][0]["pointer"])


async def test_margins_must_know_every_answer_to_open() -> None:
    """A choice that the census does not count is named."""
    square = await draft(LIVE | {"pages": PLAIN["pages"], "weight_to": []})
    question = raw_question("sex", "single", choices=choices("a", "b", "c", "d"))
    await square.ask("PUT", "/margins/census", CENSUS, role="expert")
    raw = raw_questionnaire(question, weight_to=["sex"], margins="census")
    await square.ask("PUT", f"/surveys/{SURVEY}", raw, role="expert")

    reply = await square.ask("POST", f"/surveys/{SURVEY}/open", role="expert")

    assert (422, "/weight_to/0") == (reply.status_code, reply.json()["errors"][0]["pointer"])


async def test_closing_says_who_opened_and_who_closed() -> None:
    """As pseudonyms, so that the verifier of what it feeds can be somebody else."""
    square = await draft()
    await square.ask("POST", f"/surveys/{SURVEY}/open", role="expert")
    await square.ask("POST", f"/surveys/{SURVEY}/close", role="expert")
    await square.ask("POST", f"/surveys/{SURVEY}/close", role="expert")
    await square.deliver()

    (closed,) = [event for event in square.announced if isinstance(event, SurveyClosed)]

    assert closed.opened_by == closed.closed_by
    assert "expert" not in str(closed.closed_by)


async def test_a_draft_is_not_closed() -> None:
    """There is nothing to close."""
    square = await draft()

    assert 409 == (await square.ask("POST", f"/surveys/{SURVEY}/close", role="expert")).status_code


async def test_a_survey_opens_on_its_day() -> None:
    """Opened before its day it waits, until midnight of the municipality; then the sweep opens it."""
    square = await draft(PLAIN | {"opens": "2026-05-03"})
    await square.ask("POST", f"/surveys/{SURVEY}/open", role="expert")
    states = []
    for moment in (datetime(2026, 5, 2, 20, 59, tzinfo=UTC), datetime(2026, 5, 2, 21, 0, tzinfo=UTC)):
        square.now = moment
        await square.sweep()
        states.append(await state(square))

    assert ["draft", "open"] == states


async def test_a_changed_draft_does_not_open_by_itself() -> None:
    """What was to open on its day must be opened anew once it was changed."""
    square = await draft(PLAIN | {"opens": "2026-05-03"})
    await square.ask("POST", f"/surveys/{SURVEY}/open", role="expert")
    await square.ask("PUT", f"/surveys/{SURVEY}", PLAIN | {"opens": "2026-05-03", "step": 7}, role="expert")
    square.now += timedelta(days=9)
    await square.sweep()

    assert "draft" == await state(square)


async def test_a_survey_takes_answers_until_its_last_midnight() -> None:
    """The day in `closes` is the last; after it nothing is taken, even before the sweep has come."""
    square = await draft(PLAIN | {"closes": "2026-05-01"})
    await square.ask("POST", f"/surveys/{SURVEY}/open", role="expert")
    square.now = datetime(2026, 5, 1, 20, 59, tzinfo=UTC)
    before = await square.give(1, roads=3)
    square.now = datetime(2026, 5, 1, 21, 0, tzinfo=UTC)
    after = await square.give(2, roads=3)

    assert (201, 409) == (before.status_code, after.status_code)


async def test_the_schedule_closes() -> None:
    """When the last day is over, the survey is closed by the schedule."""
    square = await draft(PLAIN | {"closes": "2026-05-01"})
    await square.ask("POST", f"/surveys/{SURVEY}/open", role="expert")
    square.now += timedelta(days=1)
    await square.sweep()
    await square.deliver()

    (closed,) = [event for event in square.announced if isinstance(event, SurveyClosed)]

    assert ("closed", "schedule") == (await state(square), closed.closed_by)


async def test_what_is_over_is_not_opened() -> None:
    """A survey whose last day has passed would take no answer."""
    square = await draft(PLAIN | {"closes": "2026-04-30"})

    assert 409 == (await square.ask("POST", f"/surveys/{SURVEY}/open", role="expert")).status_code


async def test_the_list_tells_what_pages_need() -> None:
    """Title, state, dates, how many questions and how many responses."""
    square = a_square()
    await square.opened(LIVE | {"note": {"bg": "Примерни"}})
    await square.give(1)
    await square.deliver()

    (item,) = (await square.ask("GET", "/surveys")).json()["items"]

    assert ("open", 2, 1, "live", "Примерни") == (
        item["state"],
        item["questions"],
        item["responses"],
        item["publish"],
        item["note"]["bg"],
    )


async def test_the_list_comes_in_pages() -> None:
    """`next` leads to the rest."""
    square = a_square()
    for name in ("one", "two"):
        await square.ask("POST", "/surveys/import", PLAIN | {"id": name}, role="expert")
    first = (await square.ask("GET", "/surveys?limit=1", role="expert")).json()
    second = (await square.ask("GET", f"/surveys?limit=1&cursor={first['next']}", role="expert")).json()

    assert ["one", "two"] == [first["items"][0]["id"], second["items"][0]["id"]]


@pytest.mark.parametrize("address", ["/surveys/none", "/surveys/none/results", "/margins/none"])
async def test_what_is_not_there_is_told(address: str) -> None:
    """Unknown ids are 404."""
    assert 404 == (await a_square().ask("GET", address, role="expert")).status_code


async def test_margins_are_stored_and_read() -> None:
    """New is 201, the same again 200 without a new version, a change counts up."""
    square = a_square()
    changed = CENSUS | {"margins": {"sex": {"a": 1.5, "b": 2}}}
    stored = [await square.ask("PUT", "/margins/census", raw, role="expert") for raw in (CENSUS, CENSUS, changed)]

    read = (await square.ask("GET", "/margins/census", role="expert")).json()

    assert [(201, 1), (200, 1), (200, 2)] == [(reply.status_code, reply.json()["version"]) for reply in stored]
    assert changed["margins"] == read["margins"]


@pytest.mark.parametrize(
    ("raw", "pointer"),
    [
        (CENSUS | {"id": "other"}, "/id"),
        (CENSUS | {"margins": {"sex": {"a": 0, "b": 0}}}, "/margins"),
        (CENSUS | {"margins": {"sex": {"a": -1, "b": 2}}}, "/margins/sex/a"),
        (CENSUS | {"margins": {"sex": {"a": 1}}}, "/margins/sex"),
        ({"id": "census"}, "/title"),
    ],
)
async def test_margins_that_do_not_fit_are_refused(raw: dict[str, Any], pointer: str) -> None:
    """Each fault has its place."""
    reply = await a_square().ask("PUT", "/margins/census", raw, role="expert")

    assert (422, pointer) == (reply.status_code, reply.json()["errors"][0]["pointer"])


async def test_an_open_survey_keeps_its_margins() -> None:
    """Margins that are corrected later don't move what was announced."""
    square = a_square()
    await square.opened()
    for number in range(35):
        await square.give(number)
    await square.deliver()
    before = await square.results()
    await square.ask("PUT", "/margins/census", CENSUS | {"margins": {"sex": {"a": 1, "b": 1}}}, role="expert")
    await square.service.projector.rebuild("counting")

    assert before == await square.results()
