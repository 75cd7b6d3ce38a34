"""Giving a response, repeating it, taking it back; and drafts on the way there."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.surveys.domain.responses import sealed_content
from shared.events.surveys import ResponseSubmitted
from shared.terms import LOOKS
from tests.unit.surveys.builders import raw_question, raw_questionnaire
from tests.unit.surveys.square import SURVEY, Square, a_square, client_id

ANSWERS = {"sex": "a", "roads": 3}
GIVEN = f"/surveys/{SURVEY}/responses/{client_id(1)}"
DRAFT = f"/surveys/{SURVEY}/drafts/{client_id(1)}"
PAGES = raw_questionnaire(
    raw_question("roads", required=True),
    raw_question("why", "text", relevant="roads <= 2", required=True),
) | {"publish": "live"}


async def opened(raw: dict[str, Any] | None = None) -> Square:
    square = a_square()
    await (square.opened(raw) if raw else square.opened())
    return square


async def test_a_response_is_accepted_once() -> None:
    """201 first, then 200 with the same body."""
    square = await opened()
    first, second = [await square.ask("PUT", GIVEN, {"answers": ANSWERS}) for _ in range(2)]

    assert (201, 200, first.json()) == (first.status_code, second.status_code, second.json())


async def test_a_repeat_with_other_content_answers_the_first() -> None:
    """What came first counts, even if what comes now does not fit."""
    square = await opened()
    first = await square.ask("PUT", GIVEN, {"answers": ANSWERS})
    second = await square.ask("PUT", GIVEN, {"answers": {"roads": 99}})

    assert (200, first.json()) == (second.status_code, second.json())


async def test_a_repeat_after_the_closing_answers_the_first() -> None:
    """P-03: a client whose reply was lost learns that its response is there."""
    square = await opened()
    first = await square.ask("PUT", GIVEN, {"answers": ANSWERS})
    await square.closed()
    second = await square.ask("PUT", GIVEN, {"answers": ANSWERS})

    assert (200, first.json()) == (second.status_code, second.json())


async def test_twenty_at_once_are_one() -> None:
    """P-03: of twenty repeats at once one is stored, and all learn the same."""
    square = await opened()
    replies = await asyncio.gather(*(square.ask("PUT", GIVEN, {"answers": ANSWERS}) for _ in range(20)))

    assert [200] * 19 + [201] == sorted(reply.status_code for reply in replies)
    assert 1 == len({reply.text for reply in replies})


@pytest.mark.parametrize("closing", [False, True])
async def test_a_survey_that_is_not_open_takes_nothing(*, closing: bool) -> None:
    """Neither a draft nor a closed one."""
    square = a_square()
    await square.ask("PUT", f"/surveys/{SURVEY}", raw_questionnaire(), role="expert")
    if closing:
        await square.ask("POST", f"/surveys/{SURVEY}/open", role="expert")
        await square.ask("POST", f"/surveys/{SURVEY}/close", role="expert")

    assert 409 == (await square.ask("PUT", GIVEN, {"answers": {"roads": 3}})).status_code


async def test_an_unknown_survey_takes_nothing() -> None:
    """There is nothing to answer."""
    assert 404 == (await a_square().ask("PUT", GIVEN, {"answers": {}})).status_code


async def test_wrong_answers_are_told_question_by_question() -> None:
    """All at once, in the reader's language, and nothing is stored."""
    square = await opened()
    reply = await square.ask("PUT", GIVEN, {"answers": {"sex": "z", "roads": 9, "none": 1}})

    assert 422 == reply.status_code
    assert ["/answers/sex", "/answers/roads", "/answers/none"] == [each["pointer"] for each in reply.json()["errors"]]
    assert 0 == await square.documents.stored_responses(SURVEY)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"answers": []},
        {"answers": {}, "role": "expert"},
        {"answers": {}, "channel": "mail"},
        {"answers": {}, "language": "de"},
    ],
)
async def test_a_body_of_another_form_is_refused(body: object) -> None:
    """Unknown fields and values are named."""
    square = await opened()

    assert 422 == (await square.ask("PUT", GIVEN, body)).status_code


@pytest.mark.parametrize("name", ["short", "x" * 65, "x" * 21 + "!", "ж" * 22])
async def test_an_id_of_another_form_is_refused(name: str) -> None:
    """22 to 64 characters of the alphabet."""
    square = await opened()
    reply = await square.ask("PUT", f"/surveys/{SURVEY}/responses/{name}", {"answers": ANSWERS})

    assert 422 == reply.status_code


async def test_the_seal_shows_that_answers_are_the_same() -> None:
    """The event carries the hash of salt and content, which the document can prove."""
    square = await opened()
    await square.ask("PUT", GIVEN, {"answers": ANSWERS, "channel": "kiosk"})
    await square.deliver()
    (event,) = [event for event in square.announced if isinstance(event, ResponseSubmitted)]
    (response,) = [each async for each in square.documents.responses_of(SURVEY)]

    assert (sealed_content(response.salt, ANSWERS), "kiosk") == (event.seal, event.channel)


