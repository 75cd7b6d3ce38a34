"""Results: the public sees what was announced, staff everything at once."""

import pytest

from tests.unit.surveys.builders import raw_question, raw_questionnaire
from tests.unit.surveys.square import LIVE, Square, a_square

TWO_CUTS = raw_questionnaire(
    raw_question("sex", "single"),
    raw_question("place", "single"),
    raw_question("roads"),
    publish="closed",
    weight_to=["sex", "place"],
)

LIVE_WITH_WHY = raw_questionnaire(
    raw_question("sex", "single"), raw_question("roads"), raw_question("heard", "single"), publish="live"
)


async def answered(count: int) -> Square:
    square = a_square()
    await square.opened()
    for number in range(count):
        await square.give(number)
    await square.deliver()
    return square


async def test_staff_see_every_response_at_once() -> None:
    """Unrounded and without a step."""
    square = await answered(7)

    seen = await square.results(role="evaluator")

    assert (7, 7, 7) == (seen["responses"], seen["published"], seen["questions"][1]["n"])


async def test_the_public_sees_how_many_answered_and_no_more() -> None:
    """Before the first step there are no figures."""
    square = await answered(34)

    seen = await square.results()

    assert (34, 0, [], None) == (seen["responses"], seen["published"], seen["questions"], seen["position"])


async def test_the_public_sees_the_announced_state() -> None:
    """The figures of thirty, while thirty-five have answered."""
    square = await answered(35)

    seen = await square.results()

    assert (35, 30, 30, 3.0) == (
        seen["responses"],
        seen["published"],
        seen["questions"][1]["n"],
        seen["questions"][1]["mean"],
    )


async def test_a_position_names_the_log_entry_of_the_figures() -> None:
    """The thirtieth entry, with the time at which it was recorded."""
    square = await answered(35)

    seen = await square.results()

    assert seen["position"].endswith(":30")
    assert "2026-05-01T09:00:00.000Z" == seen["updated_at"]


async def test_unweighted_figures_are_there_for_the_asking() -> None:
    """The same state without weights."""
    square = await answered(35)

    seen = await square.results("?weighted=false")

    assert (False, None, 30) == (seen["weighted"], seen["weighting"], seen["published"])


async def test_weighted_figures_say_how() -> None:
    """To which margins, with the design effect rounded."""
    square = await answered(35)

    seen = await square.results()

    assert (True, ["sex"], 1.3) == (seen["weighted"], seen["weighting"]["to"], seen["weighting"]["design_effect"])


async def test_cuts_come_row_by_row_each_at_its_step() -> None:
    """A row is shown from thirty on, at steps of its survey; the others say that they are too small."""
    square = a_square()
    await square.opened()
    for number in range(60):
        await square.give(number, sex="b" if number % 3 == 0 else "a", roads=3)
    await square.deliver()

    rows = (await square.results("?by=sex"))["questions"][1]["by"]

    assert [("a", 30), ("b", None), ("c", None)] == [(row["code"], row["n"]) for row in rows]


async def test_a_row_of_all_is_not_shown() -> None:
    """Where nearly all are of one row, it would tell of the few others by subtraction."""
    square = a_square()
    await square.opened()
    for number in range(60):
        await square.give(number, sex="a" if number < 58 else "b", roads=3)
    await square.deliver()

    rows = (await square.results("?by=sex"))["questions"][1]["by"]

    assert [True, True, True] == [row["suppressed"] for row in rows]


async def test_a_question_of_few_moves_by_those_who_answered_it() -> None:
    """While the survey goes on by fives, a question that one in five answers stays; closing shows it no newer."""
    square = a_square()
    await square.opened(LIVE_WITH_WHY)
    for number in range(58):
        why = {"heard": "ab"[number % 2]} if number < 30 or number % 7 == 0 else {}
        await square.give(number, sex="ab"[number % 2], roads=1 + number % 5, **why)
    await square.deliver()
    open_ = await square.results()
    await square.closed()
    closed = await square.results()

    assert [(50, 50, 30), (58, 58, 30)] == [
        (seen["published"], seen["questions"][1]["n"], seen["questions"][2]["n"]) for seen in (open_, closed)
    ]


async def test_a_row_of_nobody_looks_like_one_of_few() -> None:
    """Whether anybody chose a code is not told."""
    square = a_square()
    await square.opened()
    for number in range(36):
        await square.give(number, sex="a" if number else "b", roads=3)
    await square.deliver()

    rows = (await square.results("?by=sex"))["questions"][1]["by"]

    assert {key: rows[1][key] for key in rows[1] if key != "code"} == {
        key: rows[2][key] for key in rows[2] if key != "code"
    }


