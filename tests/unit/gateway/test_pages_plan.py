"""The plan's pages: what they say of the plan, and that every link keeps what was asked for."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.gateway.pages import Json
from services.gateway.pages.asked import Asked
from services.gateway.pages.plan import ended, summary
from services.gateway.pages.tree import Row, waiting
from services.gateway.pages.words import Words
from tests.browser.fixtures import FakeBackend
from tests.unit.gateway.pages_client import PLAN, pages_client

BULGARIAN = Words("bg", UTC, datetime(2026, 11, 25, tzinfo=UTC))
ASKED = "as_of=2019-06-30&known=2026-11-25T10%3A00%3A00Z"


class Listening(FakeBackend):
    """Keeps what the pages ask for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    async def get(self, request: Any, path: str) -> Json | None:
        self.asked.append(path)
        return await super().get(request, path)


def an_evaluation(as_of: str = "2020-12-31", to: int = 2020) -> dict[str, Any]:
    return {"status": "behind", "score": 0.773, "coverage": 0.9, "as_of": as_of, "period": {"from": 2014, "to": to}}


def a_leaf(status: str, **more: Any) -> dict[str, Any]:
    return {"id": "leaf", "kind": "indicator", "status": status, **more}


def a_node(*leaves: dict[str, Any], coverage: float = 0.0) -> Row:
    node = {"id": "node", "kind": "measure", "status": "no_data", "coverage": coverage, "children": list(leaves)}
    return Row(node, 0, is_open=False, twist=None, path="/")


@pytest.mark.parametrize(
    ("evaluation", "asked", "said"),
    [
        (
            an_evaluation(),
            Asked(),
            "Планът приключи на 31.12.2020\u00a0г.; към края му са изпълнени 77,3\u00a0% от дължимото.",
        ),
        (
            an_evaluation("2018-12-31"),
            Asked("2018-12-31"),
            "Към 31.12.2018\u00a0г. са изпълнени 77,3\u00a0% от дължимото.",
        ),
    ],
)
def test_the_summary_speaks_of_its_time(evaluation: Json, asked: Asked, said: str) -> None:
    """A plan that is over has ended; a day that is past was."""
    assert said == summary(evaluation, asked, BULGARIAN)


@pytest.mark.parametrize(
    ("status", "score", "said"),
    [
        ("achieved", 1.0, "Планът е постигнат: изпълнени са 100,0\u00a0% от дължимото."),
        ("on_track", 0.96, "Планът върви по график: изпълнени са 96,0\u00a0% от дължимото."),
        ("behind", 0.77, "Планът изостава: изпълнени са 77,0\u00a0% от дължимото."),
        ("off_track", 0.4, "Планът е извън графика: изпълнени са 40,0\u00a0% от дължимото."),
        ("no_data", None, "Данните са още малко: известни са 20,0\u00a0% от тежестта на плана."),
    ],
)
def test_the_plan_is_told_in_a_sentence(status: str, score: float | None, said: str) -> None:
    """The sentence agrees with the status."""
    evaluation = an_evaluation("2026-11-25", 2027) | {"status": status, "score": score, "coverage": 0.2}

    assert said == summary(evaluation, Asked(), BULGARIAN)


def test_a_plan_has_not_ended_on_a_day_before_its_end() -> None:
    """Looked at as of an earlier day, it still ran."""
    assert ended(an_evaluation("2018-12-31"), BULGARIAN) is None


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (a_node(a_leaf("context"), a_leaf("context")), "context"),
        (a_node(a_leaf("context"), a_leaf("no_data")), "no_data"),
        (a_node(), "no_data"),
    ],
)
def test_a_node_with_nothing_to_judge_is_for_information(row: Row, status: str) -> None:
    """Where all indicators are for information, data is not what is lacking."""
    assert status == row.status


def test_values_that_wait_are_counted_by_indicator() -> None:
    """Each indicator with a value to verify counts once."""
    tree: list[Json] = [a_leaf("behind", given={"period": "2020", "value": 1.0}), a_leaf("behind", given=None)]

    assert waiting(tree) == 1


