"""Plans from files: the template is read back as it was written; faults are told by sheet, row and column."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from services.monitoring.bodies import PlanBody
from services.monitoring.domain.definitions import PlanContent
from services.monitoring.tables.template import template
from services.monitoring.tables.workbook import written_workbook
from shared.tables import Cell
from tests.unit.monitoring.builders import (
    OFFICER,
    PLANNER,
    SECOND,
    VISITOR,
    House,
    a_house,
    a_plan,
    an_indicator,
)

Json = Any  # what an answer holds
Rows = Sequence[Sequence[Cell]]


def content_of(plan: Mapping[str, Json]) -> PlanContent:
    return PlanBody.model_validate(plan, strict=False).content()


async def send(house: House, content: bytes | str, query: str = "", plan: str = "plan") -> tuple[int, Json]:
    """Import a plan; answers the status and what was told, faults as {place: message}."""
    data = content if isinstance(content, bytes) else content.encode()
    path = f"/plans/{plan}/import?name=plan.xlsx{query}"
    answer = await house.ask(PLANNER, "POST", path, content=data, headers={"Accept-Language": "en"})
    told = answer.json()
    if answer.is_success:
        return answer.status_code, told
    return answer.status_code, {error["pointer"]: error["message"] for error in told.get("errors", [])}


def workbook(**changed: Rows | None) -> bytes:
    """A whole plan as a workbook; sheets are replaced by code, or left out with None."""
    sheets: dict[str, Rows | None] = {
        "plan": [["title_bg", "from", "to"], ["План", 2014, 2020]],
        "units": [["id", "title_bg"], ["roads", "Пътища"]],
        "nodes": [["id", "kind", "title_bg"], ["m1", "мярка", "Мярка"]],
        "indicators": [
            ["id", "node", "title_bg", "unit", "direction", "level", "responsible", *HEADS],
            ["lit", "m1", "Осветени улици", "%", "нагоре", "продукт", "roads", "2013", 40, "2020", 75.5],
        ],
        **changed,
    }
    return written_workbook({name: rows for name, rows in sheets.items() if rows is not None})


HEADS = ("baseline_period", "baseline_value", "target_period", "target_value")


async def test_a_workbook_makes_a_plan_and_its_values() -> None:
    """Bulgarian words stand for codes; what is recorded is counted."""
    values: Rows = [["indicator", "period", "value", "source"], ["lit", 2019, 60.5, "Отчет"]]
    async with a_house() as house:
        status, told = await send(house, workbook(values=values))
        again = await send(house, workbook(values=values))

        assert (200, 5, 5, 0) == (status, told["rows"], told["recorded"], told["unchanged"])
        assert {"id": "plan", "version": 1, "changed": True} == told["plan"]
        assert (200, 5, 0) == (again[0], again[1]["unchanged"], again[1]["recorded"])
        assert [60.5] == [value["value"] for value in await house.values()]


async def test_a_dry_run_tells_what_would_be() -> None:
    """And writes neither plan nor values."""
    async with a_house() as house:
        status, told = await send(house, workbook(), "&dry_run=true")

        assert (200, True, 4) == (status, told["dry_run"], told["recorded"])
        assert 404 == (await house.ask(VISITOR, "GET", "/plans/plan")).status_code


async def test_a_filled_template_comes_back_unchanged() -> None:
    """With its values, which nobody has to mark as corrections."""
    async with a_house(a_plan()) as house:
        await house.give("2019", 60.5, note="=да")
        taken = await house.ask(PLANNER, "GET", "/plans/plan/template.xlsx")
        status, told = await send(house, taken.content)

        assert (200, 0, False) == (status, told["recorded"], told["plan"]["changed"])
        assert "attachment" in taken.headers["content-disposition"]


INDICATOR: Sequence[Cell] = ["lit", "m1", "Улици", "%", "up", "output", "roads", "2013", 40, "2020", 75]


def indicators(*changed: tuple[int, Cell]) -> Rows:
    row: list[Cell] = list(INDICATOR)
    for column, cell in changed:
        row[column] = cell
    return [["id", "node", "title_bg", "unit", "direction", "level", "responsible", *HEADS], row]


UNFIT: list[tuple[dict[str, Rows | None], list[str]]] = [
    ({"indicators": indicators((1, "m9"))}, ["Индикатори, row 2, column B"]),
    ({"indicators": indicators((10, 30))}, ["Индикатори, row 2, column K"]),
    ({"indicators": indicators((10, "1,234"))}, ["Индикатори, row 2, column K"]),
    ({"indicators": indicators((4, "настрани"))}, ["Индикатори, row 2, column E"]),
    ({"indicators": indicators((2, None))}, ["Индикатори, row 2, column C"]),
    ({"indicators": indicators((8, None))}, ["Индикатори, row 2, column I"]),
    ({"indicators": indicators((7, None))}, ["Индикатори, row 2, column H"]),
    ({"indicators": indicators((6, "parks"))}, ["Индикатори, row 2, column G"]),
    ({"indicators": [["id", "node"], ["lit", "m1"]]}, ["Индикатори, row 1"] * 5),
    (
        {"nodes": [["id", "kind", "title_bg"], ["m1", "мярка", "М"], ["m1", "мярка", "М"]]},
        ["Възли, row 2, column A", "Възли, row 3, column A"],
    ),
    ({"nodes": [["id", "kind", "title_bg", "цвят"], ["m1", "мярка", "М", "x"]]}, ["Възли, row 1, column D"]),
    ({"nodes": [["id", "kind", "kind"], ["m1", "мярка", "М"]]}, ["Възли, row 1, column C"]),
    ({"plan": [["title_bg", "from", "to"], ["План", 2020, 2014]]}, ["План, row 2, column C"]),
    ({"plan": [["title_bg", "from", "to"], ["План", "две", 2020]]}, ["План, row 2, column B"]),
    ({"plan": [["title_bg", "from", "to"]]}, ["План, row 2"]),
    ({"plan": None}, ["План"]),
    (
        {"values": [["indicator", "period", "value", "source"], ["none", 2019, 1, "x"]]},
        ["Стойности, row 2, column A"],
    ),
    (
        {"values": [["indicator", "period", "value", "source"], ["lit", 2019, "x", "x"]]},
        ["Стойности, row 2, column C"],
    ),
    ({"values": [["indicator", "period"], ["lit", 2019]]}, ["Стойности, row 1"] * 2),
]


@pytest.mark.parametrize(("changed", "places"), UNFIT)
async def test_faults_are_told_by_sheet_row_and_column(changed: dict[str, Rows | None], places: list[str]) -> None:
    """Of cells, of the plan's own rules, of headers and of values; nothing is stored."""
    async with a_house() as house:
        path = "/plans/plan/import?name=plan.xlsx"
        answer = await house.ask(PLANNER, "POST", path, content=workbook(**changed))

        assert (422, places) == (answer.status_code, [error["pointer"] for error in answer.json()["errors"]])
        assert 404 == (await house.ask(VISITOR, "GET", "/plans/plan")).status_code


