"""The loop that the platform is for: an answer → an estimate → an indicator → the plan's evaluation, live."""

from datetime import timedelta
from typing import Any

from tests.system.conftest import Town, demo_json, load_balchik, load_responses

SURVEY, PLAN = "vision-2020", "balchik-2014-2020"
FED = "satisfied_roads"


def an_answer(number: int, roads: int = 4) -> dict[str, Any]:
    """A whole response of somebody; 22 characters of id."""
    answers: dict[str, Any] = {
        "settlement": "02508",
        "age": ["15_29", "30_44", "45_64", "65_plus"][number % 4],
        "sex": ["female", "male"][number % 2],
        "roads": roads,
        "water": 3,
        "cleanliness": 4,
        "influence": 4,
        "employment": 2,
        "importance": {"roads": 5, "water": 5, "cleanliness": 4, "influence": 3, "employment": 5},
        "priorities": ["roads", "water", "jobs"],
    }
    known = {question["id"] for page in demo_json("vision-2020.json")["pages"] for question in page["questions"]}
    return {
        "answers": {name: value for name, value in answers.items() if name in known},
        "channel": "web",
        "language": "bg",
    }


async def give(town: Town, first: int, last: int, roads: int = 4) -> None:
    for number in range(first, last):
        await town.done(None, "PUT", f"/surveys/{SURVEY}/responses/{number:022d}", an_answer(number, roads))
    await town.settle()


def share_of_good(results: Any) -> float:
    (roads,) = [question for question in results["questions"] if question["id"] == "roads"]
    return float(sum(choice["share"] for choice in roads["choices"] if choice["code"] in {"4", "5"}))


async def test_staff_see_each_response_at_once(town: Town) -> None:
    """One response accepted with 201 is in the live count and in what staff see; the public sees no figures of it."""
    await load_balchik(town)

    await give(town, 0, 1)

    staff = await town.done("evaluator", "GET", f"/surveys/{SURVEY}/results")
    public = await town.done(None, "GET", f"/surveys/{SURVEY}/results")
    assert (1, 1) == (staff["responses"], staff["published"])
    assert (1, 0, []) == (public["responses"], public["published"], public["questions"])


async def test_a_step_moves_everything_that_rests_on_it(town: Town) -> None:
    """The response that completes a step moves the public results, the fed indicator and the plan's evaluation."""
    await load_balchik(town)
    before = await town.done(None, "GET", f"/evaluation/{PLAN}")

    await give(town, 0, 35)
    results = await town.done(None, "GET", f"/surveys/{SURVEY}/results")
    indicator = await town.done(None, "GET", f"/indicators/{FED}")
    after = await town.done(None, "GET", f"/evaluation/{PLAN}")

    (value,) = [each for each in indicator["values"] if each["period"] == "2020"]
    assert (35, 30) == (results["responses"], results["published"])
    assert ("provisional", round(share_of_good(results) * 100, 6)) == (value["state"], round(value["value"], 6))
    assert 0.0 == before["provisional"]
    assert after["provisional"] > 0
    assert after["position"] != before["position"]


async def test_between_steps_the_public_sees_nothing_move(town: Town) -> None:
    """Four more responses change the live count and no public figure."""
    await load_balchik(town)
    await give(town, 0, 35)
    before = await town.done(None, "GET", f"/surveys/{SURVEY}/results")

    await give(town, 35, 39, roads=1)

    after = await town.done(None, "GET", f"/surveys/{SURVEY}/results")
    assert (39, before["published"], before["questions"]) == (
        after["responses"],
        after["published"],
        after["questions"],
    )


async def test_a_withdrawn_response_is_gone_for_staff_at_once(town: Town) -> None:
    """The receipt takes the response back; the same receipt a second time is unknown, like one that never was."""
    await load_balchik(town)
    reply = await town.done(None, "PUT", f"/surveys/{SURVEY}/responses/{7:022d}", an_answer(7))
    await town.settle()

    await town.done(None, "POST", "/withdrawals", {"receipt": reply["receipt"]})
    await town.settle()

    staff = await town.done("expert", "GET", f"/surveys/{SURVEY}/results")
    again = await town.ask(None, "POST", "/withdrawals", {"receipt": reply["receipt"]})
    made_up = await town.ask(None, "POST", "/withdrawals", {"receipt": "ABCD-EFGH-JKMN-PQRS-TVWX-YZ"})
    assert 0 == staff["responses"]
    assert 404 == again.status_code
    assert again.json()["detail"] == made_up.json()["detail"]


