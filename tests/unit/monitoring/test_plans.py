"""A plan is adopted once and amended later; what is announced is all of it, in order."""

import asyncio
from typing import Any

import pytest

from services.monitoring.store import INDICATORS
from shared.events.monitoring import IndicatorsDefined, NodesDefined, PlanAdopted
from tests.unit.monitoring.builders import (
    OFFICER,
    PLANNER,
    SECOND,
    VISITOR,
    a_fed_indicator,
    a_house,
    a_plan,
    an_estimate,
    an_indicator,
    demo_plan,
)


async def test_a_new_plan_is_version_one() -> None:
    """Adopting answers 201 with the plan and its tag."""
    async with a_house() as house:
        answer = await house.ask(PLANNER, "PUT", "/plans/plan", json=a_plan())

        assert (201, '"1"', 1) == (answer.status_code, answer.headers["etag"], answer.json()["version"])


async def test_a_plan_is_announced_piece_by_piece_before_it_is_in_force() -> None:
    """Nodes, parents first, then indicators, then the plan, all with one write."""
    async with a_house() as house:
        await house.ask(PLANNER, "PUT", "/plans/plan", json=a_plan())
        events = await house.events()

        assert [NodesDefined, IndicatorsDefined, PlanAdopted] == [type(event) for event in events]
        assert {"plan_version": 1, "nodes": 3, "indicators": 1} == events[2].model_dump(
            include={"plan_version", "nodes", "indicators"}
        )


async def test_the_same_plan_again_changes_nothing() -> None:
    """It answers the same and announces nothing, also when what was read is sent back."""
    async with a_house(a_plan()) as house:
        read = await house.ask(VISITOR, "GET", "/plans/plan")
        again = await house.ask(PLANNER, "PUT", "/plans/plan", json=a_plan())
        sent_back = await house.ask(PLANNER, "PUT", "/plans/plan", json=read.json())

        assert (200, 200) == (again.status_code, sent_back.status_code)
        assert read.json() == again.json() == sent_back.json()
        assert [] == await house.events()


async def test_a_changed_plan_is_the_next_version() -> None:
    """An amendment tells all of the new version."""
    async with a_house(a_plan()) as house:
        answer = await house.ask(PLANNER, "PUT", "/plans/plan", json=a_plan(title={"bg": "Нов план"}))
        events = await house.events()

        assert (200, 2) == (answer.status_code, answer.json()["version"])
        assert [2, 2, 2] == [event.model_dump()["plan_version"] for event in events]


@pytest.mark.parametrize("how", ["header", "body"])
async def test_changing_a_version_that_is_in_force_no_longer_is_refused(how: str) -> None:
    """Whoever read version 1 does not undo version 2."""
    async with a_house(a_plan()) as house:
        await house.ask(PLANNER, "PUT", "/plans/plan", json=a_plan(title={"bg": "Втори"}), headers={"If-Match": '"1"'})
        late = a_plan(title={"bg": "Трети"}) | ({"version": 1} if how == "body" else {})
        headers = {"If-Match": '"1"'} if how == "header" else {}
        answer = await house.ask(SECOND, "PUT", "/plans/plan", json=late, headers=headers)

        assert 412 == answer.status_code


async def test_a_tag_of_nobody_fits_nothing() -> None:
    """An If-Match that we never gave is stale, not an error."""
    async with a_house(a_plan()) as house:
        changed = a_plan(title={"bg": "Втори"})
        answer = await house.ask(PLANNER, "PUT", "/plans/plan", json=changed, headers={"If-Match": '"x"'})
        any_version = await house.ask(PLANNER, "PUT", "/plans/plan", json=changed, headers={"If-Match": "*"})

        assert (412, 200) == (answer.status_code, any_version.status_code)


async def test_a_dry_run_writes_nothing() -> None:
    """It tells what would be, and the plan is not there afterwards."""
    async with a_house() as house:
        answer = await house.ask(PLANNER, "PUT", "/plans/plan?dry_run=true", json=a_plan())
        read = await house.ask(VISITOR, "GET", "/plans/plan")

        assert (200, 404) == (answer.status_code, read.status_code)


