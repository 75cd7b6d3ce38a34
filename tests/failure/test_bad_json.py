"""JSON that other readers take silently, at every address that takes JSON: refused with its place, never echoed."""

import re
from collections.abc import AsyncIterator

import orjson
import pytest
import pytest_asyncio

from deploy.access import ALL
from shared.identity import Role
from tests.failure.described import MARK, Json, Operation, operations, spoiled, whole
from tests.system.conftest import Town, a_town

pytestmark = pytest.mark.asyncio(loop_scope="module")

ODD = {
    "NaN": b'{"title":NaN}',
    "minus infinity": b'{"title":[-Infinity]}',
    "1e400": b'{"title":{"a":[0,1e400]}}',
    "5,000 digits": b'{"title":' + b"9" * 5_000 + b"}",
    "5,000 decimals": b'{"title":0.' + b"9" * 5_000 + b"}",
    "a double key": b'{"title":{"a":1,"a":2}}',
    "depth 500": b'{"title":' + b"[" * 500 + b"]" * 500 + b"}",
    "depth 100,000": b"[" * 100_000,
    "a lone surrogate": b'{"title":"\\ud800"}',
    "a lone surrogate as a name": b'{"title":{"\\udfff":1}}',
    "an escaped NUL": b'{"title":"a\\u0000"}',
    "a bare NUL": b'{"title":"a\x00"}',
    "bad UTF-8": b'{"title":"\xd0"}',
    "Windows-1251": '{"title":"град"}'.encode("cp1251"),
    "UTF-16": '{"title":"град"}'.encode("utf-16"),
    "UTF-16 unmarked": '{"title":1}'.encode("utf-16-le"),
    "half an object": b'{"title":',
    "two values": b"{}{}",
    "a comment": b"{}//x",
    "single quotes": b"{'title':1}",
    "a comma too many": b'{"title":1,}',
}
WHERE = {
    "NaN": "/title",
    "minus infinity": "/title/0",
    "1e400": "/title/a/1",
    "5,000 digits": "/title",
    "a double key": "/title/a",
    "a lone surrogate": "/title",
    "a lone surrogate as a name": "/title",
    "an escaped NUL": "/title",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with a_town(tmp_path_factory.mktemp("json"), writes_per_client=1_000_000) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def takers(town: Town) -> list[Operation]:
    """Every operation that takes JSON."""
    reply = await town.public.get("http://127.0.0.1:8080/api/openapi.json")
    found = list(operations(reply.raise_for_status().json()))
    assert len(found) > 12
    return found


def let_in(taker: Operation) -> Role:
    """Somebody who may: who may not is refused before anything is read."""
    who = ALL[taker.method, taker.path]
    return next(role for role in ("administrator", "expert") if role in who or "visitor" in who)


async def told(town: Town, taker: Operation, body: bytes) -> tuple[int, str, Json]:
    """Send a body as who may; answers the status, the kind of answer, and the places that it names."""
    path = re.sub(r"\{[^}]+\}", "none", taker.path)
    reply = await town.ask(
        let_in(taker), taker.method, path, content=body, headers={"Content-Type": "application/json"}
    )
    assert MARK not in reply.text
    return (
        reply.status_code,
        reply.headers["content-type"],
        [each["pointer"] for each in reply.json().get("errors", [])],
    )


@pytest.mark.parametrize("odd", ODD)
async def test_odd_json_is_refused_with_its_place(town: Town, takers: list[Operation], odd: str) -> None:
    """P-45: odd JSON is a 422 that names its place, at every address that takes JSON."""
    answers = {f"{each.method} {each.path}": await told(town, each, ODD[odd]) for each in takers}
    wrong = {
        at: answer
        for at, answer in answers.items()
        if (422, "application/problem+json") != answer[:2] or not answer[2] or WHERE.get(odd) not in (None, *answer[2])
    }

    assert {} == wrong


async def test_a_wrong_type_is_refused_with_its_place(town: Town, takers: list[Operation]) -> None:
    """P-45: a value of a wrong type is a 422 that names its place, wherever a value may stand, and is not echoed."""
    wrong: list[tuple[str, str, Json]] = []
    tried = 0
    for taker in takers:
        for each in spoiled(taker.schema):
            tried += 1
            status, kind, places = await told(town, taker, orjson.dumps(each.body))
            if (422, "application/problem+json") != (status, kind) or each.pointer not in places:
                wrong.append((f"{taker.method} {taker.path}", each.pointer, (status, places[:5])))

    assert [] == wrong
    assert tried > 500


async def test_an_unknown_field_is_refused_with_its_place(town: Town, takers: list[Operation]) -> None:
    """P-45: a field that nobody described is a 422 that names it, at every address that takes JSON."""
    wrong = {}
    for taker in takers:
        status, _, places = await told(town, taker, orjson.dumps(whole(taker.schema) | {"verified_by": MARK}))
        if status != 422 or "/verified_by" not in places:
            wrong[f"{taker.method} {taker.path}"] = (status, places)

    assert {} == wrong


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "application/octet-stream", "multipart/form-data", ""]
)
async def test_a_body_under_another_name_is_read_strictly_or_refused(
    town: Town, takers: list[Operation], kind: str
) -> None:
    """P-45: JSON that is called something else is read as strictly, or refused; it is never a fault of ours."""
    statuses = {}
    for taker in takers:
        for body in (ODD["NaN"], ODD["UTF-16"], b"\xff"):
            path = re.sub(r"\{[^}]+\}", "none", taker.path)
            reply = await town.ask(let_in(taker), taker.method, path, content=body, headers={"Content-Type": kind})
            if reply.status_code not in range(400, 500):
                statuses[f"{taker.method} {taker.path}"] = reply.status_code

    assert {} == statuses
