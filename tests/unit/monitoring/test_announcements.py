"""A plan of any size is announced in pieces that the bus carries, parents first."""

from services.monitoring.bodies import PlanBody
from services.monitoring.domain.plan import adopt, parents_first, pieces
from shared.events.monitoring import IndicatorsDefined, NodesDefined
from tests.unit.monitoring.builders import a_plan, an_indicator


def test_pieces_are_bounded_in_number_and_bytes() -> None:
    """No event is larger than the bus carries."""
    plan, events = adopt(None, "plan", PlanBody.model_validate(_large_plan(), strict=False).content(), "me", "now")
    largest = max(len(event.model_dump_json().encode()) for event in events)

    assert largest < 256 * 1024
    assert 1_000 == sum(len(event.indicators) for event in events if isinstance(event, IndicatorsDefined))
    assert 400 == len([node for event in events if isinstance(event, NodesDefined) for node in event.nodes])
    assert all(len(event.nodes) <= 100 for event in events if isinstance(event, NodesDefined))
    assert 1 == plan.plan_version
    assert [] == list(pieces([], 5))


def _large_plan() -> dict[str, object]:
    long = {"bg": "щ" * 500, "en": "z" * 500}
    nodes = [{"id": f"n{number}", "kind": "measure", "title": long} for number in range(400)]
    return a_plan(*(an_indicator(f"i{n}", title=long, node="n1") for n in range(1_000)), nodes=nodes)


def test_parents_stand_before_their_children() -> None:
    """Whatever order they were sent in."""
    content = PlanBody.model_validate(a_plan(nodes=a_plan()["nodes"][::-1]), strict=False).content()

    assert ["o1", "p1", "m1"] == [node.id for node in parents_first(content.nodes)]
