"""Evaluations over HTTP, as a visitor reads them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.events.base import Event
from tests.unit.reporting.builders import PLAN, Town, a_node, a_value, a_verification, adopting, an_indicator

TREE = [a_node("p1", kind="priority"), a_node("m1", "p1", "3"), a_node("m2", "p1")]
INDICATORS = [an_indicator("i1"), an_indicator("i2", "m2"), an_indicator("i3", "m2", target=None)]


async def a_town(*events: Event) -> Town:
    town = Town()
    await town.tell(*adopting(TREE, INDICATORS), *events)
    return town


async def test_the_tree_is_shaped_as_promised() -> None:
    """Every node with its figures beside its coverage, every indicator with its value."""
    town = await a_town(
        a_value("i1", "2016", "30"), a_value("i1", "2017", "20", state="given"), a_value("i3", "2017", "7")
    )

    read = await town.get(f"/evaluation/{PLAN}")

    (priority,) = read["tree"]
    (measure, other) = priority["children"]
    (indicator,) = measure["children"]
    assert {
        "plan": PLAN,
        "as_of": "2018-06-01",
        "position": "megdan.monitoring/8:6",
        "coverage": 0.75,
        "status": "on_track",
    } == {name: read[name] for name in ("plan", "as_of", "position", "coverage", "status")}
    assert {
        "id": "m1",
        "kind": "measure",
        "weight": 0.75,
        "achieved": 0.428571428571,
        "change_year": 0.0,
    } == {name: measure[name] for name in ("id", "kind", "weight", "achieved", "change_year")}
    assert {
        "kind": "indicator",
        "value": 30.0,
        "period": "2016",
        "progress": 0.428571428571,
        "score": 0.999869655892,
        "state": "verified",
        "given": {"period": "2017", "value": 20.0},
        "position": "megdan.monitoring/8:4",
    } == {
        name: indicator[name] for name in ("kind", "value", "period", "progress", "score", "state", "given", "position")
    }
    assert [("i2", "no_data", None), ("i3", "context", 7.0)] == [
        (leaf["id"], leaf["status"], leaf["value"]) for leaf in other["children"]
    ]


async def test_change_is_against_a_year_before() -> None:
    """Achieved now less achieved as of the same day of the year before; none where one of them is not known."""
    town = await a_town(a_value("i1", "2016", "30"), a_value("i1", "2017", "20"), a_value("i2", "2017", "20"))

    (priority,) = (await town.get(f"/evaluation/{PLAN}"))["tree"]

    assert [-0.142857142857, None] == [measure["change_year"] for measure in priority["children"]]


async def test_effectiveness_stands_beside_the_tree() -> None:
    """Of the criteria, what is computed is told, and nothing else."""
    town = await a_town(a_value("i1", "2017", "20"))

    read = await town.get(f"/evaluation/{PLAN}")

    assert {"effectiveness": {name: read[name] for name in ("score", "achieved", "expected", "coverage")}} == read[
        "criteria"
    ]


async def test_figures_are_null_where_nothing_is_known() -> None:
    """Without a verified value there is no score, and coverage says so."""
    read = await (await a_town()).get(f"/evaluation/{PLAN}")

    assert (None, None, None, 0, "no_data", None) == tuple(
        read[name] for name in ("score", "achieved", "expected", "coverage", "status", "change_year")
    )


async def test_as_of_and_known_are_read() -> None:
    """As of the end of 2016, as known before the correction: what was shown then."""
    town = await a_town(a_value("i1", "2016", "30"))
    town.now = datetime(2019, 6, 1, tzinfo=UTC)
    await town.tell(a_value("i1", "2016", "10", 2))

    now = await town.get(f"/evaluation/{PLAN}?as_of=2016-12-31")
    then = await town.get(f"/evaluation/{PLAN}?as_of=2016-12-31&known=2018-12-31T00:00:00%2B02:00")

    names = ("achieved", "position", "updated_at")
    assert (0.142857142857, "megdan.monitoring/8:5", "2019-06-01T00:00:00.000Z") == tuple(now[name] for name in names)
    assert (0.428571428571, "megdan.monitoring/8:4", "2018-06-01T00:00:00.000Z") == tuple(then[name] for name in names)


async def test_a_plan_is_told_by_the_version_that_was_in_force() -> None:
    """As known before an amendment, the tree is the one from before it."""
    town = await a_town(a_value("i1", "2017", "30"))
    town.now = datetime(2018, 6, 2, tzinfo=UTC)
    await town.tell(*adopting([a_node("new")], [an_indicator("i1", "new")], version=2))

    now, then = await town.get(f"/evaluation/{PLAN}"), await town.get(f"/evaluation/{PLAN}?known=2018-06-01")

    assert (["new"], ["p1"]) == ([node["id"] for node in now["tree"]], [node["id"] for node in then["tree"]])


async def test_part_of_the_tree() -> None:
    """`under` shows one node with what is below it, `depth` so many levels."""
    town = await a_town()

    under = await town.get(f"/evaluation/{PLAN}?under=m2")
    depth = await town.get(f"/evaluation/{PLAN}?depth=2")

    assert (["m2"], ["i2", "i3"]) == (
        [node["id"] for node in under["tree"]],
        [leaf["id"] for leaf in under["tree"][0]["children"]],
    )
    assert [[], []] == [node["children"] for node in depth["tree"][0]["children"]]


async def test_the_whole_tree_may_be_asked_for_by_the_plans_own_name() -> None:
    """The plan stands for its root, wherever a node may be named."""
    town = await a_town(a_value("i1", "2017", "30"))

    under = await town.get(f"/evaluation/{PLAN}?under={PLAN}")
    evidence = await town.get(f"/evaluation/{PLAN}/evidence/{PLAN}")
    history = await town.get(f"/evaluation/{PLAN}/history?node={PLAN}")

    assert ("p1", 1, under["score"]) == (under["tree"][0]["id"], len(evidence["items"]), history["items"][-1]["score"])


async def test_history_tells_the_ends_of_years() -> None:
    """Each year of the plan that has ended, and the day asked."""
    town = await a_town(a_value("i1", "2014", "10"), a_value("i1", "2016", "30"), a_value("i1", "2017", "20"))

    items = (await town.get(f"/evaluation/{PLAN}/history?node=m1"))["items"]

    assert [
        ("2014-12-31", 0.142857142857),
        ("2015-12-31", 0.142857142857),
        ("2016-12-31", 0.428571428571),
        ("2017-12-31", 0.285714285714),
        ("2018-06-01", 0.285714285714),
    ] == [(item["at"], item["achieved"]) for item in items]


async def test_history_ends_with_the_plan() -> None:
    """After the plan's end, its last year is told once."""
    town = await a_town()
    town.now = datetime(2026, 1, 1, tzinfo=UTC)

    items = (await town.get(f"/evaluation/{PLAN}/history"))["items"]

    assert [f"{year}-12-31" for year in range(2014, 2021)] == [item["at"] for item in items]


