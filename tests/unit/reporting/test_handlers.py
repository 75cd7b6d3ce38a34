"""The fold: values move their path, adoption builds a generation, crashes and repeats change nothing."""

from datetime import UTC, datetime

import pytest

from services.reporting.domain.documents import key_in
from services.reporting.domain.tree import ROOT, UNIT
from services.reporting.handlers import EVALUATION
from shared.dead_letters import DEAD_LETTERS
from shared.events.registry import decode
from shared.events.reporting import EvaluationChanged
from shared.store import Query
from tests.unit.reporting.builders import (
    NODES_OF_TWO,
    PLAN,
    Town,
    a_node,
    a_plan,
    a_value,
    a_verification,
    adopting,
    an_indicator,
    shard_for,
    went_stale,
)


async def test_a_verified_value_moves_its_leaf_and_the_plan() -> None:
    """At the end of 2017 four sevenths are due; 40 of 70 is just that."""
    town = Town()
    await town.tell(*a_plan())

    await town.tell(a_value("i1", "2017", "40"))

    leaf, root = await town.leaf("i1"), await town.root()
    assert ("40", "on_track", UNIT // 2, UNIT // 2) == (
        leaf.value,
        leaf.status,
        leaf.sums.with_data,
        root.sums.with_data,
    )


async def test_a_given_value_does_not_count_but_is_seen() -> None:
    """Nobody has verified it: there is no data, and the value waits."""
    town = Town()
    await town.tell(*a_plan())

    await town.tell(a_value("i1", "2017", "40", state="given"))

    leaf, root = await town.leaf("i1"), await town.root()
    assert ("given", "no_data", "40", 0) == (leaf.state, leaf.status, leaf.given, root.sums.with_data)


async def test_verification_makes_it_count() -> None:
    """The value counts from the entry that verified it, and both entries are behind the figure."""
    town = Town()
    await town.tell(*a_plan(), a_value("i1", "2017", "40", state="given"))

    await town.tell(a_verification("i1", "2017", "40"))

    leaf = await town.leaf("i1")
    assert ("verified", "on_track", (4, 5), None) == (leaf.state, leaf.status, leaf.behind, leaf.given)


async def test_a_value_is_verified_once() -> None:
    """Told again later, a verification keeps its first time: what was known in between stays known."""
    town = Town()
    await town.tell(*a_plan(), a_value("i1", "2017", "40", state="given"), a_verification("i1", "2017", "40"))
    first = await town.history("i1")

    await town.tell(a_verification("i1", "2017", "40"))

    assert first.versions == (await town.history("i1")).versions


async def test_verification_of_a_version_that_was_corrected_counts_for_nothing() -> None:
    """What was confirmed is no longer what is said."""
    town = Town()
    await town.tell(*a_plan(), a_value("i1", "2017", "40", state="given"), a_value("i1", "2017", "30", 2, "given"))

    await town.tell(a_verification("i1", "2017", "40"), a_verification("i9", "2017", "40"))

    assert "no_data" == (await town.leaf("i1")).status


async def test_a_correction_ends_the_verification() -> None:
    """Until it is verified anew, the year before counts; the correction is shown as waiting."""
    town = Town()
    await town.tell(*a_plan(), a_value("i1", "2016", "20"), a_value("i1", "2017", "40"))

    await town.tell(a_value("i1", "2017", "41", 2, "given"))

    leaf = await town.leaf("i1")
    assert ("20", "2016", "41", "2017") == (leaf.value, leaf.period, leaf.given, leaf.given_period)


async def test_a_provisional_value_counts_and_is_told() -> None:
    """An open survey's value counts in the live tree, and every node shows how much rests on such."""
    town = Town()
    await town.tell(*a_plan())

    await town.tell(a_value("i1", "2017", "40", state="provisional"))

    assert UNIT // 2 == (await town.root()).sums.provisional


async def test_an_earlier_period_changes_nothing_live() -> None:
    """The last period counts, whenever it was recorded."""
    town = Town()
    await town.tell(*a_plan(), a_value("i1", "2017", "40"))
    before = (await town.leaf("i1")).sums

    await town.tell(a_value("i1", "2015", "1"))

    assert before == (await town.leaf("i1")).sums


async def test_a_value_of_a_period_after_the_plan_never_counts() -> None:
    """The plan's end is the last day judged."""
    town = Town(now=datetime(2026, 1, 1, tzinfo=UTC))
    await town.tell(*a_plan(), a_value("i1", "2020", "70"))

    await town.tell(a_value("i1", "2021", "10"))

    assert ("70", "achieved") == ((await town.leaf("i1")).value, (await town.leaf("i1")).status)


async def test_a_stale_value_counts_no_longer() -> None:
    """The day comes as an event; the value stays to be seen, as no data."""
    town = Town()
    await town.tell(*a_plan(an_indicator("i1", stale_after=1)), a_value("i1", "2017", "40"))
    town.now = datetime(2019, 1, 1, tzinfo=UTC)

    await town.tell(went_stale("i1", "2017", "2019-01-01"))

    leaf, root = await town.leaf("i1"), await town.root()
    assert ("no_data", "40", "2019-01-01", 0) == (leaf.status, leaf.value, leaf.stale_from, root.sums.with_data)