async def test_an_unfit_plan_names_every_fault() -> None:
    """Pointers for programs, sentences for people, in the reader's language; nothing is stored."""
    async with a_house() as house:
        plan = a_plan(an_indicator(target={"period": "2020", "value": 30}, node="m9"))
        answer = await house.ask(PLANNER, "PUT", "/plans/plan", json=plan, headers={"Accept-Language": "en"})

        pointers = [error["pointer"] for error in answer.json()["errors"]]
        assert (422, ["/indicators/0/node", "/indicators/0/target/value"]) == (answer.status_code, pointers)
        assert "direction" in answer.json()["errors"][1]["message"]
        assert 404 == (await house.ask(VISITOR, "GET", "/plans/plan")).status_code


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"weight": True}, "/indicators/0/weight"),
        ({"weight": "1"}, "/indicators/0/weight"),
        ({"weight": 1e300}, "/indicators/0/weight"),
        ({"decimals": 1.5}, "/indicators/0/decimals"),
        ({"verified": True}, "/indicators/0/verified"),
        ({"target": {"period": 2020, "value": 75}}, "/indicators/0/target/period"),
        ({"direction": "sideways"}, "/indicators/0/direction"),
    ],
)
async def test_what_is_no_plan_is_refused_by_place(wrong: dict[str, Any], pointer: str) -> None:
    """Booleans and texts are no numbers, unknown fields no fields."""
    async with a_house() as house:
        answer = await house.ask(PLANNER, "PUT", "/plans/plan", json=a_plan(an_indicator(**wrong)))

        assert (422, [pointer]) == (answer.status_code, [error["pointer"] for error in answer.json()["errors"]])


async def test_a_plan_stands_at_its_own_address() -> None:
    """Another id in the body, or an address that can be no id, is refused."""
    async with a_house() as house:
        other = await house.ask(PLANNER, "PUT", "/plans/other", json=a_plan())
        odd = await house.ask(PLANNER, "PUT", "/plans/a..b", json=a_plan(id="a..b"))

        assert (422, 422) == (other.status_code, odd.status_code)


async def test_an_indicator_belongs_to_one_plan() -> None:
    """Its id can't be taken by another plan, not even when the first has dropped it."""
    async with a_house(a_plan(an_indicator(), an_indicator("gone"))) as house:
        await house.ask(PLANNER, "PUT", "/plans/plan", json=a_plan())
        answer = await house.ask(PLANNER, "PUT", "/plans/next", json=a_plan(an_indicator("gone"), id="next"))

        assert (409, "/indicators/0/id") == (answer.status_code, answer.json()["errors"][0]["pointer"])


async def test_an_indicator_continues_one_that_is_there() -> None:
    """A later plan names which earlier indicator goes on."""
    async with a_house(a_plan()) as house:
        lost = a_plan(an_indicator("lit2", continues="nobody"), id="next")
        found = a_plan(an_indicator("lit2", continues="lit"), id="next")
        answers = [await house.ask(PLANNER, "PUT", "/plans/next", json=plan) for plan in (lost, found)]

        assert [422, 201] == [answer.status_code for answer in answers]
        assert "/indicators/0/continues" == answers[0].json()["errors"][0]["pointer"]


async def test_a_dropped_indicator_keeps_its_values_and_takes_no_new_ones() -> None:
    """What was recorded stays readable."""
    async with a_house(a_plan(an_indicator(), an_indicator("other"))) as house:
        await house.give("2019", 60)
        await house.ask(PLANNER, "PUT", "/plans/plan", json=a_plan(an_indicator("other")))
        answer = await house.give("2020", 70)

        assert (409, 1) == (answer.status_code, len(await house.values()))
        assert (await house.ask(VISITOR, "GET", "/indicators/lit")).json()["in_force"] is False


async def test_a_changed_definition_is_what_values_are_given_for() -> None:
    """The unit that answers now gives the values, and sees those that were given."""
    async with a_house(a_plan()) as house:
        await house.give("2019", 60)
        await house.ask(PLANNER, "PUT", "/plans/plan", json=a_plan(an_indicator(responsible="parks")))

        assert 404 == (await house.give("2018", 50)).status_code
        assert ["parks"] == [
            each["responsible"] for each in (await house.ask(PLANNER, "GET", "/values?unit=parks")).json()["items"]
        ]


async def test_units_come_with_the_plan_and_stay_if_left_out() -> None:
    """An amendment that says nothing of units keeps them; `name` is taken for a title."""
    units = [{"id": "roads", "name": {"bg": "Пътища"}}]
    async with a_house(a_plan(units=units)) as house:
        amended = await house.ask(PLANNER, "PUT", "/plans/plan", json=a_plan(title={"bg": "Нов"}))
        listed = await house.ask(VISITOR, "GET", "/units")
        of_plan = await house.ask(VISITOR, "GET", "/units?plan=plan")

        assert "Пътища" == amended.json()["units"][0]["title"]["bg"]
        assert ["roads"] == [unit["id"] for unit in listed.json()["items"]]
        assert listed.json() == of_plan.json()