async def test_staff_cut_at_once() -> None:
    """All rows, with what is counted now."""
    square = await answered(9)

    rows = (await square.results("?by=sex", role="expert"))["questions"][1]["by"]

    assert [3, 3, 3] == [row["n"] for row in rows]


async def test_another_question_to_cut_by_is_refused() -> None:
    """Only weighting questions are tallied together."""
    square = await answered(1)

    reply = await square.ask("GET", "/surveys/vision/results?by=roads")

    assert (422, "/by") == (reply.status_code, reply.json()["errors"][0]["pointer"])


@pytest.mark.parametrize(
    ("language", "said"),
    [("bg", "Резултатите се разделят само по: „Пол?“ (sex)."), ("en", "Results are cut only by: “Sex?” (sex).")],
)
async def test_what_a_cut_is_possible_by_is_named_as_it_is_asked(language: str, said: str) -> None:
    """In the reader's language, with the id that is sent."""
    square = a_square()
    sex = raw_question("sex", "single", text={"bg": "Пол?", "en": "Sex?"})
    await square.opened(raw_questionnaire(sex, raw_question("roads"), publish="live", weight_to=["sex"]))

    reply = await square.ask("GET", f"/surveys/vision/results?by=roads&language={language}")

    assert said == reply.json()["errors"][0]["message"]


async def test_an_unchanged_result_is_not_sent_again() -> None:
    """Its mark answers 304 until something is counted."""
    square = await answered(35)
    first = await square.ask("GET", "/surveys/vision/results")
    mark = {"if-none-match": first.headers["etag"]}
    same = await square.ask("GET", "/surveys/vision/results", headers=mark)
    await square.give(99)
    await square.deliver()
    other = await square.ask("GET", "/surveys/vision/results", headers=mark)

    assert (304, 200) == (same.status_code, other.status_code)


async def test_a_closing_shows_whole_and_cuts_together() -> None:
    """A survey that publishes at its closing shows its cuts once, small groups hidden with their cover."""
    square = a_square()
    await square.opened(TWO_CUTS)
    for number in range(100):
        place = "c" if number < 3 else "ab"[number % 2]
        await square.give(number, sex="ab"[number % 2], place=place, roads=3)
    await square.deliver()
    await square.closed()

    by_sex = (await square.results("?by=sex"))["questions"][2]["by"]
    by_place = (await square.results("?by=place"))["questions"][2]["by"]

    assert [("a", 50), ("b", 50)] == [(row["code"], row["n"]) for row in by_sex if not row["suppressed"]]
    assert 3 not in [row["n"] for row in by_place]
    assert len([row for row in by_place if row["suppressed"]]) > 1


async def test_what_one_cut_hides_in_the_whole_is_hidden_for_all() -> None:
    """The whole reads the same whichever cut is asked for."""
    square = a_square()
    await square.opened(TWO_CUTS)
    for number in range(120):
        sex = "b" if number % 40 == 0 else "a"
        await square.give(number, sex=sex, place="abc"[number % 3], roads=1 + number % 5)
    await square.closed()
    whole = await square.results()

    for cut in ("sex", "place"):
        seen = await square.results(f"?by={cut}")
        assert whole["questions"] == [
            {name: value for name, value in question.items() if name != "by"} for question in seen["questions"]
        ]


async def test_a_final_state_is_called_final() -> None:
    """After the closing nothing moves any more."""
    square = await answered(41)
    await square.closed()

    seen = await square.results()

    assert ("closed", True, 41) == (seen["state"], seen["final"], seen["published"])


@pytest.mark.parametrize("role", ["visitor", "citizen", "officer", "moderator", "administrator"])
async def test_only_experts_and_evaluators_see_everything(role: str) -> None:
    """Everybody else sees what is public."""
    square = await answered(3)

    assert 0 == (await square.results(role=role))["published"]  # type: ignore[arg-type]  # a role by its name


async def test_a_smaller_step_than_the_installations_is_not_taken() -> None:
    """A survey may only raise it."""
    reply = await a_square(step=7).ask("PUT", "/surveys/vision", LIVE | {"step": 6}, role="expert")

    assert (422, "/step") == (reply.status_code, reply.json()["errors"][0]["pointer"])


@pytest.mark.parametrize("example", [True, False])
async def test_made_up_responses_are_marked_wherever_a_survey_is_read(*, example: bool) -> None:
    """In the list, by itself, and beside its results; a survey that says nothing is a true one."""
    square = a_square()
    await square.opened(LIVE | {"note": {"bg": "Бележка"}} | ({"example": True} if example else {}))

    (item,) = (await square.ask("GET", "/surveys")).json()["items"]
    alone = (await square.ask("GET", "/surveys/vision")).json()
    results = await square.results()

    assert [example] * 3 == [item["example"], alone["example"], results["example"]]