async def test_a_sheet_that_is_left_out_leaves_its_part_as_it_is() -> None:
    """An indicators' sheet alone replaces the indicators."""
    async with a_house(a_plan(an_indicator(), an_indicator("old"))) as house:
        only = workbook(plan=None, units=None, nodes=None)
        status, told = await send(house, only)
        plan = (await house.ask(VISITOR, "GET", "/plans/plan")).json()

        assert (200, 2) == (status, told["plan"]["version"])
        assert (3, ["lit"]) == (len(plan["nodes"]), [indicator["id"] for indicator in plan["indicators"]])


async def test_a_table_of_indicators_adds_to_a_plan() -> None:
    """As CSV: rows of known ids replace them, others are added, the rest stays."""
    table = (
        "id;node;title_bg;unit;direction;level;responsible;baseline_period;baseline_value;target_period;target_value;weight\n"
        "trees;m1;Дървета;бр.;нагоре;output;parks;2013;100;2020;1 200,5;0,5\n"
        "lit;m1;Светли улици;%;up;output;roads;2013;40;2020;80;\n"
    )
    async with a_house(a_plan(an_indicator(), an_indicator("old"))) as house:
        status, _ = await send(house, table)
        plan = (await house.ask(VISITOR, "GET", "/plans/plan")).json()

        assert (200, ["lit", "old", "trees"]) == (status, [each["id"] for each in plan["indicators"]])
        assert [80, 75, 1200.5] == [each["target"]["value"] for each in plan["indicators"]]