async def test_plans_are_listed() -> None:
    """By id, with title, years and version."""
    async with a_house(a_plan()) as house:
        listed = (await house.ask(VISITOR, "GET", "/plans")).json()

        assert [("plan", {"from": 2014, "to": 2020}, 1)] == [
            (plan["id"], plan["period"], plan["version"]) for plan in listed["items"]
        ]


async def test_the_same_plan_sent_at_once_is_adopted_once() -> None:
    """Twenty repeats in parallel are one version."""
    async with a_house() as house:
        answers = await asyncio.gather(*(house.ask(PLANNER, "PUT", "/plans/plan", json=a_plan()) for _ in range(20)))
        adopted = [event for event in await house.events() if isinstance(event, PlanAdopted)]

        assert ({1}, 1) == ({answer.json()["version"] for answer in answers}, len(adopted))


async def test_plans_that_race_for_an_indicator_do_not_both_get_it() -> None:
    """Uniqueness holds also where neither has seen the other."""
    async with a_house() as house:
        answers = await asyncio.gather(
            *(house.ask(PLANNER, "PUT", f"/plans/{name}", json=a_plan(id=name)) for name in ("one", "two"))
        )

        assert [201, 409] == sorted(answer.status_code for answer in answers)


async def test_different_amendments_at_once_become_versions_one_after_the_other() -> None:
    """None is lost between reading and writing."""
    async with a_house(a_plan()) as house:
        answers = await asyncio.gather(
            *(house.ask(PLANNER, "PUT", "/plans/plan", json=a_plan(title={"bg": f"План {n}"})) for n in range(3))
        )

        assert [2, 3, 4] == sorted(answer.json()["version"] for answer in answers)


async def test_an_adopted_plan_is_spread_though_its_request_died() -> None:
    """The reaction to its event brings the indicators that values are given for."""
    async with a_house() as house:
        await house.ask(PLANNER, "PUT", "/plans/plan", json=a_plan())
        events = await house.store.outbox.unsent(limit=10)
        await house.store.collection(INDICATORS).delete("lit")
        for event in events:
            await house.deliver(event)

        assert 201 == (await house.give("2019", 60)).status_code
        assert 0 == await house.service.projector.behind()


async def test_a_plan_that_begins_to_be_fed_takes_what_the_survey_said_last() -> None:
    """It does not wait for the next announcement."""
    async with a_house() as house:
        await house.hear(an_estimate())
        await house.ask(PLANNER, "PUT", "/plans/plan", json=a_plan(a_fed_indicator()))

        assert [(41.6, "provisional")] == [
            (value["value"], value["state"]) for value in await house.values(indicator="happy")
        ]


async def test_only_experts_put_plans() -> None:
    """An officer and a visitor may read them."""
    async with a_house(a_plan()) as house:
        answers = [await house.ask(who, "PUT", "/plans/plan", json=a_plan()) for who in (OFFICER, VISITOR)]

        assert [403, 401] == [answer.status_code for answer in answers]


async def test_the_demo_plan_is_adopted_and_read_back_whole() -> None:
    """Every field of the data set comes back as it was sent."""
    sent = demo_plan()
    async with a_house(sent) as house:
        read = (await house.ask(VISITOR, "GET", f"/plans/{sent['id']}")).json()

        assert sent["nodes"] == read["nodes"]
        assert sent["indicators"] == read["indicators"]
        assert (sent["origin"], sent["period"], 9) == (read["origin"], read["period"], len(read["units"]))


@pytest.mark.parametrize("path", ["/plans/{}", "/indicators/{}", "/units?plan={}", "/plans/{}/values.csv"])
async def test_an_endless_id_is_not_found_like_any_other(path: str) -> None:
    """And is not repeated at length."""
    async with a_house() as house:
        answer = await house.ask(VISITOR, "GET", path.format("x" * 10_000))

        assert (404, True) == (answer.status_code, len(answer.text) < 1_000)


async def test_endless_names_in_a_plan_are_told_in_short() -> None:
    """Wherever a fault repeats what was written."""
    endless = "x" * 10_000
    units = [{"id": endless, "title": {"bg": "З"}}] * 2
    indicator = an_indicator(endless, node=endless, responsible=endless, continues=endless, unit=endless)
    nodes = [{"id": "m1", "parent": endless, "kind": "measure", "title": {"bg": "М"}}]
    async with a_house() as house:
        answer = await house.ask(PLANNER, "PUT", "/plans/plan", json=a_plan(indicator, nodes=nodes, units=units))

        assert (422, True) == (answer.status_code, len(answer.text) < 10_000)
