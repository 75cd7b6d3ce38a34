"""Laws of the evaluation, over random plans and stories of their values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.reporting.domain.evaluation import Tree, evaluated
from services.reporting.domain.leaves import Known
from services.reporting.domain.tree import UNIT, figures
from services.reporting.handlers import EVALUATION
from shared.events.base import Event
from shared.events.monitoring import Band, IndicatorDefinition, NodeDefinition, Point
from tests.unit.reporting.builders import Town, a_node, a_value, a_verification, adopting, an_indicator, went_stale

LAW = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])

FIGURES = st.integers(-30, 120).map(str) | st.sampled_from(["0.1", "33.333333333333", "69.999999999999", "-0.5"])
WEIGHTS = st.sampled_from(["0", "1", "1", "2", "0.3", "7"])
STATES = st.sampled_from(["given", "given", "verified", "provisional"])


@dataclass(frozen=True)
class Plan:
    nodes: Sequence[NodeDefinition]
    indicators: Sequence[IndicatorDefinition]


@st.composite
def indicators(draw: st.DrawFn, number: int, nodes: Sequence[str]) -> IndicatorDefinition:
    more: dict[str, Any] = {
        "weight": draw(WEIGHTS),
        "stale_after": draw(st.sampled_from([None, 0, 1, 2])),
        "accumulation": draw(st.sampled_from(["last", "last", "sum", "mean"])),
    }
    kind = draw(st.sampled_from(["up", "down", "hold", "context", "step"]))
    if kind == "hold":
        more |= {"direction": "hold", "band": Band(low="20", high="60"), "tolerance": "15"}
    if kind == "down":
        more |= {
            "direction": "down",
            "baseline": Point(period="2013", value="80"),
            "target": Point(period="2020", value="0"),
        }
    if kind == "step":
        more |= {"shape": "step", "milestones": (Point(period="2016", value="-5"), Point(period="2018", value="40"))}
    if kind == "context":
        more |= {"target": None}
    return an_indicator(f"i{number}", draw(st.sampled_from(nodes)), **more)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    nodes: list[NodeDefinition] = []
    for number in range(draw(st.integers(1, 6))):
        parent = draw(st.sampled_from([None, *(node.id for node in nodes)]))
        nodes.append(a_node(f"n{number}", parent, draw(WEIGHTS)))
    names = [node.id for node in nodes]
    return Plan(nodes, [draw(indicators(number, names)) for number in range(draw(st.integers(1, 6)))])


MOVES = st.one_of(
    st.tuples(st.just("record"), st.integers(0, 5), st.integers(0, 7), FIGURES, STATES),
    st.tuples(st.just("record"), st.integers(0, 5), st.integers(0, 7), FIGURES, STATES),
    st.tuples(st.just("verify"), st.integers(0, 5), st.integers(0, 7)),
    st.tuples(st.just("verify"), st.integers(0, 5), st.integers(0, 7)),
    st.tuples(st.just("later"), st.integers(20, 500)),
    st.tuples(st.just("batch")),
    st.tuples(st.just("amend"), plans()),
)


class Story:
    """Turns moves into events as monitoring would tell them, in batches, while the days go by."""

    def __init__(self, plan: Plan) -> None:
        self.town = Town(now=datetime(2015, 3, 1, tzinfo=UTC))
        self.waiting: list[Event] = list(adopting(plan.nodes, plan.indicators))
        self.said: dict[tuple[str, str], tuple[str, int]] = {}
        self.versions = 1

    async def run(self, moves: Sequence[tuple[Any, ...]]) -> None:
        for move in moves:
            await self._take(*move)
        await self.flush()

    async def _take(self, kind: str, *what: Any) -> None:
        if kind == "record":
            self._record(*what)
        elif kind == "verify":
            self._verify(*what)
        elif kind == "later":
            await self._later(what[0])
        elif kind == "amend":
            self.versions += 1
            self.waiting += adopting(what[0].nodes, what[0].indicators, self.versions)
        else:
            await self.flush()

    def _record(self, indicator: int, years: int, value: str, state: Any) -> None:
        period = str(min(2013 + years, self.town.now.year))
        version = self.said.get((f"i{indicator}", period), ("", 0))[1] + 1
        self.said[f"i{indicator}", period] = (value, version)
        self.waiting.append(a_value(f"i{indicator}", period, value, version, state))

    def _verify(self, indicator: int, years: int) -> None:
        period = str(min(2013 + years, self.town.now.year))
        if said := self.said.get((f"i{indicator}", period)):
            self.waiting.append(a_verification(f"i{indicator}", period, *said))

    async def _later(self, days: int) -> None:
        await self.flush()
        self.town.now = datetime.fromtimestamp(self.town.now.timestamp() + days * 86400, UTC)
        leaves = await self.town.evaluations.leaves((await self.town.outline()).in_force.generation)
        day = min(self.town.now.date(), date(2020, 12, 31)).isoformat()
        stale = [leaf for leaf in leaves if leaf.stale_from and leaf.stale_from <= day]
        self.waiting += [
            went_stale(leaf.definition.id, leaf.period or "", leaf.stale_from or "")
            for leaf in stale
            if leaf.status not in ("no_data", "context")
        ]
        await self.flush()

    async def flush(self) -> None:
        if self.waiting:
            await self.town.tell(*self.waiting)
        self.waiting = []

    async def live(self) -> Tree:
        outline = await self.town.outline()
        nodes = await self.town.evaluations.nodes(outline.in_force.generation)
        leaves = await self.town.evaluations.leaves(outline.in_force.generation)
        return Tree(
            outline.id, outline.in_force, self.town.now.date(), nodes, leaves, outline.position, outline.moved_at
        )

    async def recomputed(self, live: Tree) -> Tree:
        histories = await self.town.evaluations.histories([leaf.definition.id for leaf in live.leaves])
        return evaluated(live, histories, self.town.now.date(), Known())


@LAW
@given(plans(), st.lists(MOVES, max_size=40))
async def test_the_live_tree_is_what_a_full_computation_makes(plan: Plan, moves: list[Any]) -> None:
    """After any story the kept leaves and sums equal, exactly, what the histories make of today, known now."""
    story = Story(plan)

    await story.run(moves)

    live = await story.live()
    full = await story.recomputed(live)
    assert (list(full.leaves), list(full.nodes)) == (list(live.leaves), list(live.nodes))


@LAW
@given(plans(), st.lists(MOVES, max_size=30))
async def test_a_rebuild_is_the_same_byte_for_byte(plan: Plan, moves: list[Any]) -> None:
    """Whatever the batches were, the log makes the same documents again."""
    story = Story(plan)
    await story.run(moves)
    before = await story.town.documents()

    await story.town.service.projector.rebuild(EVALUATION)

    assert before == await story.town.documents()


@LAW
@given(plans(), st.lists(MOVES, max_size=30))
async def test_shares_stay_within_their_bounds(plan: Plan, moves: list[Any]) -> None:
    """Score, achieved, expected, coverage and provisional are shares of 0 to 1, and the plan weighs one or nothing."""
    story = Story(plan)

    await story.run(moves)

    live = await story.live()
    made = [figures(node.sums) for node in live.nodes]
    shares = [
        share for each in made for share in (each.score, each.achieved, each.expected, each.coverage, each.provisional)
    ]
    assert all(share is None or 0 <= share <= 1 for share in shares)
    assert live.nodes[0].sums.weight == 0 or abs(live.nodes[0].sums.weight - UNIT) <= len(live.leaves)


@LAW
@given(plans(), st.lists(MOVES, max_size=20), st.lists(MOVES, max_size=20))
async def test_what_was_shown_on_a_day_is_found_again(plan: Plan, first: list[Any], then: list[Any]) -> None:
    """As of a day and as known on that day is what the live tree was, whatever is recorded on later days."""
    story = Story(plan)
    await story.run(first)
    live, day, position = await story.live(), story.town.now.date(), (await story.town.outline()).position

    await story.run([("later", 1), *then])

    histories = await story.town.evaluations.histories([leaf.definition.id for leaf in live.leaves])
    then_known = evaluated(live, histories, day, Known(position=position))
    by_time = evaluated(live, histories, day, Known(time=f"{day}T23:59:59.999Z"))
    assert list(live.nodes) == list(then_known.nodes) == list(by_time.nodes)
