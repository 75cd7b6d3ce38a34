"""A survey's estimate is an indicator's value: provisional while it is open, given when it is final."""

import asyncio
from typing import Any

import pytest

from services.monitoring.bodies import IndicatorBody
from services.monitoring.domain.definitions import Indicator
from services.monitoring.domain.feeds import Told, fed_figure
from services.monitoring.store import ESTIMATES
from shared.events.monitoring import ValueRecorded, ValueVerified
from shared.keys import pseudonym
from shared.store import encoded
from tests.unit.monitoring.builders import (
    PLANNER,
    SECOND,
    SECRET,
    House,
    a_fed_indicator,
    a_house,
    a_plan,
    an_estimate,
)

Json = Any  # what an answer holds


async def fed(house: House) -> Json:
    (value,) = await house.values(indicator="happy")
    return value


async def verify(house: House, who: Any = PLANNER) -> int:
    answer = await house.ask(who, "POST", "/indicators/happy/values/2020/verify")
    return answer.status_code


async def test_an_open_surveys_estimate_is_a_provisional_value() -> None:
    """The shares of the chosen answers are added, in percent; the giver is the survey."""
    async with a_house(a_plan(a_fed_indicator())) as house:
        await house.hear(an_estimate())
        (event,) = await house.events()
        value = await fed(house)

        assert (41.6, "provisional", "vision", "2020") == (
            value["value"],
            value["state"],
            value["survey"],
            value["period"],
        )
        assert (
            ValueRecorded(
                plan_id="plan",
                indicator_id="happy",
                period="2020",
                value="41.6",
                state="provisional",
                value_version=1,
                given_by="vision",
            )
            == event
        )


async def test_provisional_values_move_without_a_history() -> None:
    """Each step has a number; what the steps were is in the log."""
    async with a_house(a_plan(a_fed_indicator())) as house:
        await house.hear(an_estimate(1), an_estimate(2, shares={"4": 0.3, "5": 0.2}))
        value = await fed(house)

        assert (50, 2, []) == (value["value"], value["version"], value["history"])


async def test_an_estimate_that_comes_again_changes_nothing() -> None:
    """The position of its entry is kept in the value."""
    async with a_house(a_plan(a_fed_indicator())) as house:
        await house.hear(an_estimate())
        entries = await house.service.projector.log.entries(str(_shard()), after=0)
        await house.events()
        for _ in range(2):
            await house.service.projector.reactions["fed values"].run(entries[0])

        assert ([], 1) == (await house.events(), (await fed(house))["version"])


def _shard() -> str:
    from shared.bus import shard_of  # noqa: PLC0415 - only this test looks into the log

    return str(shard_of(an_estimate().TOPIC, an_estimate().key))


async def test_the_final_estimate_gives_the_value() -> None:
    """From then on it waits for verification."""
    async with a_house(a_plan(a_fed_indicator())) as house:
        await house.hear(an_estimate(1), an_estimate(2, final=True))

        assert ("given", 2) == ((await fed(house))["state"], (await fed(house))["version"])


async def test_a_provisional_value_is_not_verified() -> None:
    """It still moves."""
    async with a_house(a_plan(a_fed_indicator())) as house:
        await house.hear(an_estimate())

        assert 409 == await verify(house)


@pytest.mark.parametrize("role", ["opened_by", "closed_by"])
async def test_whoever_opened_or_closed_the_survey_does_not_verify_it(role: str) -> None:
    """The pseudonym in the event tells; another expert may."""
    async with a_house(a_plan(a_fed_indicator())) as house:
        known_as = {role: pseudonym(SECRET, PLANNER.subject)}
        await house.hear(an_estimate(final=True).model_copy(update=known_as))
        await house.events()

        assert [403, 200] == [await verify(house, PLANNER), await verify(house, SECOND)]
        assert [ValueVerified] == [type(event) for event in await house.events()]


async def test_a_period_that_a_survey_feeds_takes_no_value_by_hand() -> None:
    """Neither before the survey says anything nor while it is open; another period does."""
    async with a_house(a_plan(a_fed_indicator())) as house:
        body = {"value": 1, "source": "x"}
        before = await house.ask(PLANNER, "PUT", "/indicators/happy/values/2020", json=body)
        await house.hear(an_estimate())
        during = await house.ask(PLANNER, "PUT", "/indicators/happy/values/2020", json=body)
        other = await house.ask(PLANNER, "PUT", "/indicators/happy/values/2019", json=body)

        assert [409, 409, 201] == [answer.status_code for answer in (before, during, other)]