async def test_sent_again_it_is_one_response(town: Town) -> None:
    """P-03: a repeat answers 200 with the first one's body, whatever it holds now."""
    await load_balchik(town)
    path = f"/surveys/{SURVEY}/responses/{1:022d}"

    first = await town.ask(None, "PUT", path, an_answer(1))
    second = await town.ask(None, "PUT", path, an_answer(1, roads=1))
    await town.settle()

    staff = await town.done("expert", "GET", f"/surveys/{SURVEY}/results")
    assert (201, 200, first.json()) == (first.status_code, second.status_code, second.json())
    assert 1 == staff["responses"]


async def test_the_whole_demo_is_loaded_once(town: Town) -> None:
    """1,200 example responses go in through the import; a second import changes nothing and says so."""
    await load_balchik(town)

    first = await load_responses(town)
    before = await town.done(None, "GET", f"/surveys/{SURVEY}/results")
    second = await load_responses(town)
    after = await town.done(None, "GET", f"/surveys/{SURVEY}/results")

    assert (1200, 0) == (first["accepted"], first["repeated"])
    assert (0, 1200) == (second["accepted"], second["repeated"])
    assert before["questions"] == after["questions"]
    assert 1200 == after["responses"]


async def test_the_record_is_whole_and_every_projection_can_be_made_again(town: Town) -> None:
    """P-23: after all of the demo, verify finds nothing, and rebuilt figures are the same to the last digit."""
    await load_balchik(town)
    await load_responses(town)
    before = [
        await town.done("expert", "GET", f"/surveys/{SURVEY}/results"),
        await town.done(None, "GET", f"/surveys/{SURVEY}/results"),
        await town.done(None, "GET", f"/evaluation/{PLAN}"),
    ]

    for service in ("surveys", "monitoring", "reporting"):
        assert [] == (await town.done("administrator", "POST", f"/operations/{service}/verify"))["faults"]
        status = await town.done("administrator", "GET", f"/operations/{service}/status")
        for projection in status["projections"]:
            await town.done("administrator", "POST", f"/operations/{service}/rebuild/{projection}")

    after = [
        await town.done("expert", "GET", f"/surveys/{SURVEY}/results"),
        await town.done(None, "GET", f"/surveys/{SURVEY}/results"),
        await town.done(None, "GET", f"/evaluation/{PLAN}"),
    ]
    assert [_without_times(each) for each in before] == [_without_times(each) for each in after]


def _without_times(answer: Any) -> Any:
    return {name: value for name, value in answer.items() if name not in {"known", "updated_at"}}


async def test_closing_announces_the_rest_and_makes_the_value_given(town: Town) -> None:
    """P-25: closed and counted, all is announced, the fed value is `given`, and an uninvolved expert verifies it."""
    await load_balchik(town)
    await give(town, 0, 47)
    await town.done("expert", "POST", f"/surveys/{SURVEY}/close")
    await finish_counting(town)

    results = await town.done(None, "GET", f"/surveys/{SURVEY}/results")
    (value,) = [v for v in (await town.done(None, "GET", f"/indicators/{FED}"))["values"] if v["period"] == "2020"]
    path = f"/indicators/{FED}/values/2020/verify"
    involved = await town.ask("expert", "POST", path)
    other = await town.ask("expert", "POST", path, subject="another")

    assert (47, 47, "given") == (results["responses"], results["published"], value["state"])
    assert involved.status_code in {403, 409}
    assert other.is_success


async def finish_counting(town: Town) -> None:
    """Let the closing's ten seconds pass, and the sweep that looks for it come round."""
    await town.settle()
    town.ahead += timedelta(seconds=11)
    for sweep in town.system.services["surveys"].sweeps:
        await sweep.run()
    await town.settle()