@pytest.mark.parametrize("page", [PLAN, f"{PLAN}/evidence/o1", "/indicators/population"])
async def test_the_day_and_the_time_known_are_asked_of_the_evaluation(tmp_path: Path, page: str) -> None:
    """Every page of the plan shows the evaluation that its address names."""
    backend = Listening()
    async with pages_client(tmp_path, backend) as client:
        await client.get(f"{page}?{ASKED}")

    assert f"/evaluation/balchik-2014-2020?{ASKED}" in backend.asked


async def test_evidence_is_asked_for_the_same_evaluation(tmp_path: Path) -> None:
    """The entries are those behind the figure of that day."""
    backend = Listening()
    async with pages_client(tmp_path, backend) as client:
        await client.get(f"{PLAN}/evidence/o1?{ASKED}")

    assert f"/evaluation/balchik-2014-2020/evidence/o1?limit=500&{ASKED}" in backend.asked


@pytest.mark.parametrize(
    ("page", "link"),
    [
        (PLAN, f"{PLAN}/evidence/o1"),
        (PLAN, f"{PLAN}/evidence/balchik-2014-2020"),
        (f"{PLAN}/evidence/o1", "/indicators/population"),
        (f"{PLAN}/evidence/o1", PLAN),
        ("/indicators/population", f"{PLAN}/evidence/population"),
    ],
)
async def test_a_link_keeps_the_day_and_the_time_known(tmp_path: Path, page: str, link: str) -> None:
    """Whoever looks at another day stays there."""
    async with pages_client(tmp_path) as client:
        shown = await client.get(f"{page}?{ASKED}")

    assert f'href="{link}?{ASKED.replace("&", "&amp;")}"' in shown.text


@pytest.mark.parametrize("page", [PLAN, f"{PLAN}/evidence/o1", "/indicators/population"])
@pytest.mark.parametrize("query", ["as_of=soon", "as_of=9999-12-31", "as_of=2019-02-30", "known=soon", "known=2019"])
async def test_what_is_no_day_or_time_is_refused_in_words(tmp_path: Path, page: str, query: str) -> None:
    """The page says what is wrong and how a day is written."""
    async with pages_client(tmp_path) as client:
        shown = await client.get(f"{page}?{query}")

    assert (422, True) == (shown.status_code, "2020-12-31" in shown.text)


async def test_the_tree_marks_what_waits_and_what_is_rebuilt(tmp_path: Path) -> None:
    """Each indicator says so itself."""
    async with pages_client(tmp_path) as client:
        shown = await client.get(f"{PLAN}?open=o2,o2.p4,o2.p4.m1")

    assert [True, True] == [mark in shown.text for mark in ("чака потвърждение", ">възстановено<")]


async def test_an_indicator_that_was_found_carries_no_mark(tmp_path: Path) -> None:
    """What of the plan is reconstructed elsewhere is not said here."""
    async with pages_client(tmp_path) as client:
        shown = await client.get("/indicators/schools_renovated")

    assert (200, []) == (shown.status_code, [word for word in ("възстановено", "Възстановени") if word in shown.text])


async def test_evidence_tells_day_unit_and_source(tmp_path: Path) -> None:
    """An entry is told with the figure's unit, its source, and the day it was recorded."""
    async with pages_client(tmp_path) as client:
        shown = await client.get(f"{PLAN}/evidence/o2")

    parts = ("19\u00a0331\u00a0души", "Национален статистически институт", "21.11.2026\u00a0г., ")
    assert [True] * 3 == [part in shown.text for part in parts]


async def test_without_any_survey_home_promises_none_of_the_past(tmp_path: Path) -> None:
    """Results of former surveys are offered only where there are some."""
    backend = FakeBackend()
    backend.surveys.clear()
    async with pages_client(tmp_path, backend) as client:
        shown = await client.get("/")

    assert (200, False) == (shown.status_code, "предишните" in shown.text)
