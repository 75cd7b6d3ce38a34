"""Values are given by who answers for them, corrected without forgetting, and verified by somebody else."""

import asyncio
from typing import Any

import pytest

from services.monitoring.domain.people import Giver
from shared.events.monitoring import ValueRecorded
from shared.http import Identity
from tests.unit.monitoring.builders import (
    OFFICER,
    PLANNER,
    SECOND,
    STRANGER,
    VISITOR,
    House,
    a_house,
    a_plan,
    an_indicator,
    somebody,
)

BOTH = somebody("olga", "officer", "expert", unit="roads")


async def test_a_value_is_given_and_announced() -> None:
    """201 with the value; the event names the unit, never the person."""
    async with a_house(a_plan()) as house:
        answer = await house.give("2019", 60.5, note="Преброени", evidence="https://balchik.example/protocol-5")
        events = await house.events()

        shown = {name: answer.json()[name] for name in ("indicator", "period", "value", "state", "version", "note")}
        assert 201 == answer.status_code
        assert {
            "indicator": "lit",
            "period": "2019",
            "value": 60.5,
            "state": "given",
            "version": 1,
            "note": "Преброени",
        } == shown
        assert [
            ValueRecorded(
                plan_id="plan",
                indicator_id="lit",
                period="2019",
                value="60.5",
                state="given",
                value_version=1,
                given_by="roads",
            )
        ] == events


async def test_the_same_value_again_changes_nothing() -> None:
    """Repeating answers the same, with 200, and tells nobody."""
    async with a_house(a_plan()) as house:
        first = await house.give("2019", 60.5)
        await house.events()
        house.clock.forward(days=1)
        again = await house.give("2019", 60.5)

        assert (200, first.json()) == (again.status_code, again.json())
        assert [] == await house.events()


async def test_the_same_value_sent_twenty_times_at_once_is_recorded_once() -> None:
    """One version, and everybody is answered the same."""
    async with a_house(a_plan()) as house:
        answers = await asyncio.gather(*(house.give("2019", 60.5) for _ in range(20)))

        assert 1 == len({answer.text for answer in answers})
        assert 1 == len(await house.events())


async def test_a_correction_keeps_what_was_before() -> None:
    """Figure, source, note, times and verification stay in the history; the event says what it corrects."""
    async with a_house(a_plan()) as house:
        await house.give("2019", 60, note="Първо")
        await house.verify("2019")
        await house.events()
        corrected = await house.give("2019", 61, note="Грешка в сбора")
        (event,) = await house.events()
        (value,) = await house.values()

        assert (201, 2, "given") == (corrected.status_code, corrected.json()["version"], corrected.json()["state"])
        assert [(60, "verified", "Първо", 1)] == [
            (each["value"], each["state"], each["note"], each["version"]) for each in value["history"]
        ]
        assert isinstance(event, ValueRecorded)
        assert ("60", "61", 2) == (event.corrects, event.value, event.value_version)


@pytest.mark.parametrize(
    "change",
    [{"source": "Друг"}, {"note": "Нова"}, {"evidence": "http://a.example"}, {"disaggregation": {"sex": {"f": 3}}}],
)
async def test_whatever_is_said_anew_is_a_correction(change: dict[str, Any]) -> None:
    """A verified value can't get another source or note behind its verifier's back."""
    async with a_house(a_plan()) as house:
        await house.give("2019", 60)
        await house.verify("2019")
        answer = await house.give("2019", 60, **change)

        assert ("given", 2) == (answer.json()["state"], answer.json()["version"])


async def test_an_officer_finds_only_the_own_units_indicators() -> None:
    """To another unit's officer the indicator is not there to be changed; without a unit none is."""
    nobody = somebody("nina", "officer")
    async with a_house(a_plan()) as house:
        answers = [await house.give("2019", 60, who) for who in (STRANGER, nobody)]

        assert [404, 404] == [answer.status_code for answer in answers]
        assert [] == await house.values()


async def test_an_expert_gives_any_value() -> None:
    """The event then names no unit."""
    async with a_house(a_plan()) as house:
        answer = await house.give("2019", 60, PLANNER)
        (event,) = await house.events()

        assert (201, "expert") == (answer.status_code, getattr(event, "given_by", ""))


@pytest.mark.parametrize(
    ("frequency", "period", "status"),
    [
        ("year", "2019", 201),
        ("year", "2019-Q1", 422),
        ("quarter", "2019-Q1", 201),
        ("quarter", "2019", 422),
        ("month", "2019-07", 201),
        ("month", "2019-7", 422),
        ("year", "x", 422),
    ],
)
async def test_a_value_belongs_to_a_period_of_its_indicators_length(frequency: str, period: str, status: int) -> None:
    """A year's indicator takes years, and so on."""
    async with a_house(a_plan(an_indicator(frequency=frequency))) as house:
        answer = await house.give(period, 60)

        assert status == answer.status_code


