"""Each bench works, at the smallest size, on real processes. How fast they are is for `./megdan bench` to say."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import pytest

from tests.bench import latency, pages, responses
from tests.bench.measures import Measure
from tests.bench.scaling_estimates import estimates
from tests.bench.scaling_records import imported, rebuild
from tests.bench.scaling_updates import updates
from tests.running import ROOT


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """The owner's socket is reached by a path from the root."""
    monkeypatch.chdir(ROOT)


def figured(measures: Sequence[Measure], units: AbstractSet[str] = frozenset({"s", "ms"})) -> bool:
    """Tell whether there are figures; the kernel counts processor time too coarsely for so little work."""
    figures = [measure.value for measure in measures if measure.unit in units and "CPU" not in measure.name.in_("en")]
    return bool(figures) and all(figure > 0 for figure in figures)


def test_responses_are_counted_beside_both_references() -> None:
    """A flood on the references and on ours: what is accepted is stored and counted, rates stand side by side."""
    measures = responses.measured(seconds=0.3, count=1, clients=4)

    sides = {"demand", "A: raw accept limit", "B: raw loop", "LimeSurvey RPC (another machine)"}
    assert sides == {measure.yardstick.en for measure in measures if measure.name.en == "responses accepted"} | {
        "demand"
    }


def test_latencies_are_seen_from_outside() -> None:
    """Answers at a steady pace are found by staff and in the public evaluation."""
    assert figured(latency.measured(rate=30, seconds=1))


def test_growth_is_measured() -> None:
    """A value in a larger plan, and an estimate of many responses, beside smaller ones."""
    assert figured([*updates(many=20, rounds=1, count=3), *estimates(rounds=1, count=1, few=30)])


def test_a_rebuild_is_the_same_bytes() -> None:
    """P-23: projections that a rebuild makes from the log are, byte for byte, what was folded as entries came."""
    assert figured(rebuild(100))


def test_an_import_is_timed() -> None:
    """All rows are taken and counted."""
    assert figured(imported(20))


def test_pages_are_read_and_weighed() -> None:
    """Home, results and evaluation under a few readers, with what they weigh."""
    assert figured(pages.measured(readers=2, seconds=0.2, given=40), {"kB", ""})