async def test_what_a_closed_survey_gave_can_be_corrected() -> None:
    """The survey's figure stays in the history, and its openers may verify the person's."""
    async with a_house(a_plan(a_fed_indicator())) as house:
        await house.hear(an_estimate(final=True, opened_by=pseudonym(SECRET, PLANNER.subject)))
        body = {"value": 40, "source": "Преброяване на ръка", "note": "Грешка в кодовете"}
        await house.ask(SECOND, "PUT", "/indicators/happy/values/2020", json=body)
        value = await fed(house)

        assert [(41.6, "given", "vision")] == [
            (each["value"], each["state"], each["survey"]) for each in value["history"]
        ]
        assert [403, 200] == [await verify(house, SECOND), await verify(house, PLANNER)]


async def test_other_surveys_and_hidden_questions_feed_nothing() -> None:
    """No figure is better than a part of one."""
    hidden = an_estimate(shares={"4": None, "5": 0.16})
    suppressed = hidden.model_copy(
        update={"questions": tuple(each.model_copy(update={"suppressed": True}) for each in hidden.questions)}
    )
    async with a_house(a_plan(a_fed_indicator())) as house:
        await house.hear(hidden, suppressed, an_estimate().model_copy(update={"survey_id": "other"}))

        assert [] == await house.values(indicator="happy")


async def test_steps_that_race_are_all_taken() -> None:
    """Two that write one value at once end with the later."""
    async with a_house(a_plan(a_fed_indicator())) as house:
        await house.hear(an_estimate(1), an_estimate(2, shares={"4": 0.5}))
        entries = await house.service.projector.log.entries(_shard(), after=0)
        await house.store.collection(ESTIMATES).delete("vision")
        run = house.service.projector.reactions["fed values"].run
        await asyncio.gather(*(run(entry) for entry in entries))

        assert 50 == (await fed(house))["value"]


async def test_the_estimates_projection_is_rebuilt_as_it_was() -> None:
    """Byte for byte."""
    async with a_house(a_plan(a_fed_indicator())) as house:
        await house.hear(an_estimate(1), an_estimate(2, mean=3.25))
        kept = house.store.collection(ESTIMATES)
        before = await kept.get("vision")
        await house.service.projector.rebuild("estimates")
        after = await kept.get("vision")

        assert before
        assert after
        assert encoded(before) == encoded(after)


def indicator(**changed: Any) -> Indicator:
    body = IndicatorBody.model_validate(a_fed_indicator(**changed), strict=False)
    return Indicator.model_validate(body.model_dump())


@pytest.mark.parametrize(
    ("unit", "statistic", "told", "figure"),
    [
        ("%", "share", {"shares": {"4": "0.256", "5": "0.16"}}, "41.6"),
        ("percent", "share", {"shares": {"4": "0.256", "5": "0"}}, "25.6"),
        ("share", "share", {"shares": {"4": "0.256", "5": "0.16"}}, "0.416"),
        ("%", "share", {"shares": {"5": "0.16"}}, "16"),
        ("%", "share", {"shares": {"1": "0.16"}}, None),
        ("%", "share", {"shares": {"4": "0.256", "5": None}}, None),
        ("mark_2_6", "mean", {"mean": "3.14"}, "3.14"),
        ("mark_2_6", "mean", {}, None),
    ],
)
def test_a_figure_is_read_from_an_estimate(unit: str, statistic: str, told: Json, figure: str | None) -> None:
    """Shares are added exactly; percent is a hundred times the share; a mean is the mean."""
    fed_by = indicator(unit=unit, feed={**a_fed_indicator()["feed"], "statistic": statistic})
    assert fed_by.feed

    assert figure == fed_figure(fed_by, fed_by.feed, [Told(question="q1", **told)])


def test_a_question_that_is_not_there_gives_nothing() -> None:
    """The survey may have lost it."""
    fed_by = indicator()
    assert fed_by.feed

    assert fed_figure(fed_by, fed_by.feed, [Told(question="q2", mean="3")]) is None
