"""Own values and things done by many at once: one counts, and nobody confirms what is his own."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from secrets import token_urlsafe

import httpx
import pytest
import pytest_asyncio

from services.gateway.usecases.accounts import Change
from services.monitoring.domain.values import Value, value_id
from services.monitoring.store import VALUES
from tests.failure.access_town import (
    CHEAP,
    PASSWORD,
    ROADS,
    SURVEY,
    WATER,
    Json,
    Peopled,
    Someone,
    a_filled_town,
    answers_with,
)
from tests.system.conftest import a_town

pytestmark = pytest.mark.asyncio(loop_scope="module")

AT_ONCE = 50


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def peopled(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Peopled]:
    async with a_filled_town(tmp_path_factory.mktemp("races") / "data") as opened:
        await opened.add("both", "officer", "expert", unit="roads")
        yield opened


def _at(period: str, indicator: str = ROADS) -> str:
    return f"/indicators/{indicator}/values/{period}"


async def _given(peopled: Peopled, who: str, period: str, value: float, indicator: str = ROADS) -> None:
    body = {"value": value, "source": "x"}
    (await peopled.people[who].program(peopled, "PUT", _at(period, indicator), body)).raise_for_status()


async def _verified(peopled: Peopled, who: str, period: str, version: int | None = None) -> int:
    body = {"version": version} if version else None
    return (await peopled.people[who].program(peopled, "POST", f"{_at(period)}/verify", body)).status_code


async def _kept(peopled: Peopled, period: str, indicator: str = ROADS) -> Value:
    store = peopled.town.system.services["monitoring"].store
    kept = await store.collection(VALUES).get(value_id(indicator, period))
    assert kept is not None
    return kept


async def _another_token(peopled: Peopled, who: Someone) -> dict[str, str]:
    body = {"roles": ["expert"], "user": who.user}
    made = (await peopled.town.operator.post("/tokens", json=body)).raise_for_status().json()
    return {"authorization": f"Bearer {made['token']}"}


async def test_two_roles_and_two_tokens_are_one_person(peopled: Peopled) -> None:
    """P-67: who gave a value as an officer does not verify it as an expert, by session, token or another token."""
    both, town = peopled.people["both"], peopled.town
    await _given(peopled, "both", "2023", 1)
    other, path = await _another_token(peopled, both), f"{_at('2023')}/verify"
    many = {"items": [{"indicator": ROADS, "period": "2023", "version": 1}]}
    statuses = [
        (await both.browser.post(f"/api/v1{path}")).status_code,
        (await both.program(peopled, "POST", path)).status_code,
        (await town.public.post(path, headers=other)).status_code,
    ]
    refused = (await town.public.post("/values/verify", json=many, headers=other)).json()

    assert ([403] * 3, 0, [403]) == (statuses, refused["verified"], [each["status"] for each in refused["refused"]])
    assert "given" == (await _kept(peopled, "2023")).state


async def test_an_imported_value_is_the_importers_own(peopled: Peopled) -> None:
    """P-67: an expert who brings values in a file, alone or with the plan, verifies none of them."""
    expert = peopled.people["expert"]
    file = f"indicator,period,value,source\n{ROADS},2021,1,x\n".encode()
    reply = await peopled.town.public.post("/values/import?name=v.csv", content=file, headers=expert.bearer)
    reply.raise_for_status()

    assert [403, 200] == [await _verified(peopled, who, "2021") for who in ("expert", "second")]


async def test_whoever_corrects_has_had_a_hand_in_it(peopled: Peopled) -> None:
    """P-67: the corrected and the correcting verify none of a value's versions, however often it goes to and fro."""
    await _given(peopled, "officer", "2022", 1)
    await _given(peopled, "both", "2022", 2)
    await _given(peopled, "expert", "2022", 3)
    await _given(peopled, "officer", "2022", 1)

    assert [403, 403] == [await _verified(peopled, who, "2022") for who in ("both", "expert")]
    assert 200 == await _verified(peopled, "second", "2022", version=4)


async def test_a_correction_ends_verification(peopled: Peopled) -> None:
    """P-67: a verified value that is corrected, or put back as it was, is no longer verified."""
    await _given(peopled, "officer", "2025", 1)
    states = [await _verified(peopled, "second", "2025")]
    await _given(peopled, "officer", "2025", 2)
    found = [(await _kept(peopled, "2025")).state]
    await _given(peopled, "officer", "2025", 1)
    found.append((await _kept(peopled, "2025")).state)

    assert ([200], ["given", "given"]) == (states, found)
    assert (await _kept(peopled, "2025")).verified_by is None


async def test_racing_a_correction_against_the_own_verification_wins_nothing(peopled: Peopled) -> None:
    """P-67: verifying and correcting at the same moment never ends in a value verified by one who had a hand in it."""
    wrong, item = [], {"indicator": WATER, "period": "2022"}
    for number in range(20):
        await _given(peopled, "water", "2022", number, WATER)
        version = (await _kept(peopled, "2022", WATER)).value_version
        second, body = peopled.people["second"], {"value": number + 0.5, "source": "x"}
        verify = f"{_at('2022', WATER)}/verify"
        await asyncio.gather(
            second.program(peopled, "POST", verify, {"version": version}),
            second.program(peopled, "PUT", _at("2022", WATER), body),
            second.program(peopled, "POST", verify),
            second.program(peopled, "POST", "/values/verify", {"items": [item | {"version": version}]}),
        )
        value = await _kept(peopled, "2022", WATER)
        if value.verified_by and value.was_given_by(value.verified_by):
            wrong.append(value)

    assert [] == wrong


