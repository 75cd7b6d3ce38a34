"""What is refused is told where it is wrong and what to do, in the language of whoever reads it."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from shared.identity import Role
from tests.system.conftest import Town, a_town, load_balchik

pytestmark = pytest.mark.asyncio(loop_scope="module")

VALUE = {"value": 1, "source": "НСИ"}
ANSWERS = {"settlement": "02508", "age": "15_29"}
GIVE = "/indicators/dzi_bel/values"
ANSWER = f"/surveys/vision-2020/responses/{'r' * 24}"
CLOSED = f"/surveys/closed/responses/{'r' * 24}"
DRAFT = f"/surveys/draft/responses/{'r' * 24}"


@dataclass(frozen=True)
class Refusal:
    """What is asked by whom, and how it is refused: status, place, and words that must be said in Bulgarian."""

    role: Role | None
    method: str
    path: str
    body: Any
    status: int
    pointer: str | None
    said: str
    unit: str | None = None


REFUSALS = {
    "a quarter of a yearly figure": Refusal("expert", "PUT", f"{GIVE}/2019-Q1", VALUE, 422, "/period", "като 2019"),
    "no period": Refusal("expert", "PUT", f"{GIVE}/19", VALUE, 422, "/period", "като 2019"),
    "a period to come": Refusal("expert", "PUT", f"{GIVE}/2099", VALUE, 422, "/period", "започва на 01.01.2099"),
    "no source": Refusal("expert", "PUT", f"{GIVE}/2019", {"value": 1, "source": " "}, 422, "/source", "Попълнете"),
    "a number in quotes": Refusal("expert", "PUT", f"{GIVE}/2019", VALUE | {"value": "1"}, 422, "/value", "число"),
    "another unit's figure": Refusal("officer", "PUT", f"{GIVE}/2019", VALUE, 404, None, "Проверете кода", "roads"),
    "a fed figure": Refusal("expert", "PUT", "/indicators/satisfied_roads/values/2020", VALUE, 409, None, "анкетата"),
    "no right to verify": Refusal("officer", "POST", f"{GIVE}/2019/verify", {}, 403, None, "роля", "education"),
    "a citizen's figure": Refusal("citizen", "PUT", f"{GIVE}/2019", VALUE, 403, None, "роля"),
    "nobody's figure": Refusal(None, "PUT", f"{GIVE}/2019", VALUE, 401, None, "Влезте"),
    "an unknown question": Refusal(
        None, "PUT", ANSWER, {"answers": ANSWERS | {"nope": 1}}, 422, "/answers/nope", "няма такъв въпрос"
    ),
    "a question not asked": Refusal(
        None, "PUT", ANSWER, {"answers": ANSWERS | {"heard": ["meetings"]}}, 422, "/answers/heard", "не се задава"
    ),
    "a mark beyond the scale": Refusal(
        None, "PUT", ANSWER, {"answers": ANSWERS | {"roads": 9}}, 422, "/answers/roads", "от 1 до 5"
    ),
    "a required question": Refusal(
        None, "PUT", ANSWER, {"answers": {"age": "15_29"}}, 422, "/answers/settlement", "Отговорете"
    ),
    "an unknown channel": Refusal(
        None, "PUT", ANSWER, {"answers": ANSWERS, "channel": "fax"}, 422, "/channel", "web, paper, kiosk или api"
    ),
    "an unknown survey": Refusal(
        None, "PUT", ANSWER.replace("vision-2020", "none"), {"answers": {}}, 404, None, "Няма"
    ),
    "a closed survey": Refusal(None, "PUT", CLOSED, {"answers": {}}, 409, None, "приключи"),
    "a survey to come": Refusal(None, "PUT", DRAFT, {"answers": {}}, 409, None, "още не е отворена"),
    "a used survey's questions": Refusal(
        "expert", "POST", "/surveys/closed/open", None, 409, None, "направете нова анкета"
    ),
    "a day of another form": Refusal(
        None, "GET", "/evaluation/balchik-2014-2020?as_of=31.12.2019", None, 422, "/as_of", "2020-12-31"
    ),
    "a page of no list": Refusal("expert", "GET", "/values?cursor=x", None, 422, "/cursor", "Започнете от първата"),
    "a page of no size": Refusal("expert", "GET", "/values?limit=abc", None, 422, "/limit", "цяло число"),
    "neither yes nor no": Refusal(
        "expert", "POST", "/values/import?dry_run=maybe", None, 422, "/dry_run", "true или false"
    ),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """Balchik, with a survey that is closed and one that is not open yet."""
    async with a_town(tmp_path_factory.mktemp("messages"), writes_per_client=1_000_000) as opened:
        await load_balchik(opened)
        for name in ("closed", "draft"):
            question = {"id": "q", "kind": "text", "text": {"bg": "?"}}
            survey = {"id": name, "title": {"bg": "Анкета"}, "pages": [{"id": "p", "questions": [question]}]}
            await opened.done("expert", "POST", "/surveys/import?format=json", survey)
        await opened.done("expert", "POST", "/surveys/closed/open")
        await opened.done("expert", "POST", "/surveys/closed/close")
        yield opened


async def told(town: Town, refusal: Refusal, language: str) -> tuple[int, list[str], str]:
    """Ask in a language; answers the status, the places, and all that is said."""
    reply = await town.ask(
        refusal.role,
        refusal.method,
        refusal.path,
        refusal.body,
        unit=refusal.unit,
        headers={"Accept-Language": language},
    )
    problem = reply.json()
    errors = problem.get("errors", [])
    assert language == reply.headers["content-language"]
    said = [problem["title"], problem["detail"], *(error["message"] for error in errors)]
    return reply.status_code, [error["pointer"] for error in errors], "\n".join(said)


@pytest.mark.parametrize("name", REFUSALS)
async def test_a_refusal_says_where_and_what_to_do_in_the_readers_language(town: Town, name: str) -> None:
    """P-47: what does not fit is told at its place, in Bulgarian and in English, each without a word of the other."""
    refusal = REFUSALS[name]
    status, places, bulgarian = await told(town, refusal, "bg")
    english = await told(town, refusal, "en")

    assert (status, places) == english[:2] == (refusal.status, places)
    assert refusal.pointer is None or refusal.pointer in places
    assert refusal.said in bulgarian
    assert not re.search("[а-яА-Я]", english[2])
    assert re.search("[а-я]{3}", bulgarian)