async def test_a_context_indicator_weighs_nothing() -> None:
    """It is shown with its value, outside of coverage."""
    town = Town()
    await town.tell(*a_plan(an_indicator("i1"), an_indicator("i2", "m2", target=None)))

    await town.tell(a_value("i2", "2017", "40"))

    leaf, root = await town.leaf("i2"), await town.root()
    assert ("context", "40", 0, UNIT, 0) == (
        leaf.status,
        leaf.value,
        leaf.weight,
        root.sums.weight,
        root.sums.with_data,
    )


async def test_sums_accumulate_since_the_baseline() -> None:
    """Outputs of single years add up, and each of them is behind the figure."""
    town = Town()
    await town.tell(*a_plan(an_indicator("i1", accumulation="sum")))

    await town.tell(a_value("i1", "2015", "10"), a_value("i1", "2014", "2.5"), a_value("i1", "2012", "99"))

    leaf = await town.leaf("i1")
    assert ("12.5", "2015", (4, 5)) == (leaf.value, leaf.period, leaf.behind)


async def test_values_wait_for_the_plan() -> None:
    """What was recorded before a plan is adopted is carried into its generation."""
    town = Town()
    await town.tell(a_value("i1", "2017", "40"))

    await town.tell(*a_plan())

    assert "on_track" == (await town.leaf("i1")).status


async def test_an_amendment_builds_a_new_generation() -> None:
    """Values are carried over, and later ones move the new generation only."""
    town = Town()
    await town.tell(*a_plan(), a_value("i1", "2017", "40"))
    old = key_in((await town.outline()).in_force.generation, ROOT)

    amended = adopting(NODES_OF_TWO, [an_indicator("i1"), an_indicator("i3", "m2", weight="3")], version=2)
    await town.tell(*amended, a_value("i3", "2017", "0"))

    former = await town.evaluations.node(old)
    assert former is not None
    assert (UNIT, UNIT // 2) == ((await town.root()).sums.with_data, former.sums.with_data)


async def test_a_broken_attempt_leaves_nothing_in_the_tree() -> None:
    """Only what was told last, as many as the adoption says, is in the generation."""
    town = Town()
    told = adopting([a_node("x")], [an_indicator("i9", "x")])[:-1]

    await town.tell(*told, *a_plan())

    nodes = await town.evaluations.nodes((await town.outline()).in_force.generation)
    assert ["", "p1", "m1", "m2"] == [node.node_id for node in nodes]


async def test_a_node_of_an_unknown_parent_stands_at_the_top() -> None:
    """Nothing of a plan is lost because of a wrong reference."""
    town = Town()

    await town.tell(*adopting([a_node("m1", "nowhere")], [an_indicator("i1"), an_indicator("i2", "nowhere")]))

    assert [(ROOT,), ("m1", ROOT)] == [(await town.leaf("i2")).path, (await town.leaf("i1")).path]


async def test_a_value_of_no_period_goes_aside() -> None:
    """An event that can't be folded is set aside; its neighbours count."""
    town = Town()
    await town.tell(*a_plan())

    await town.tell(a_value("i1", "soon", "1"), a_value("i1", "2017", "40"))

    letters = await town.store.collection(DEAD_LETTERS).find(Query("by_time"))
    assert (1, "40") == (len(letters.items), (await town.leaf("i1")).value)


async def test_a_batch_is_announced_once() -> None:
    """However many values a batch brings, the plan's move is told once, as it is after the last of them."""
    town = Town()
    await town.tell(*a_plan())
    await town.store.outbox.clear([event.id for event in await town.store.outbox.unsent(limit=10)])

    await town.tell(a_value("i1", "2016", "30"), a_value("i1", "2017", "40"), a_value("i2", "2017", "20"))

    (told,) = [decode(event.body).data for event in await town.store.outbox.unsent(limit=10)]
    assert isinstance(told, EvaluationChanged)
    position = f"{shard_for(a_value('i1', '2016', '1'))}:6"
    figures = [told.plan_id, told.score, told.coverage, told.status, told.position]
    assert [PLAN, pytest.approx(0.75, abs=1e-3), 1, "behind", position] == figures


async def test_a_rebuild_announces_nothing_and_is_equal() -> None:
    """What is made again from the log is the same byte for byte."""
    town = Town()
    await town.tell(*a_plan(), a_value("i1", "2017", "40"))
    await town.tell(a_value("i2", "2017", "1", state="given"))
    await town.tell(a_verification("i2", "2017", "1"))
    before = (await town.documents(), len(await town.store.outbox.unsent(limit=10)))

    await town.service.projector.rebuild(EVALUATION)

    assert before == (await town.documents(), len(await town.store.outbox.unsent(limit=10)))


async def test_a_quarter_in_its_course_counts_from_the_day_it_was_recorded() -> None:
    """A figure may be given before its period ends; its share due is that of the period's end."""
    town = Town()
    await town.tell(*a_plan(an_indicator("i1", frequency="quarter")))

    await town.tell(a_value("i1", "2018-Q2", "45"))

    assert ("2018-Q2", "45") == ((await town.leaf("i1")).period, (await town.leaf("i1")).value)
