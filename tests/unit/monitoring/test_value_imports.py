"""Values from files: every row is checked first; then all are recorded or none, and the same file changes nothing."""

import json
from typing import Any

import pytest

from services.monitoring.tables.workbook import written_workbook
from shared.identity import Identity
from shared.tables import Cell
from tests.unit.monitoring.builders import (
    DEMO,
    OFFICER,
    PLANNER,
    SECOND,
    STRANGER,
    VISITOR,
    House,
    a_fed_indicator,
    a_house,
    a_plan,
    an_estimate,
    an_indicator,
    demo_plan,
)

Json = Any  # what an answer holds
TWO_ROWS = "indicator,period,value,source,note\nlit,2018,58,Отчет,\nlit,2019,60.5,Отчет,Преброени\n"


async def send(house: House, content: str | bytes, who: Identity = OFFICER, query: str = "") -> tuple[int, Json]:
    """Import values; answers the status, and what was counted or the faults as {place: message}."""
    data = content if isinstance(content, bytes) else content.encode()
    headers = {"Accept-Language": "en"}
    answer = await house.ask(who, "POST", f"/values/import?name=values.csv{query}", content=data, headers=headers)
    told = answer.json()
    if answer.is_success:
        return answer.status_code, (told["rows"], told["recorded"], told["unchanged"])
    return answer.status_code, {error["pointer"]: error["message"] for error in told.get("errors", [])}


async def test_rows_are_recorded_and_the_same_file_changes_nothing() -> None:
    """And says so."""
    async with a_house(a_plan()) as house:
        assert (200, (2, 2, 0)) == await send(house, TWO_ROWS)
        await house.events()
        assert (200, (2, 0, 2)) == await send(house, TWO_ROWS)
        assert [] == await house.events()
        assert [(58, None), (60.5, "Преброени")] == [(value["value"], value["note"]) for value in await house.values()]


async def test_a_dry_run_only_counts() -> None:
    """Nothing is recorded."""
    async with a_house(a_plan()) as house:
        assert (200, (2, 2, 0)) == await send(house, TWO_ROWS, query="&dry_run=true")
        assert [] == await house.values()


async def test_one_bad_row_keeps_all_from_being_recorded() -> None:
    """The fault names row, column and cure."""
    async with a_house(a_plan()) as house:
        status, faults = await send(house, TWO_ROWS.replace("60.5", "1_000"))

        assert (422, ["row 3, column C"]) == (status, list(faults))
        assert "1234.5" in faults["row 3, column C"]
        assert [] == await house.values()


@pytest.mark.parametrize(
    ("rows", "places"),
    [
        ("none,2019,1,x", ["row 2, column A"]),
        ("lit,2019-Q1,1,x", ["row 2, column B"]),
        ("lit,2019,,x", ["row 2, column C"]),
        ("lit,2019,1,", ["row 2, column D"]),
        ("lit,2019,1,x\nlit,2018,1,x\nlit,2019,1,x", ["row 4, column B"]),
        ("lit,2019,1e400,x\nlit,2018,nan,x\nlit,2017,١٢,x", ["row 2, column C", "row 3, column C", "row 4, column C"]),
        ("lit,2019,1", ["row 2"]),
        ("happy,2020,1,x", ["row 2, column B"]),
        ("lit,2027,1,x", ["row 2, column B"]),
        (
            "lit,2019,x,x\nnone,2019,1,x\nlit,2019-Q1,y,x",
            [f"row {n}" for n in ("2, column C", "3, column A", "4, column B", "4, column C")],
        ),
    ],
)
async def test_faults_of_rows_are_told_where_they_stand(rows: str, places: list[str]) -> None:
    """Unknown indicator, odd period, no value, no source, given twice, no number, ragged, fed by a survey."""
    async with a_house(a_plan(an_indicator(), a_fed_indicator())) as house:
        status, faults = await send(house, f"indicator,period,value,source\n{rows}\n", PLANNER)

        assert (422, places) == (status, sorted(faults))


