"""A plan that can't be judged is not adopted; each fault names its place and its cure."""

from collections.abc import Callable
from typing import Any

import pytest

from services.monitoring.bodies import PlanBody
from services.monitoring.domain.plan_rules import plan_faults
from tests.unit.monitoring.builders import a_fed_indicator, a_plan, an_indicator

Json = dict[str, Any]  # a plan as it is sent


def faults(plan: Json) -> list[str]:
    found = plan_faults(PlanBody.model_validate(plan, strict=False).content())
    assert all(each.message.bg and each.message.en for each in found)
    return [each.pointer for each in found]


def indicator(**changed: Any) -> Json:
    return a_plan(an_indicator(**changed))


def fed(**changed: Any) -> Json:
    feed = a_fed_indicator()["feed"]
    return a_plan(a_fed_indicator(feed={**feed, **changed}))


def nodes(*changed: Json) -> Json:
    return a_plan(nodes=[{"kind": "measure", "title": {"bg": "М"}, **each} for each in changed])


def hold(**changed: Any) -> Json:
    whole = {"direction": "hold", "tolerance": 2, "band": {"low": 30, "high": None}, **changed}
    return indicator(target={"period": "2020", "value": 40}, **whole)


def test_a_sound_plan_has_no_faults() -> None:
    """Up, down, held in a band, without a target, fed by a survey: all can be judged."""
    plan = a_plan(
        an_indicator("up"),
        an_indicator("down", direction="down", target={"period": "2020", "value": 5}, milestones=[]),
        an_indicator("context", target=None, milestones=[]),
        an_indicator("held", direction="hold", tolerance=1.5, band={"low": 18, "high": None}),
        a_fed_indicator(),
    )

    assert [] == faults(plan)


UNFIT: list[tuple[str, Json, list[str]]] = [
    ("up below baseline", indicator(target={"period": "2020", "value": 30}), ["/indicators/0/target/value"]),
    (
        "down above baseline",
        indicator(direction="down", milestones=[]),
        ["/indicators/0/target/value"],
    ),
    ("target is baseline", indicator(target={"period": "2020", "value": 40.0}), ["/indicators/0/target/value"]),
    ("no baseline", indicator(baseline=None), ["/indicators/0/baseline"]),
    (
        "target before baseline",
        indicator(target={"period": "2013", "value": 75}, milestones=[]),
        ["/indicators/0/target/period"],
    ),
    (
        "milestone outside",
        indicator(milestones=[{"period": "2012", "value": 41}]),
        ["/indicators/0/milestones/0/period"],
    ),
    (
        "milestone at target",
        indicator(milestones=[{"period": "2020", "value": 41}]),
        ["/indicators/0/milestones/0/period"],
    ),
    (
        "milestones out of order",
        indicator(milestones=[{"period": "2017", "value": 50}, {"period": "2015", "value": 45}]),
        ["/indicators/0/milestones/1/period"],
    ),
    (
        "two milestones of a period",
        indicator(milestones=[{"period": "2017", "value": 50}, {"period": "2017", "value": 45}]),
        ["/indicators/0/milestones/1/period"],
    ),
    (
        "milestone without target",
        indicator(target=None),
        ["/indicators/0/milestones/0/period"],
    ),
    (
        "unreadable milestone",
        indicator(milestones=[{"period": "soon", "value": 1}]),
        ["/indicators/0/milestones/0/period"],
    ),
    ("unreadable baseline", indicator(baseline={"period": "2013-Q9", "value": 1}), ["/indicators/0/baseline/period"]),
    ("hold without tolerance", hold(tolerance=None), ["/indicators/0/tolerance"]),
    ("hold with no tolerance at all", hold(tolerance=0), ["/indicators/0/tolerance"]),
    ("hold without a band", hold(band=None), ["/indicators/0/band"]),
    ("hold with an empty band", hold(band={"low": None, "high": None}), ["/indicators/0/band"]),
    ("hold upside down", hold(band={"low": 9, "high": 8}), ["/indicators/0/band/low"]),
    ("no unit of measure", indicator(unit=" "), ["/indicators/0/unit"]),
    ("decimals", indicator(decimals=13), ["/indicators/0/decimals"]),
    ("stale after", indicator(stale_after=-1), ["/indicators/0/stale_after"]),
    ("negative weight", indicator(weight=-1), ["/indicators/0/weight"]),
    ("all weights nil", indicator(weight=0), ["/indicators/0/weight"]),
    ("no such node", indicator(node="m9"), ["/indicators/0/node"]),
    ("responsible is no id", indicator(responsible="Отдел"), ["/indicators/0/responsible"]),
    ("unknown unit", a_plan(units=[{"id": "parks", "title": {"bg": "П"}}]), ["/indicators/0/responsible"]),
    ("id of an indicator", indicator(id="a/b"), ["/indicators/0/id"]),
    ("id with dots", indicator(id="a..b"), ["/indicators/0/id"]),
    ("long title", indicator(title={"bg": "я" * 501}), ["/indicators/0/title"]),
    ("the same id", a_plan(an_indicator("m1")), ["/nodes/2/id", "/indicators/0/id"]),
    ("the same unit", a_plan(units=[{"id": "roads", "title": {"bg": "П"}}] * 2), ["/units/0/id", "/units/1/id"]),
    ("feed's question", fed(question=""), ["/indicators/0/feed/question"]),
    ("feed's survey", fed(survey=""), ["/indicators/0/feed/survey"]),
    ("feed without choices", fed(choices=[]), ["/indicators/0/feed/choices"]),
    ("feed with a choice twice", fed(choices=["4", "4"]), ["/indicators/0/feed/choices"]),
    ("feed's period", fed(period="2020-99"), ["/indicators/0/feed/period"]),
    ("feed of another frequency", fed(period="2020-Q1"), ["/indicators/0/feed/period"]),
    ("parent unknown", nodes({"id": "m1", "parent": "x"}), ["/nodes/0/parent"]),
    (
        "parents in a ring",
        nodes({"id": "m1", "parent": "m2"}, {"id": "m2", "parent": "m1"}),
        ["/nodes/0/parent", "/nodes/1/parent"],
    ),
    ("its own parent", nodes({"id": "m1", "parent": "m1"}), ["/nodes/0/parent"]),
    ("years backwards", a_plan(an_indicator(milestones=[]), period={"from": 2020, "to": 2014}), ["/period/to"]),
    ("no years", a_plan(period={"from": 0, "to": 3}), ["/period/from"]),
]


@pytest.mark.parametrize(("plan", "expected"), [case[1:] for case in UNFIT], ids=[case[0] for case in UNFIT])
def test_what_can_not_be_judged_is_named_at_its_place(plan: Json, expected: list[str]) -> None:
    """Each rule of the logical framework, by the pointer of what breaks it."""
    assert expected == faults(plan)


def test_a_plan_without_nodes_is_none() -> None:
    """There must be something for indicators to hang on."""
    assert ["/nodes", "/indicators/0/node"] == faults(a_plan(nodes=[]))


def test_a_plan_has_its_limits() -> None:
    """Ten thousand indicators are taken, not one more."""
    context: Callable[[int], Json] = lambda number: an_indicator(f"i{number}", target=None, milestones=[])  # noqa: E731 - a name for the list below
    plan = a_plan(*(context(number) for number in range(10_001)))

    assert ["/indicators"] == faults(plan)