async def _at_once(work: Callable[[int], Awaitable[httpx.Response]], many: int = AT_ONCE) -> Counter[int]:
    return Counter(reply.status_code for reply in await asyncio.gather(*(work(number) for number in range(many))))


async def test_fifty_verifications_are_one(peopled: Peopled) -> None:
    """P-68: fifty who verify a value at once verify it once: one of them stands in it, and one event tells of it."""
    await _given(peopled, "officer", "2024", 7)
    second = peopled.people["second"]
    await peopled.town.settle()
    before = await _entries(peopled)
    statuses = await _at_once(lambda _: second.program(peopled, "POST", f"{_at('2024')}/verify"))
    await peopled.town.settle()

    assert ("verified", 1) == ((await _kept(peopled, "2024")).state, await _entries(peopled) - before)
    assert {200, 412} >= set(statuses)


async def _entries(peopled: Peopled) -> int:
    """How many events of the plan have been logged."""
    heads = (await peopled.town.operator.get("/operations/reporting/status")).json()["heads"]
    return sum(head["position"] for head in heads.values())


async def test_fifty_first_administrators_are_one(tmp_path: Path) -> None:
    """P-68: fifty who hold the link of the first start, by page and API at once, make one account."""
    async with a_town(tmp_path / "data", **CHEAP, passwords_waiting=100) as town:
        link = await town.system.gateway.first_administrator_token()

        async def set_up(number: int) -> httpx.Response:
            body = {"token": link, "user": f"first-{number}", "password": PASSWORD}
            return await town.public.post("/setup", json=body)

        statuses = await _at_once(set_up)
        users = (await town.operator.get("/users")).json()["items"]

    assert ({201: 1, 404: AT_ONCE - 1}, 1) == (dict(statuses), len(users))


async def test_fifty_spellings_of_a_name_are_one_account(tmp_path: Path) -> None:
    """P-68: fifty accounts of one name, in every spelling, made at once, are one."""
    spellings = ("maria", "MARIA", " Maria ", "ｍａｒｉａ", "ⓜaria", "mari\u00aa")
    async with a_town(tmp_path / "data", **CHEAP, passwords_waiting=100) as town:

        async def add(number: int) -> httpx.Response:
            body = {"user": spellings[number % len(spellings)], "password": PASSWORD, "roles": ["citizen"]}
            return await town.operator.post("/users", json=body)

        statuses = await _at_once(add)

    assert {201: 1, 409: AT_ONCE - 1} == dict(statuses)


async def test_two_administrators_cannot_take_the_role_from_one_another(tmp_path: Path) -> None:
    """P-68: administrators who demote one another, or step down together, leave at least one."""
    left = []
    for change in (Change(roles=("citizen",)), Change(active=False)):
        async with a_town(tmp_path / str(change.active), **CHEAP) as town:
            peopled = Peopled(town)
            people = [await peopled.add(f"admin-{number}", "administrator") for number in range(5)]
            accounts = town.system.gateway.house.accounts
            await asyncio.gather(*(accounts.change(each.user, change) for each in people), return_exceptions=True)
            users = (await town.operator.get("/users")).json()["items"]
            left.append(sum("administrator" in user["roles"] and user["active"] for user in users))

    assert [] == [number for number in left if number < 1]


async def test_fifty_responses_under_one_id_are_one(peopled: Peopled) -> None:
    """P-68: a response that is sent fifty times at once, with other answers too, counts once, with one receipt."""
    town, response = peopled.town, token_urlsafe(24)
    before = (await town.done(None, "GET", f"/surveys/{SURVEY}/results"))["responses"]
    bodies: Sequence[Json] = [{"answers": answers_with("едно")}, {"answers": answers_with("друго")}]
    path = f"/surveys/{SURVEY}/responses/{response}"
    replies = await asyncio.gather(*(town.ask(None, "PUT", path, bodies[number % 2]) for number in range(AT_ONCE)))
    await town.settle()
    after = (await town.done(None, "GET", f"/surveys/{SURVEY}/results"))["responses"]

    assert {201: 1, 200: AT_ONCE - 1} == dict(Counter(reply.status_code for reply in replies))
    assert (1, 1) == (len({reply.text for reply in replies}), after - before)


async def test_a_draft_never_outlives_its_response(peopled: Peopled) -> None:
    """P-68: however saving a draft races with sending it, afterwards no copy of the answers is left behind."""
    town, left = peopled.town, 0
    for _ in range(10):
        name = token_urlsafe(24)
        draft, response = f"/surveys/{SURVEY}/drafts/{name}", f"/surveys/{SURVEY}/responses/{name}"
        body = {"answers": answers_with("моите думи")}
        await town.done(None, "PUT", draft, body)
        sent = [town.ask(None, "PUT", draft if number % 5 else response, body) for number in range(AT_ONCE)]
        statuses = {reply.status_code for reply in await asyncio.gather(*sent)}
        left += (await town.ask(None, "GET", draft)).status_code != 404
        assert statuses <= {200, 201, 409}
    late = await town.ask(None, "PUT", draft, body)

    assert (0, 409) == (left, late.status_code)


async def test_fifty_withdrawals_are_one(peopled: Peopled) -> None:
    """P-68: a receipt that is used fifty times at once takes back one response, and all others are told it is gone."""
    town, given = peopled.town, await peopled.respond()
    await town.settle()
    before = (await town.done(None, "GET", f"/surveys/{SURVEY}/results"))["responses"]
    body = {"receipt": given["receipt"]}
    statuses = await _at_once(lambda _: town.ask(None, "POST", "/withdrawals", body))
    await town.settle()
    after = (await town.done(None, "GET", f"/surveys/{SURVEY}/results"))["responses"]

    assert ({200: 1, 404: AT_ONCE - 1}, -1) == (dict(statuses), after - before)