@pytest.mark.parametrize(
    ("header", "places"),
    [
        ("indicator,period,value", ["row 1"]),
        ("indicator,period,value,source,colour", ["row 1, column E"]),
        ("indicator,period,value,source,Източник", ["row 1, column E"]),
        ("", ["row 1"]),
    ],
)
async def test_faults_of_the_header_are_told(header: str, places: list[str]) -> None:
    """Missing, unknown and doubled columns."""
    async with a_house(a_plan()) as house:
        row = ",".join(["lit", "2019", "1", "x", "y"][: header.count(",") + 1]) if header else ""
        status, faults = await send(house, f"{header}\n{row}\n")

        assert (422, places) == (status, list(faults))


async def test_an_empty_file_is_refused() -> None:
    """There is nothing to read in it."""
    async with a_house(a_plan()) as house:
        assert 422 == (await send(house, b""))[0]


async def test_a_file_over_20_mb_is_refused() -> None:
    """Without reading on."""
    async with a_house(a_plan()) as house:
        assert 413 == (await send(house, b"x" * (20 * 1024 * 1024 + 1)))[0]


async def test_bulgarian_headings_decimal_commas_and_old_encodings_are_read() -> None:
    """As a spreadsheet in Bulgarian saves them."""
    table = "Индикатор;Период;Стойност;Източник\nlit;2019;1 234,5;Отчет на общината за годината\n"
    async with a_house(a_plan()) as house:
        assert (200, (1, 1, 0)) == await send(house, table.encode("cp1251"))
        assert [1234.5] == [value["value"] for value in await house.values()]


async def test_a_recorded_value_changes_only_by_a_correction() -> None:
    """The row has to say so; then what was before is kept."""
    head = "indicator,period,value,source,note,correction\n"
    async with a_house(a_plan()) as house:
        await send(house, TWO_ROWS)
        status, faults = await send(house, head + "lit,2018,59,Отчет,Грешка,\n")
        corrected = await send(house, head + "lit,2018,59,Отчет,Грешка,да\n")
        again = await send(house, head + "lit,2018,59,Отчет,Грешка,да\n")

        assert (422, ["row 2, column B"]) == (status, list(faults))
        assert "correction" in faults["row 2, column B"]
        assert [(200, (1, 1, 0)), (200, (1, 0, 1))] == [corrected, again]
        assert [58] == [each["value"] for each in (await house.values())[0]["history"]]


async def test_an_officer_imports_for_the_own_unit_only() -> None:
    """Another unit's indicator is not there."""
    async with a_house(a_plan()) as house:
        status, faults = await send(house, TWO_ROWS, STRANGER)

        assert (422, ["row 2, column A", "row 3, column A"]) == (status, list(faults))
        assert "your unit" in faults["row 2, column A"]


async def test_whoever_imports_does_not_verify() -> None:
    """Importing is giving."""
    async with a_house(a_plan()) as house:
        await send(house, TWO_ROWS, PLANNER)

        assert [403, 200] == [(await house.verify("2019", who)).status_code for who in (PLANNER, SECOND)]


@pytest.mark.parametrize("wrapped", [True, False])
async def test_values_come_as_json_too(*, wrapped: bool) -> None:
    """As a list, or as the list under `values`."""
    rows: Json = [{"indicator": "lit", "period": "2019", "value": 60.5, "source": "Отчет"}]
    async with a_house(a_plan()) as house:
        assert (200, (1, 1, 0)) == await send(house, json.dumps({"values": rows} if wrapped else rows))


