"""What pages say when a service refuses, or a form can't be read."""

from pathlib import Path
from typing import Any

import pytest

from services.gateway.pages import Json, Reply
from shared.errors import Conflict, Unavailable
from shared.language import Text
from tests.browser.fixtures import FakeBackend
from tests.unit.gateway.pages_client import SURVEY, pages_client, started


class Refusing(FakeBackend):
    """Refuses every write, or every read of results."""

    def __init__(self, reply: Reply, only: str = "") -> None:
        super().__init__()
        self.reply = reply
        self.only = only

    async def send(self, request: Any, method: Any, path: str, body: Json) -> Reply:
        return self.reply if self.only in path else await super().send(request, method, path, body)


CLOSED = Reply(409, {"detail": "Анкетата вече не приема отговори."})


@pytest.mark.parametrize("address", [SURVEY, "/withdraw"])
async def test_a_refusal_is_a_page_with_the_services_words(tmp_path: Path, address: str) -> None:
    """The status is the service's, the words too."""
    async with pages_client(tmp_path, Refusing(CLOSED)) as client:
        reply = await client.post(address, data={"receipt": "X"})

    assert (409, True) == (reply.status_code, "Анкетата вече не приема отговори." in reply.text)


async def test_a_survey_that_closed_meanwhile_says_so(tmp_path: Path) -> None:
    """Sending too late is told, not lost in an error."""
    async with pages_client(tmp_path, Refusing(CLOSED, "/responses/")) as client:
        first = await started(client)
        reply = await client.post(first[:-1] + "check", data={})

    assert (409, True) == (reply.status_code, "Анкетата вече не приема отговори." in reply.text)


async def test_a_draft_that_is_refused_is_a_page(tmp_path: Path) -> None:
    """What is no fault of an answer is told as it is."""
    backend = Refusing(CLOSED, "?page=")
    async with pages_client(tmp_path, backend) as client:
        first = await started(client)
        reply = await client.post(first, data={"shown": "age", "age": "30_44", "go": "on"})

    assert reply.status_code == 409


async def test_a_last_fault_leads_to_its_question(tmp_path: Path) -> None:
    """What is found at sending is named on the check, with a link to its page."""
    fault = Reply(422, {"errors": [{"pointer": "/answers/roads", "message": "Изберете число от 1 до 5."}]})
    async with pages_client(tmp_path, Refusing(fault, "/responses/")) as client:
        first = await started(client)
        reply = await client.post(first[:-1] + "check", data={})

    assert (422, True) == (reply.status_code, 'href="2#q-roads"' in reply.text)


@pytest.mark.parametrize("body", [b"receipt=%ff", b"&".join([b"a=1"] * 3000)], ids=["no UTF-8", "too many fields"])
async def test_a_form_that_is_none_is_refused(tmp_path: Path, body: bytes) -> None:
    """Nothing is guessed."""
    async with pages_client(tmp_path) as client:
        reply = await client.post("/withdraw", content=body)

    assert reply.status_code == 422


async def test_a_form_that_is_too_large_is_refused(tmp_path: Path) -> None:
    """A megabyte is the most."""
    async with pages_client(tmp_path) as client:
        reply = await client.post("/withdraw", content=b"receipt=" + b"x" * 1_000_001)

    assert reply.status_code == 413


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (Conflict(Text(bg="Още не са обявени.")), 200, "Още няма резултати"),
        (Unavailable(Text(bg="подробности")), 503, "Част от системата не отговаря"),
    ],
)
async def test_results_that_are_kept_back_are_told(tmp_path: Path, error: Exception, status: int, said: str) -> None:
    """Results that are not public yet are no error; a part that is down is told in our words."""

    class Failing(FakeBackend):
        async def get(self, request: Any, path: str) -> Json | None:
            if "/results" in path:
                raise error
            return await super().get(request, path)

    async with pages_client(tmp_path, Failing()) as client:
        reply = await client.get(f"{SURVEY}/results")

    assert (status, True) == (reply.status_code, said in reply.text)