@pytest.mark.parametrize("value", ["60", True, None, [60], 1e300, 10**15, 0.1234567890123])
async def test_only_json_numbers_of_a_bounded_length_are_figures(value: object) -> None:
    """Texts, booleans and what would have to be rounded are refused at their place."""
    async with a_house(a_plan()) as house:
        answer = await house.give("2019", value)

        assert (422, ["/value"]) == (answer.status_code, [error["pointer"] for error in answer.json()["errors"]])


@pytest.mark.parametrize("extra", [{"state": "verified"}, {"verified_by": "olga"}, {"unit": "parks"}, {"source": ""}])
async def test_nobody_writes_what_the_service_decides(extra: dict[str, Any]) -> None:
    """State, verifier and unit are no fields; a source is needed."""
    async with a_house(a_plan()) as house:
        assert 422 == (await house.give("2019", 60, **extra)).status_code


async def test_an_unknown_indicator_is_not_found() -> None:
    """For reading, giving and verifying."""
    async with a_house(a_plan()) as house:
        answers = [
            await house.ask(VISITOR, "GET", "/indicators/none"),
            await house.ask(OFFICER, "PUT", "/indicators/none/values/2019", json={"value": 1, "source": "x"}),
            await house.ask(PLANNER, "POST", "/indicators/none/values/2019/verify"),
            await house.verify("2019"),
        ]

        assert [404] * 4 == [answer.status_code for answer in answers]


async def listed(house: House, who: Identity, query: str = "") -> tuple[int, list[str]]:
    answer = await house.ask(who, "GET", f"/values{query}")
    items = answer.json().get("items", [])
    return answer.status_code, [f"{item['indicator']} {item['period']} {item['state']}" for item in items]


async def test_staff_see_what_waits_for_verification() -> None:
    """By unit, state and period, in any combination; an officer sees the own unit alone."""
    async with a_house(a_plan(an_indicator(), an_indicator("trees", responsible="parks"))) as house:
        await house.give("2018", 58)
        await house.give("2019", 60)
        await house.verify("2018")
        await house.ask(PLANNER, "PUT", "/indicators/trees/values/2019", json={"value": 1, "source": "x"})

        assert (200, ["lit 2019 given", "trees 2019 given"]) == await listed(house, SECOND, "?state=given")
        assert (200, ["lit 2018 verified", "lit 2019 given"]) == await listed(house, SECOND, "?unit=roads")
        assert (200, ["lit 2019 given"]) == await listed(house, SECOND, "?unit=roads&state=given&period=2019")
        assert (200, ["lit 2018 verified"]) == await listed(house, SECOND, "?period=2018")
        assert (200, ["trees 2019 given"]) == await listed(house, STRANGER)
        assert (404, []) == await listed(house, STRANGER, "?unit=roads")
        assert (422, []) == await listed(house, SECOND, "?state=odd")


async def test_lists_go_on_where_a_page_ended() -> None:
    """The cursor of one page leads to the next; one that nobody gave is refused."""
    async with a_house(a_plan()) as house:
        for period in ("2017", "2018", "2019"):
            await house.give(period, 60)
        first = (await house.ask(PLANNER, "GET", "/values?limit=2")).json()
        second = (await house.ask(PLANNER, "GET", f"/values?limit=2&cursor={first['next']}")).json()

        assert ["2017", "2018", "2019"] == [item["period"] for item in first["items"] + second["items"]]
        assert (None, 422) == (second["next"], (await house.ask(PLANNER, "GET", "/values?cursor=x")).status_code)


async def test_the_public_reads_an_indicator_without_names() -> None:
    """Definition, trajectory and values; who gave them is for staff, and then only the unit."""
    async with a_house(a_plan()) as house:
        await house.give("2019", 60)
        await house.verify("2019")
        public = await house.ask(VISITOR, "GET", "/indicators/lit")
        staff = await house.ask(SECOND, "GET", "/indicators/lit")

        assert not {"olga", "petya"} & set(public.text.split('"'))
        assert not {"olga", "petya"} & set(staff.text.split('"'))
        assert (None, "roads") == (public.json()["values"][0]["unit"], staff.json()["values"][0]["unit"])
        assert [("2013", "2013-12-31", 40), ("2017", "2017-12-31", 55.5), ("2020", "2020-12-31", 75)] == [
            (point["period"], point["date"], point["value"]) for point in public.json()["trajectory"]
        ]


async def test_values_stand_in_the_order_of_time() -> None:
    """Whatever order they were given in."""
    async with a_house(a_plan()) as house:
        for period in ("2019", "2017", "2018"):
            await house.give(period, 60)

        assert ["2017", "2018", "2019"] == [value["period"] for value in await house.values()]


async def test_disaggregated_figures_are_kept() -> None:
    """By dimension and category."""
    async with a_house(a_plan()) as house:
        await house.give("2019", 60, disaggregation={"sex": {"f": 31.5, "m": 28.5}})

        assert {"sex": {"f": 31.5, "m": 28.5}} == (await house.values())[0]["disaggregation"]


def test_events_name_surveys_and_units_only() -> None:
    """The person behind a value stays in the document."""
    givers = (Giver(survey="vision"), Giver(subject="olga", unit="roads"), Giver(subject="petya"))

    assert ["vision", "roads", "expert"] == [giver.announced for giver in givers]
