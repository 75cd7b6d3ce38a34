"""A value is verified by somebody who had no hand in it."""

import pytest

from shared.events.monitoring import ValueVerified
from shared.http import Identity
from tests.unit.monitoring.builders import OFFICER, PLANNER, SECOND, a_house, a_plan, somebody

BOTH = somebody("olga", "officer", "expert", unit="roads")


async def test_another_expert_verifies() -> None:
    """The value is verified from then on, and that is announced; again changes nothing."""
    async with a_house(a_plan()) as house:
        await house.give("2019", 60)
        await house.events()
        first = await house.verify("2019", version=1)
        again = await house.verify("2019", SECOND)

        assert ("verified", first.json()) == (first.json()["state"], again.json())
        assert [
            ValueVerified(plan_id="plan", indicator_id="lit", period="2019", value="60", value_version=1)
        ] == await house.events()


@pytest.mark.parametrize("who", [PLANNER, BOTH])
async def test_nobody_verifies_the_own_value(who: Identity) -> None:
    """P-67: not with a second role either."""
    async with a_house(a_plan()) as house:
        await house.give("2019", 60, who)

        assert 403 == (await house.verify("2019", who)).status_code


async def test_whoever_was_corrected_or_corrects_does_not_verify() -> None:
    """P-67: having had a hand in any version is enough."""
    async with a_house(a_plan()) as house:
        await house.give("2019", 60, PLANNER)
        await house.give("2019", 61, OFFICER)
        await house.give("2019", 62, SECOND)

        assert [403, 403] == [(await house.verify("2019", who)).status_code for who in (PLANNER, SECOND)]


async def test_a_value_that_moved_is_not_verified_unseen() -> None:
    """The version that was looked at has to be the one that is valid."""
    async with a_house(a_plan()) as house:
        await house.give("2019", 60)
        await house.give("2019", 61)

        assert 412 == (await house.verify("2019", version=1)).status_code


async def test_many_values_are_verified_each_for_itself() -> None:
    """What can't be is named with its reason, the rest is done."""
    async with a_house(a_plan()) as house:
        await house.give("2017", 55)
        await house.give("2018", 58)
        await house.give("2019", 60, PLANNER)
        await house.verify("2018", SECOND)
        looked = [("lit", "2017", 1), ("lit", "2018", 1), ("lit", "2019", 1), ("lit", "2017", 9), ("lit", "2016", 1)]
        looked = [looked[0], looked[1], looked[2], looked[4], ("none", "2019", 1)]
        items = [{"indicator": name, "period": period, "version": version} for name, period, version in looked]
        answer = await house.ask(PLANNER, "POST", "/values/verify", json={"items": items})

        told = answer.json()
        assert (1, 1) == (told["verified"], told["unchanged"])
        assert [("lit", "2019", 403), ("lit", "2016", 404), ("none", "2019", 404)] == [
            (each["indicator"], each["period"], each["status"]) for each in told["refused"]
        ]
