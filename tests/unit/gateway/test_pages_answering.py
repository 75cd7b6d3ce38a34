"""Answering a survey page by page, without scripts."""

import re
from pathlib import Path

import pytest

from tests.browser.fixtures import RECEIPT, FakeBackend
from tests.unit.gateway.pages_client import KINDS, SURVEY, pages_client, started

ABOUT = {"shown": "settlement age sex", "settlement": "02508", "age": "30_44", "go": "on"}


async def test_starting_makes_an_address_that_nobody_guesses(tmp_path: Path) -> None:
    """The response's id is made on the server: 22 or more characters that a URL takes."""
    async with pages_client(tmp_path) as client:
        first = await started(client)

    assert re.fullmatch(rf"{SURVEY}/answer/[A-Za-z0-9_-]{{22,64}}/1", first)


async def test_a_page_is_kept_and_the_next_one_follows(tmp_path: Path) -> None:
    """Next saves the answers and goes on."""
    backend = FakeBackend()
    async with pages_client(tmp_path, backend) as client:
        first = await started(client)
        reply = await client.post(first, data=ABOUT)

    assert (first[:-1] + "2", {"settlement": "02508", "age": "30_44"}) == (
        reply.headers["location"],
        next(iter(backend.drafts.values()))["answers"],
    )


async def test_what_is_missing_is_named_on_the_same_page(tmp_path: Path) -> None:
    """A fault is 422 with the title, the summary's links and what was given still there."""
    async with pages_client(tmp_path) as client:
        first = await started(client)
        reply = await client.post(first, data={"shown": "settlement age sex", "age": "30_44", "go": "on"})

    shown = ("<title>Грешка:", 'href="#settlement"', 'value="30_44" id="age-1" checked')
    assert (422, [True, True, True]) == (reply.status_code, [part in reply.text for part in shown])


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("9" * 36, "Числото е твърде голямо"),
        ("1e300", "Числото е твърде голямо"),
        ("NaN", "Това не е число"),
        ("много", "Това не е число"),
    ],
)
async def test_a_number_that_does_not_fit_is_told_in_words(tmp_path: Path, typed: str, said: str) -> None:
    """What was typed stands in its field, and the fault says what to do."""
    async with pages_client(tmp_path) as client:
        first = await started(client, KINDS)
        given = {"shown": "visits since helps rates", "visits": typed, "helps": "bus", "rates": "3", "go": "on"}
        reply = await client.post(first, data=given)

    assert (422, True, True) == (reply.status_code, f'value="{typed}"' in reply.text, said in reply.text)


async def test_a_page_of_faults_can_be_come_back_to(tmp_path: Path) -> None:
    """The browser keeps it for its reader: it can't ask again for what was the answer to a form."""
    async with pages_client(tmp_path) as client:
        first = await started(client)
        reply = await client.post(first, data={"shown": "settlement age sex", "go": "on"})

    assert reply.headers["cache-control"] == "private, max-age=0, must-revalidate"


async def test_a_question_that_becomes_relevant_is_asked_before_going_on(tmp_path: Path) -> None:
    """The same page comes again, at the new question."""
    async with pages_client(tmp_path) as client:
        first = await started(client, KINDS)
        given = {"shown": "visits since helps rates", "visits": "2", "helps": "bus", "rates": "3", "go": "on"}
        reply = await client.post(first, data=given)

    assert f"{first}#q-why" == reply.headers["location"]


async def test_a_change_shows_what_it_makes_relevant(tmp_path: Path) -> None:
    """The script's refresh is the same address and answers the page, without looking for faults."""
    async with pages_client(tmp_path) as client:
        first = await started(client, KINDS)
        reply = await client.post(first, data={"shown": "helps", "helps": "bus", "go": "refresh"})

    assert (200, True) == (reply.status_code, 'id="q-why"' in reply.text)