async def test_evidence_names_the_entries_behind_a_figure() -> None:
    """The record of the value that counts and its verification, as chained in the log; nothing that does not count."""
    town = await a_town(
        a_value("i1", "2016", "30"),
        a_value("i1", "2017", "20", state="given"),
        a_verification("i1", "2017", "20"),
        a_value("i2", "2017", "20", state="given"),
        a_value("i3", "2017", "7"),
    )

    items = (await town.get(f"/evaluation/{PLAN}/evidence/p1"))["items"]

    told = [(item["position"], item["indicator"], item["period"], item["value"], item["state"]) for item in items]
    assert [
        ("megdan.monitoring/8:5", "i1", "2017", 20.0, "given"),
        ("megdan.monitoring/8:6", "i1", "2017", 20.0, "verified"),
    ] == told
    assert items[0]["hash"] == items[1]["previous"]


async def test_evidence_of_a_context_indicator_is_its_own() -> None:
    """It is behind no node's figure, but behind its own."""
    town = await a_town(a_value("i3", "2017", "7"))

    own, above = await town.get(f"/evaluation/{PLAN}/evidence/i3"), await town.get(f"/evaluation/{PLAN}/evidence/m2")

    assert (1, 0) == (len(own["items"]), len(above["items"]))


async def test_evidence_comes_in_pages() -> None:
    """`next` leads on until nothing is left."""
    town = await a_town(a_value("i1", "2017", "30"), a_value("i2", "2017", "30"))

    first = await town.get(f"/evaluation/{PLAN}/evidence/p1?limit=1")
    second = await town.get(f"/evaluation/{PLAN}/evidence/p1?limit=1&cursor={first['next']}")

    assert (["i1", "i2"], None) == ([page["items"][0]["indicator"] for page in (first, second)], second["next"])


