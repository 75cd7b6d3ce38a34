"""Whose things are whose: ids of others in path, body and cursor find nothing."""

from secrets import token_urlsafe

import orjson
import pytest

from services.gateway.edge.caller import SESSION_COOKIE
from tests.failure.access_town import (
    PLAN,
    ROADS,
    SURVEY,
    WATER,
    Json,
    Peopled,
    a_plan,
    a_survey,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _told(body: Json, *hidden: str) -> Json:
    """What an answer says, without the number of the request and what was asked for."""
    told = repr({name: value for name, value in body.items() if name != "instance"})
    for name in hidden:
        told = told.replace(name, "…")
    return told


async def test_an_officer_gives_no_other_units_value(peopled: Peopled) -> None:
    """P-52: another unit's indicator in the path is 404, in the very words for one that there is not."""
    officer = peopled.people["officer"]
    replies = [
        await officer.program(peopled, "PUT", f"/indicators/{name}/values/2023", {"value": 1, "source": "x"})
        for name in (WATER, "i-nowhere")
    ]

    assert [404, 404] == [reply.status_code for reply in replies]
    assert 1 == len({_told(reply.json(), WATER, "i-nowhere") for reply in replies})


async def test_a_unit_of_the_body_is_no_unit_of_the_officer(peopled: Peopled) -> None:
    """P-52: nobody becomes another unit by saying so; rows of another unit in a file are as if they weren't there."""
    officer = peopled.people["officer"]
    said = {"value": 1, "source": "x", "unit": "water"}
    given = await officer.program(peopled, "PUT", f"/indicators/{ROADS}/values/2023", said)
    files = [
        await peopled.town.public.post(
            "/values/import?name=v.csv",
            content=f"indicator,period,value,source\n{name},2023,1,x\n".encode(),
            headers=officer.bearer,
        )
        for name in (WATER, "i-nowhere")
    ]

    assert [422, 422, 422] == [reply.status_code for reply in (given, *files)]
    assert 1 == len({_told(reply.json(), WATER, "i-nowhere") for reply in files})


async def test_a_list_shows_an_officer_the_own_unit_whatever_is_asked(peopled: Peopled) -> None:
    """P-52: neither `unit` nor a cursor out of an expert's list opens another unit's values."""
    officer, expert = peopled.people["officer"], peopled.people["expert"]
    cursors = [""]
    for query in ("", "&unit=water", "&unit=roads", "&state=given", "&unit=water&state=given"):
        page = (await expert.program(peopled, "GET", f"/values?limit=1{query}")).json()
        cursors += [f"&cursor={page['next']}"] if page["next"] else []
    seen, statuses = set(), set()
    for query in ("", "&unit=roads", "&unit=water", "&state=given", "&period=2024", "&unit=water&state=given"):
        for cursor in cursors:
            reply = await officer.program(peopled, "GET", f"/values?limit=50{query}{cursor}")
            statuses.add(reply.status_code)
            seen |= {item["responsible"] for item in reply.json().get("items", ())}

    assert len(cursors) > 1
    assert ({"roads"}, {200, 404, 422}) == (seen, statuses | {422})


async def test_an_officer_without_a_unit_sees_no_values(peopled: Peopled) -> None:
    """P-52: an officer whose unit was taken away does not see those of all units."""
    lost = await peopled.add("lost", "officer", "citizen", unit="roads")
    await peopled.town.operator.patch(f"/users/{lost.user}", json={"roles": ["citizen"], "unit": ""})
    reply = await lost.program(peopled, "GET", "/values")

    assert 403 == reply.status_code


async def test_nobody_reads_answers_that_somebody_else_has_begun(peopled: Peopled) -> None:
    """P-52: a draft is found under its own id and survey alone, by a visitor as by any role."""
    town, mine = peopled.town, token_urlsafe(24)
    await town.done("expert", "POST", "/surveys/import?format=json", a_survey(survey="other"))
    await town.done("expert", "POST", "/surveys/other/open")
    await town.done(None, "PUT", f"/surveys/{SURVEY}/drafts/{mine}", {"answers": {"own": "мое"}})
    paths = [
        f"/surveys/{SURVEY}/drafts/{token_urlsafe(24)}",
        f"/surveys/other/drafts/{mine}",
        f"/surveys/nowhere/drafts/{mine}",
        f"/surveys/{SURVEY}/drafts/{mine.swapcase()}",
        f"/surveys/{SURVEY}/drafts/{mine}%1F",
        f"/surveys/{SURVEY}%1F{mine}/drafts/x",
    ]
    statuses = {
        (await town.ask(role, "GET", path)).status_code for role in (None, "expert", "administrator") for path in paths
    }

    assert {404} == statuses


async def test_a_receipt_takes_back_no_other_response(peopled: Peopled) -> None:
    """P-52: ids, receipts of others' and receipts of other surveys in a withdrawal find nothing that is not theirs."""
    town = peopled.town
    given, other = await peopled.respond(), await peopled.respond()
    swapped = [given["response"], other["receipt"][:-1] + "0", given["receipt"][:20] + other["receipt"][20:]]
    statuses = [(await town.ask(None, "POST", "/withdrawals", {"receipt": each})).status_code for each in swapped]
    own = [(await town.ask(None, "POST", "/withdrawals", {"receipt": other["receipt"]})).status_code for _ in "ab"]

    assert ([404] * 3, [200, 404]) == (statuses, own)


async def test_what_is_kept_of_a_session_or_token_opens_nothing(peopled: Peopled) -> None:
    """P-52: ids of sessions and tokens, from lists or out of the store, are no sessions and no tokens."""
    town = peopled.town
    tokens = (await town.operator.get("/tokens")).json()["items"]
    kept = [f"megdan_{each['id']}_{each['id']}" for each in tokens] + [f"megdan_{each['id']}_" for each in tokens]
    session = await town.system.gateway.house.sessions.begin(
        await town.system.gateway.house.accounts.called("administrator")
    )
    answers = [await town.public.get("/users", headers={"authorization": f"Bearer {each}"}) for each in kept]
    answers.append(await town.public.get("/users", headers={"cookie": f"{SESSION_COOKIE}={session.session.id}"}))

    assert {401} == {reply.status_code for reply in answers}
    own = await town.public.get("/users", headers={"cookie": f"{SESSION_COOKIE}={session.cookie}"})
    assert 200 == own.status_code


async def test_who_may_not_ask_learns_nothing_of_ids(peopled: Peopled) -> None:
    """P-52: an id that there is and one that there is not are refused alike to whoever may not ask for either."""
    tokens = (await peopled.town.operator.get("/tokens")).json()["items"]
    pairs = [
        ("GET", f"/users/{peopled.people['citizen'].user}", "/users/nobody"),
        ("PATCH", f"/users/{peopled.people['citizen'].user}", "/users/nobody"),
        ("DELETE", f"/tokens/{tokens[0]['id']}", "/tokens/nothing"),
        ("POST", f"/surveys/{SURVEY}/close", "/surveys/nowhere/close"),
        ("GET", f"/surveys/{SURVEY}/responses.csv", "/surveys/nowhere/responses.csv"),
        ("POST", f"/indicators/{ROADS}/values/2024/verify", "/indicators/nowhere/values/2024/verify"),
        ("GET", "/operations/surveys/dead-letters/x", "/operations/surveys/dead-letters/y"),
    ]
    differs = [
        (method, there)
        for method, there, not_there in pairs
        for who in (None, "citizen", "officer", "moderator")
        if len({await _refused(peopled, who, method, path) for path in (there, not_there)}) > 1
    ]

    assert [] == differs


async def _refused(peopled: Peopled, who: str | None, method: str, path: str) -> tuple[int, str]:
    bearer = peopled.people[who].bearer if who else {}
    reply = await peopled.town.public.request(method, path, headers=bearer, json={} if method == "PATCH" else None)
    assert reply.status_code in (401, 403)
    return reply.status_code, _told(reply.json())


async def test_a_draft_survey_is_nowhere_for_the_public(peopled: Peopled) -> None:
    """P-52: what is not published yet is not read, listed or told of to anybody but experts and evaluators."""
    town = peopled.town
    await town.done("expert", "POST", "/surveys/import?format=json", a_survey(survey="secret-plan"))
    paths = ("/surveys/secret-plan", "/surveys/secret-plan/results", "/surveys/secret-plan/drafts/x")
    for role in (None, "citizen", "officer", "moderator", "administrator"):
        unit = "roads" if role == "officer" else None
        statuses = {(await town.ask(role, "GET", path, unit=unit)).status_code for path in paths}
        listed = (await town.done(role, "GET", "/surveys", unit=unit))["items"]

        assert ({404}, False) == (statuses, "secret-plan" in {each["id"] for each in listed})


async def test_nodes_of_another_plan_are_nowhere(peopled: Peopled) -> None:
    """P-52: `under`, `node` and evidence of another plan's node or indicator are 404, as are those of none."""
    town = peopled.town
    other = orjson.loads(orjson.dumps(a_plan()).replace(b'"i-', b'"z-').replace(b'"m1', b'"z1').replace(b'"o1', b'"zo'))
    other["indicators"] = [each for each in other["indicators"] if "feed" not in each]
    await town.done("expert", "PUT", "/plans/elsewhere", other)
    await town.settle()
    differs: dict[str, int] = {}
    for there in ("z1", "zo", "z-roads", "nothing"):
        for path in (f"?under={there}", f"/history?node={there}", f"/evidence/{there}"):
            status = (await town.ask(None, "GET", f"/evaluation/{PLAN}{path}")).status_code
            differs |= {} if status == 404 else {path: status}

    assert {} == differs