@pytest.mark.parametrize(("go", "where"), [("back", "/1"), ("leave", "?saved=1")])
async def test_leaving_a_page_keeps_what_was_given(tmp_path: Path, go: str, where: str) -> None:
    """Back and leave save without checking."""
    backend = FakeBackend()
    async with pages_client(tmp_path, backend) as client:
        first = await started(client)
        await client.post(first, data=ABOUT)
        reply = await client.post(first[:-1] + "2", data={"shown": "roads water", "roads": "4", "go": go})

    kept = next(iter(backend.drafts.values()))["answers"]
    assert (True, 4) == (reply.headers["location"].endswith(where), kept["roads"])


async def test_the_start_offers_to_go_on(tmp_path: Path) -> None:
    """A cookie remembers the draft; the link leads to the first page without answers."""
    async with pages_client(tmp_path) as client:
        first = await started(client)
        await client.post(first, data=ABOUT)
        page = await client.get(SURVEY)

    assert f'href="{first[:-1]}2">Продължете' in page.text


async def test_the_check_shows_every_answer(tmp_path: Path) -> None:
    """Answers are read back in words, open ones named, each with a link to change it."""
    async with pages_client(tmp_path) as client:
        first = await started(client)
        await client.post(first, data=ABOUT)
        page = await client.get(first[:-1] + "check")

    parts = ("гр. Балчик", "30–44 години", "без отговор", f'href="{first}#q-age"')
    assert [True] * 4 == [part in page.text for part in parts]


async def test_what_is_no_longer_asked_is_not_sent(tmp_path: Path) -> None:
    """Only answers to what is asked go to the survey."""
    backend = FakeBackend()
    async with pages_client(tmp_path, backend) as client:
        first = await started(client)
        response = next(iter(backend.drafts))
        backend.drafts[response]["answers"] = {"age": "30_44", "influence": 5, "heard": ["early"]}
        await client.post(first[:-1] + "check", data={})

    assert {"age": "30_44", "influence": 5} == backend.responses[response]["answers"]


async def test_the_receipt_is_shown_and_stands_in_no_address(tmp_path: Path) -> None:
    """Sending leads to the thanks by a 303; the receipt travels in a short-lived cookie that scripts can't read."""
    async with pages_client(tmp_path) as client:
        first = await started(client)
        sent = await client.post(first[:-1] + "check", data={})
        page = await client.get(sent.headers["location"])

    cookie = next(c for c in sent.headers.get_list("set-cookie") if RECEIPT in c)
    assert (303, False, True, True) == (
        sent.status_code,
        RECEIPT in sent.headers["location"],
        "HttpOnly" in cookie and "Max-Age=600" in cookie,
        RECEIPT in page.text,
    )


async def test_a_draft_that_is_gone_is_told(tmp_path: Path) -> None:
    """An address of a sent or expired draft says so."""
    async with pages_client(tmp_path) as client:
        page = await client.get(f"{SURVEY}/answer/{'x' * 22}/1")

    assert (404, True) == (page.status_code, "вече са изпратени или са изтекли" in page.text)


async def test_a_response_is_taken_back_by_its_receipt(tmp_path: Path) -> None:
    """Spaces in the code do not matter."""
    backend = FakeBackend()
    async with pages_client(tmp_path, backend) as client:
        reply = await client.post("/withdraw", data={"receipt": f" {RECEIPT} "})

    assert ("/withdraw?done=1", {RECEIPT}) == (reply.headers["location"], backend.withdrawn)


@pytest.mark.parametrize("receipt", ["", "ABCD-EFGH"])
async def test_a_wrong_receipt_is_a_fault_of_the_field(tmp_path: Path, receipt: str) -> None:
    """A code that was withdrawn and one that never was look the same."""
    async with pages_client(tmp_path) as client:
        reply = await client.post("/withdraw", data={"receipt": receipt})

    assert (422, True) == (reply.status_code, 'id="receipt-error"' in reply.text)