async def test_the_plans_are_listed() -> None:
    """Each adopted plan with its live figures."""
    town = await a_town(a_value("i1", "2017", "30"))

    (item,) = (await town.get("/evaluation"))["items"]

    assert (PLAN, {"from": 2014, "to": 2020}, 0.75) == (item["plan"], item["period"], item["coverage"])


async def test_an_unchanged_evaluation_is_not_sent_again() -> None:
    """The tag is the position and the day; it holds until a value comes."""
    town = await a_town()
    tag = (await town.ask(f"/evaluation/{PLAN}")).headers["etag"]

    same = await town.ask(f"/evaluation/{PLAN}", **{"if-none-match": tag})
    await town.tell(a_value("i1", "2017", "30"))
    moved = await town.ask(f"/evaluation/{PLAN}", **{"if-none-match": tag})

    assert ('"megdan.monitoring/8:3@2018-06-01"', 304, 200) == (tag, same.status_code, moved.status_code)


@pytest.mark.parametrize(
    ("query", "pointer", "words"),
    [
        ("?as_of=2020-13-01", "/as_of", "Очаква се дата"),
        ("?as_of=20201231", "/as_of", "Очаква се дата"),
        ("?as_of=0001-01-01", "/as_of", "Очаква се дата"),
        ("?known=yesterday", "/known", "Очаква се дата или момент"),
        ("?known=2020-12-31T10:00:00", "/known", "часова зона"),
        ("?known=2020-02-30T10:00:00Z", "/known", "часова зона"),
        ("?known=2020-02-30", "/known", "часова зона"),
    ],
)
async def test_a_wrong_date_is_named(query: str, pointer: str, words: str) -> None:
    """What is no day or time is refused in the reader's language, with its place."""
    problem = await (await a_town()).get(f"/evaluation/{PLAN}{query}", 422)

    (error,) = problem["errors"]
    assert (pointer, True) == (error["pointer"], words in error["message"])


async def test_a_wrong_date_is_named_in_english() -> None:
    """The same for whoever reads English."""
    problem = await (await a_town()).get(f"/evaluation/{PLAN}?as_of=x", 422, **{"accept-language": "en"})

    assert "A date such as 2020-12-31 is expected, between 1900 and 2199." == problem["errors"][0]["message"]


@pytest.mark.parametrize(
    "path",
    [
        "/evaluation/nowhere",
        f"/evaluation/{PLAN}?known=2018-01-01",
        f"/evaluation/{PLAN}?under=nowhere",
        f"/evaluation/{PLAN}?under=i1",
        f"/evaluation/{PLAN}?under=",
        f"/evaluation/{PLAN}/history?node=nowhere",
        f"/evaluation/{PLAN}/evidence/nowhere",
    ],
)
async def test_what_is_not_there_is_not_found(path: str) -> None:
    """An unknown plan or node, and a plan that was not known then."""
    town = await a_town()

    problem = await town.get(path, 404)

    assert 404 == problem["status"]


@pytest.mark.parametrize("query", ["cursor=x", "cursor=-1", "limit=0", "limit=501"])
async def test_a_wrong_place_in_a_list_is_refused(query: str) -> None:
    """A cursor is one that was given out; a page has 1 to 500 entries."""
    assert 422 == (await (await a_town()).get(f"/evaluation/{PLAN}/evidence/p1?{query}", 422))["status"]


async def test_what_is_read_in_the_midst_of_a_batch_is_not_kept() -> None:
    """A tree read while its nodes are ahead of the plan's position is shown once and read again."""
    town = await a_town()
    before = await town.outline()
    await town.tell(a_value("i1", "2017", "30"))
    after = await town.outline()
    outlines: Any = town.evaluations._outlines
    await outlines.put(before)
    await town.get(f"/evaluation/{PLAN}")
    await outlines.put(after)

    read = await town.get(f"/evaluation/{PLAN}")

    assert 0.75 == read["coverage"]