@pytest.mark.parametrize(
    ("row", "pointer"),
    [
        ({"value": "60"}, "/values/0/value"),
        ({"value": 1, "verified": True}, "/values/0/verified"),
        ({"value": 1, "period": "x"}, "/values/0/period"),
        ({"value": 1, "indicator": "none"}, "/values/0/indicator"),
    ],
)
async def test_faults_of_json_are_told_by_pointer(row: Json, pointer: str) -> None:
    """As for every body."""
    whole = {"indicator": "lit", "period": "2019", "source": "x", **row}
    async with a_house(a_plan()) as house:
        status, faults = await send(house, json.dumps({"values": [whole]}))

        assert (422, [pointer]) == (status, list(faults))


@pytest.mark.parametrize("wrapped", [True, False])
async def test_all_faults_of_json_are_told_at_once(*, wrapped: bool) -> None:
    """A figure that can't be read keeps no unknown indicator from being named."""
    rows: Json = [
        {"indicator": "none", "period": "2019", "value": "x", "source": "x"},
        {"indicator": "lit", "period": "2019-Q1", "value": 1, "source": "x"},
        {"indicator": "lit", "period": "2019"},
    ]
    prefix = "/values" if wrapped else ""
    async with a_house(a_plan()) as house:
        status, faults = await send(house, json.dumps({"values": rows} if wrapped else rows))

        places = ["/0/indicator", "/0/value", "/1/period", "/2/source", "/2/value"]
        assert (422, [prefix + place for place in places]) == (status, sorted(faults))


async def test_evidence_in_a_file_is_an_address_too() -> None:
    """As one value by itself."""
    head = "indicator,period,value,source,evidence\n"
    async with a_house(a_plan()) as house:
        status, faults = await send(house, head + "lit,2018,1,x,javascript:alert(4)\nlit,2019,1,x,https://a.example\n")

        assert (422, ["row 2, column E"]) == (status, list(faults))


async def test_places_are_named_in_the_language_of_the_sentence() -> None:
    """„ред 2“ in a Bulgarian sentence."""
    rows = "indicator,period,value,source\nlit,2019,1,x\nlit,2019,2,x\n"
    async with a_house(a_plan()) as house:
        answer = await house.ask(OFFICER, "POST", "/values/import", content=rows.encode())

        assert ["Стойността вече е дадена (ред 2). Оставете един от двата реда."] == [
            error["message"] for error in answer.json()["errors"]
        ]


async def test_what_is_neither_json_nor_a_table_is_refused() -> None:
    """With words, not with an error of ours."""
    async with a_house(a_plan()) as house:
        statuses = [
            (await send(house, content))[0] for content in (b"{", b'{"values": NaN}', b"\x00\x01", b"PK\x03\x04zip")
        ]

        assert [422] * 4 == statuses


async def test_the_demo_values_load_and_load_again() -> None:
    """176 values of 42 indicators, with their sources."""
    content = (DEMO / "values.csv").read_bytes()
    async with a_house(demo_plan()) as house:
        assert (200, (176, 176, 0)) == await send(house, content, PLANNER)
        assert (200, (176, 0, 176)) == await send(house, content, PLANNER)


async def test_what_is_written_as_csv_is_read_back() -> None:
    """Also what a survey gave; nothing changes."""
    async with a_house(a_plan(an_indicator(), a_fed_indicator())) as house:
        await send(house, TWO_ROWS)
        await house.give("2017", 55, source="=1+1", note="-5 спрямо предната")
        await house.hear(an_estimate())
        written = await house.ask(VISITOR, "GET", "/plans/plan/values.csv")

        assert "'=1+1" in written.text
        assert (200, (4, 0, 4)) == await send(house, written.content, PLANNER)


@pytest.mark.parametrize("sheet", ["Стойности", "Sheet1"])
async def test_values_come_as_a_workbook_too(sheet: str) -> None:
    """On the sheet of values, or on the first if there is none of that name."""
    rows: list[list[Cell]] = [["Индикатор (indicator)", "Период", "value", "Източник"], ["lit", 2019, 60.5, "Отчет"]]
    async with a_house(a_plan()) as house:
        assert (200, (1, 1, 0)) == await send(house, written_workbook({sheet: rows}))
