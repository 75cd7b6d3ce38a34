"""Ids, paths, cursors and orders that mean something to somebody: refused, and one id is one document."""

import re
import unicodedata
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from pydantic import SecretStr

from deploy.access import ALL
from services.surveys.domain.responses import ResponseKeys
from shared.identity import Role
from tests.failure.bringing import Json, kept
from tests.system.conftest import Town, a_town, demo_json, load_balchik

pytestmark = pytest.mark.asyncio(loop_scope="module")

ODD = (
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e%2fx",
    "a%2fb",
    "a%5cb",
    "%00",
    "a%00b",
    "a%0d%0aX-Injected:%201",
    "%24where",
    "%7B%22%24gt%22:%22%22%7D",
    "vision-2020'%20OR%20'1'='1",
    "caf%C3%A9",
    "cafe%CC%81",
    "vision%E2%80%912020",
    "%EF%BC%92%EF%BC%90",
    "%D0%B0",
    "%FF%FE",
    "%ED%A0%80",
    "%F0%9F%98%80",
    "%20",
    "vision-2020%20",
    "%20vision-2020",
    "VISION-2020",
    "*",
    "%25",
    "%3F",
    "__proto__",
    "x" * 300,
    "x" * 7_000,
    "x" * 10_000,
)
GOOD = {"survey": "vision-2020", "plan": "balchik-2014-2020", "indicator": "dzi_bel", "period": "2019", "node": "o1"}
EMPTY_FOR_ANY = "/plans/{plan}/template.xlsx"
PLAIN = "VISION-2020"
"""A name that a plan may have: of one that is not there yet, the template is an empty one."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with a_town(tmp_path_factory.mktemp("ids"), writes_per_client=1_000_000) as opened:
        await load_balchik(opened)
        yield opened


def let_in(method: str, path: str) -> Role:
    who = ALL[method, path]
    return next(role for role in ("administrator", "expert", "citizen") if role in who or "visitor" in who)


def addresses(odd: str) -> Iterator[tuple[str, str, str]]:
    """Every address that has names in it, with one of them odd."""
    for method, path in ALL:
        if path == EMPTY_FOR_ANY and odd == PLAIN:
            continue
        for name in re.findall(r"\{(\w+)\}", path):
            whole = path.replace(f"{{{name}}}", odd)
            yield method, path, re.sub(r"\{(\w+)\}", lambda found: GOOD.get(found[1], "x" * 24), whole)


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd[:30])
async def test_an_odd_name_in_an_address_is_nowhere(town: Town, odd: str) -> None:
    """P-46: an odd id in any address is a 4xx that reads, writes and injects nothing."""
    before = await kept(town)
    found = {}
    for method, path, address in addresses(odd):
        body: Json = {} if method in {"PUT", "POST", "PATCH"} else None
        reply = await town.ask(let_in(method, path), method, address, body)
        if reply.status_code not in range(400, 500) or "x-injected" in reply.headers:
            found[f"{method} {path}"] = reply.status_code

    assert {} == found
    assert before == await kept(town)


async def cursors(town: Town) -> list[tuple[str, str]]:
    document = (await town.public.get("http://127.0.0.1:8080/api/openapi.json")).json()
    return [
        (path.removeprefix("/api/v1"), parameter["name"])
        for path, item in document["paths"].items()
        for parameter in item.get("get", {}).get("parameters", [])
        if parameter["name"] in {"cursor", "after", "sort", "order"}
    ]


@pytest.mark.parametrize("odd", [odd for odd in ODD if len(odd) < 300], ids=lambda odd: odd[:30])
async def test_an_odd_place_in_a_list_is_refused(town: Town, odd: str) -> None:
    """P-46: a cursor that no page has told is a 422, in every list."""
    found = {}
    for path, name in await cursors(town):
        address = re.sub(r"\{(\w+)\}", lambda known: GOOD[known[1]], path)
        reply = await town.ask(let_in("GET", path), "GET", f"{address}?{name}={odd}")
        if reply.status_code != 422:
            found[f"{path}?{name}"] = (reply.status_code, reply.text[:100])

    assert {} == found


async def test_a_place_in_a_list_is_good_for_the_next_page_only_as_it_was_told(town: Town) -> None:
    """P-46: a cursor leads on to the next page; shortened, changed or of another list, it is refused."""
    first = await town.done("expert", "GET", "/values?limit=2")
    second = await town.done("expert", "GET", f"/values?limit=2&cursor={first['next']}")
    changed = first["next"][:-2] + ("A" if first["next"][-2] != "A" else "B") + first["next"][-1]
    statuses = [
        (await town.ask("expert", "GET", f"{path}?cursor={cursor}")).status_code
        for path, cursor in (("/values", first["next"][:5]), ("/values", first["next"] + "!"))
    ]

    assert [] == [each for each in second["items"] if each in first["items"]]
    assert [422, 422] == statuses
    assert (await town.ask("expert", "GET", f"/values?cursor={changed}")).status_code in {200, 422}


TWINS = ("caf\u00e9", "cafe\u0301", "cafe", "CAFE", "ｃａｆｅ", "с\u0430fe", "caf\u0435")


async def test_names_that_look_alike_are_not_two_documents(town: Town) -> None:
    """P-46: of names that look alike only the plain one can be given, to a survey, margins, a plan and an indicator."""
    margins = demo_json("margins.json")
    survey = {
        "title": {"bg": "А"},
        "pages": [{"id": "p", "questions": [{"id": "q", "kind": "text", "text": {"bg": "?"}}]}],
    }
    plan = {"title": {"bg": "П"}, "period": {"from": 2020, "to": 2021}, "nodes": [], "indicators": []}
    taken = []
    for name in TWINS:
        for folder, body in (("surveys", survey), ("margins", margins), ("plans", plan)):
            reply = await town.ask("expert", "PUT", f"/{folder}/{name}", body | {"id": name})
            taken += [(folder, name)] if reply.is_success else []

    assert all(name.isascii() for _, name in taken), taken
    assert {"surveys", "margins"} <= {folder for folder, name in taken if name == "cafe"}


@pytest.mark.parametrize(
    "twin", ["é" * 24, unicodedata.normalize("NFD", "é" * 24), "а" * 24, "a" * 21, "a" * 65, "a b" * 10]
)
async def test_the_id_that_a_client_makes_is_plain(town: Town, twin: str) -> None:
    """P-46: a response's id is 22 to 64 plain letters; nothing else is made into one."""
    answers = {"settlement": "02508", "age": "15_29"}
    reply = await town.ask(None, "PUT", f"/surveys/vision-2020/responses/{twin}", {"answers": answers})

    assert (422, "/response") == (reply.status_code, reply.json()["errors"][0]["pointer"])


async def test_one_client_id_is_one_response_in_each_survey() -> None:
    """P-46: ids that differ in case or by a letter of another survey's name are different responses."""
    keys = ResponseKeys(SecretStr("a key"))
    made = {
        keys.response_id(survey, client) for survey in ("a", "ab", "b") for client in ("c" * 22, "C" * 22, "bc" * 11)
    }

    assert 9 == len(made)