async def test_faults_of_a_single_table_are_told_by_row() -> None:
    """The rows that were sent, not those that were there."""
    table = "id,parent,kind,title_bg\nm2,m9,мярка,Нова\n"
    async with a_house(a_plan()) as house:
        status, faults = await send(house, table)

        assert (422, ["row 2, column B"]) == (status, list(faults))


async def test_a_single_table_needs_a_plan_to_add_to() -> None:
    """There is nothing to say which years it is of."""
    async with a_house() as house:
        status, faults = await send(house, "id,kind,title_bg\nm1,measure,М\n")

        assert (422, ["row 1"]) == (status, list(faults))


async def test_units_come_as_a_table_too() -> None:
    """With their titles in both languages."""
    async with a_house(a_plan()) as house:
        status, _ = await send(house, "id,title_bg,title_en\nroads,Пътища,Roads\n")
        listed = (await house.ask(VISITOR, "GET", "/units")).json()["items"]

        assert (200, ["Roads"]) == (status, [unit["title"]["en"] for unit in listed])


async def test_a_plan_comes_as_json_too() -> None:
    """The same shape as the address takes; faults by pointer."""
    async with a_house() as house:
        good = await send(house, json.dumps(a_plan()))
        bad = await send(house, json.dumps(a_plan(an_indicator(target={"period": "2020", "value": 1}))))
        odd = await send(house, json.dumps(a_plan(verified=True)))

        assert (200, 5) == (good[0], good[1]["rows"])
        assert (422, ["/indicators/0/target/value"]) == (bad[0], list(bad[1]))
        assert (422, ["/verified"]) == (odd[0], list(odd[1]))


async def test_an_english_text_needs_the_bulgarian() -> None:
    """Bulgarian is what stands in for the other."""
    nodes: Rows = [["id", "kind", "title_bg", "origin_en"], ["m1", "measure", "М", "found"]]
    async with a_house() as house:
        assert 422 == (await send(house, workbook(nodes=nodes)))[0]


async def test_odd_cells_of_indicators_are_told() -> None:
    """Milestones, whole numbers, yes and no, and texts that are too long."""
    heads = [*indicators()[0], "milestones", "decimals", "reconstructed", "source"]
    row = [*indicators()[1], "2017: 14", "много", "може би", "я" * 2_001]
    async with a_house() as house:
        _, faults = await send(house, workbook(indicators=[heads, row]))

        assert {f"Индикатори, row 2, column {letter}" for letter in "LMNO"} == set(faults)


async def test_officers_and_visitors_import_no_plan() -> None:
    """Nor do they need its template."""
    async with a_house() as house:
        answers = [
            await house.ask(OFFICER, "POST", "/plans/plan/import", content=b"{}"),
            await house.ask(VISITOR, "GET", "/plans/plan/template.xlsx"),
            await house.ask(SECOND, "GET", "/plans/plan/template.xlsx"),
            await house.ask(VISITOR, "GET", "/plans/plan/values.csv"),
        ]

        assert [403, 401, 200, 404] == [answer.status_code for answer in answers]


async def test_only_what_truly_changed_is_counted_as_recorded() -> None:
    """One title of a whole template is one row."""
    async with a_house(a_plan(an_indicator(), an_indicator("second"))) as house:
        changed = a_plan(an_indicator(), an_indicator("second", title={"bg": "Друго име"}))
        written = template(content_of(changed), [])
        status, told = await send(house, written)

        assert (200, True, 1, told["rows"] - 1) == (
            status,
            told["plan"]["changed"],
            told["recorded"],
            told["unchanged"],
        )


async def test_faults_of_values_are_told_with_those_of_the_plan() -> None:
    """What the tree lacks, and the cells and rows beside it that can't be taken."""
    heads = ["indicator", "period", "value", "source"]
    values: Rows = [heads, ["lit", "2019", "x", "y"], ["none", "2019", 1, "y"]]
    async with a_house() as house:
        status, faults = await send(house, workbook(values=values))

        assert (422, ["Стойности, row 2, column C", "Стойности, row 3, column A"]) == (status, sorted(faults))