async def test_a_receipt_takes_a_response_back_once() -> None:
    """The second time it is as unknown as one that never was."""
    square = await opened()
    receipt = (await square.ask("PUT", GIVEN, {"answers": ANSWERS})).json()["receipt"]
    replies = [await square.ask("POST", "/withdrawals", {"receipt": code}) for code in (receipt, receipt, "none")]

    assert [200, 404, 404] == [reply.status_code for reply in replies]
    assert replies[1].json()["detail"] == replies[2].json()["detail"]


async def test_a_receipt_is_read_as_people_write_it() -> None:
    """Small letters, missing hyphens and letters that look like digits are no fault."""
    square = await opened()
    receipt = (await square.ask("PUT", GIVEN, {"answers": ANSWERS})).json()["receipt"]
    written = " " + receipt.lower().replace("-", " ").replace("0", "o").replace("1", "l")

    assert 200 == (await square.ask("POST", "/withdrawals", {"receipt": written})).status_code


async def test_a_receipt_holds_more_than_128_bits() -> None:
    """28 characters of 32, in groups of four."""
    square = await opened()
    receipt = (await square.ask("PUT", GIVEN, {"answers": ANSWERS})).json()["receipt"]

    assert [4] * 7 == [len(group) for group in receipt.split("-")]


async def test_a_withdrawn_response_is_not_given_again() -> None:
    """Sending it again answers the first reply and counts nothing."""
    square = await opened()
    first = await square.ask("PUT", GIVEN, {"answers": ANSWERS})
    await square.ask("POST", "/withdrawals", {"receipt": first.json()["receipt"]})
    await square.deliver()
    again = await square.ask("PUT", GIVEN, {"answers": ANSWERS})
    await square.deliver()

    assert (200, first.json()) == (again.status_code, again.json())
    assert 0 == (await square.results())["responses"]


async def test_a_draft_tells_what_is_asked() -> None:
    """The answers so far decide which questions come."""
    square = await opened(PAGES)
    saved = [(await square.ask("PUT", DRAFT, {"answers": {"roads": mark}})).json()["asked"] for mark in (5, 2)]

    assert [["roads"], ["roads", "why"]] == saved


async def test_a_draft_is_read_again() -> None:
    """Whoever knows its id goes on where it was left."""
    square = await opened(PAGES)
    await square.ask("PUT", DRAFT, {"answers": {"roads": 5}, "language": "en"})

    read = (await square.ask("GET", DRAFT)).json()

    assert ({"roads": 5}, "en", None) == (read["answers"], read["language"], read["page"])


async def test_a_draft_may_be_unfinished() -> None:
    """Nothing is required until a page is named."""
    square = await opened(PAGES)
    replies = [await square.ask("PUT", DRAFT + query, {"answers": {}}) for query in ("", "?page=p1", "?page=none")]

    assert [200, 422, 422] == [reply.status_code for reply in replies]


async def test_a_draft_refuses_what_can_never_fit() -> None:
    """A wrong answer is told at once."""
    square = await opened(PAGES)

    assert 422 == (await square.ask("PUT", DRAFT, {"answers": {"roads": 9}})).status_code


async def test_a_draft_keeps_what_is_not_asked_any_more() -> None:
    """Who changes an answer back finds the ones that depended on it; what does not fit is dropped."""
    square = await opened(PAGES)
    await square.ask("PUT", DRAFT, {"answers": {"roads": 5, "why": "дупки"}})
    kept = (await square.ask("GET", DRAFT)).json()["answers"]
    await square.ask("PUT", DRAFT, {"answers": {"roads": 5, "why": 7}})
    dropped = (await square.ask("GET", DRAFT)).json()["answers"]

    assert ({"roads": 5, "why": "дупки"}, {"roads": 5}) == (kept, dropped)


async def test_a_draft_is_never_counted() -> None:
    """Only what is given for good counts."""
    square = await opened(PAGES)
    await square.ask("PUT", DRAFT, {"answers": {"roads": 5}})
    await square.deliver()

    assert 0 == (await square.results(role="expert"))["responses"]


async def test_a_draft_ends_with_the_response() -> None:
    """What was given for good is not kept a second time."""
    square = await opened(PAGES)
    await square.ask("PUT", DRAFT, {"answers": {"roads": 5}})
    await square.ask("PUT", GIVEN, {"answers": {"roads": 5}})

    assert 404 == (await square.ask("GET", DRAFT)).status_code


async def test_a_draft_is_gone_after_seven_days() -> None:
    """P-74: it is not read any more, and the sweep deletes it, once a second look says the same."""
    square = await opened(PAGES)
    await square.ask("PUT", DRAFT, {"answers": {"roads": 5}})
    square.now += timedelta(days=7)
    read = (await square.ask("GET", DRAFT)).status_code
    square.now += timedelta(minutes=1)
    for _ in range(LOOKS):
        await square.sweep()
    square.now -= timedelta(days=7)

    assert (404, 404) == (read, (await square.ask("GET", DRAFT)).status_code)


async def test_a_closed_survey_takes_no_draft() -> None:
    """There is nothing to go on to."""
    square = await opened(PAGES)
    await square.closed()

    assert 409 == (await square.ask("PUT", DRAFT, {"answers": {}})).status_code
