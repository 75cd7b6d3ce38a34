"""Responses from files and into files."""

from typing import Any

import pytest

from shared.tables import read_table
from tests.unit.surveys.builders import EVERY_KIND, raw_questionnaire
from tests.unit.surveys.square import SURVEY, Square, a_square, client_id

IMPORT = f"/surveys/{SURVEY}/responses/import"
ALL_KINDS = raw_questionnaire(*EVERY_KIND)
HEADER = (
    "response,channel,language,sex,field,field[other],heard,heard[other],roads,age,day,idea,"
    "importance[x],importance[y],priorities,why"
)
ROW = f'{client_id(1)},paper,bg,a,other,моето,b|a|other,радио,2,"40,5",01.05.2026,=1+1,5,,c|a,дупки'
CONTENT = {
    "sex": "a",
    "field": {"code": "other", "text": "моето"},
    "heard": ["a", "b", {"code": "other", "text": "радио"}],
    "roads": 2,
    "age": 40.5,
    "day": "2026-05-01",
    "idea": "=1+1",
    "importance": {"x": 5},
    "priorities": ["c", "a"],
    "why": "дупки",
}


async def opened() -> Square:
    square = a_square()
    await square.opened(ALL_KINDS)
    return square


async def take(square: Square, *lines: str, query: str = "") -> Any:
    return await square.ask("POST", IMPORT + query, role="expert", content="\n".join(lines).encode())


async def stored(square: Square) -> list[Any]:
    return [response async for response in square.documents.responses_of(SURVEY)]


async def test_every_kind_of_answer_is_read() -> None:
    """One row with all of them becomes the answers that a client would have sent."""
    square = await opened()
    report = await take(square, HEADER, ROW)
    (response,) = await stored(square)

    assert {"accepted": 1, "repeated": 0, "rows": 1, "dry_run": False} == report.json()
    assert (CONTENT, "paper", "bg") == (response.answers, response.channel, response.language)


async def test_the_same_file_again_changes_nothing_and_says_so() -> None:
    """All rows are known."""
    square = await opened()
    reports = [(await take(square, "roads", "4", "4")).json() for _ in range(2)]

    assert [(2, 0), (0, 2)] == [(report["accepted"], report["repeated"]) for report in reports]


async def test_the_same_file_after_the_closing_changes_nothing() -> None:
    """Nothing new is in it, so that nothing is refused; another file is."""
    square = await opened()
    await take(square, "roads", "4")
    await square.closed()

    assert [200, 409] == [(await take(square, "roads", mark)).status_code for mark in ("4", "5")]


async def test_what_broke_off_is_completed() -> None:
    """Rows that are stored already are passed over, the others follow."""
    square = await opened()
    await take(square, "response,roads", f"{client_id(1)},4")
    report = (await take(square, "response,roads", f"{client_id(1)},4", f"{client_id(2)},5")).json()

    assert (1, 1, 2) == (report["accepted"], report["repeated"], report["rows"])


async def test_a_dry_run_stores_nothing() -> None:
    """It only says what would be."""
    square = await opened()
    report = await take(square, "roads", "4", query="?dry_run=true")

    assert ({"accepted": 0, "repeated": 0, "rows": 1, "dry_run": True}, []) == (report.json(), await stored(square))


async def test_imported_responses_are_counted() -> None:
    """They go the way of all responses."""
    square = await opened()
    await take(square, "roads", *["4"] * 12)
    await square.deliver()

    assert 12 == (await square.results(role="expert"))["responses"]


@pytest.mark.parametrize(
    ("lines", "places"),
    [
        (["roads,nothing", "4,1"], ["row 1, column B"]),
        (["importance", "4"], ["row 1, column A", "row 1"]),
        (["priorities[9]", "a"], ["row 1, column A", "row 1"]),
        (["channel", "web"], ["row 1"]),
        (["roads", "4", "9"], ["row 3, column A"]),
        (["roads", "4,5"], ["row 2, column B"]),
        (["roads;age", "4;1_000"], ["row 2, column B"]),
        (["roads;age", "4;1,234"], ["row 2, column B"]),
        (["roads", "four"], ["row 2, column A"]),
        (["roads", "3.5"], ["row 2, column A"]),
        (["roads,day", "4,31.02.2026"], ["row 2, column B"]),
        (["roads,day", "4,tomorrow"], ["row 2, column B"]),
        (["roads,channel", "4,mail"], ["row 2, column B"]),
        (["roads,response", "4,7"], ["row 2, column B"]),
        (["roads,why", "4,x"], ["row 2, column B"]),
        (["roads,heard[a]", "4,perhaps"], ["row 2, column B"]),
        (["sex,roads", "z,", "a,4"], ["row 2, column A", "row 2, column B"]),
        (["response,roads", f"{client_id(1)},4", f"{client_id(1)},5"], ["row 3, column A"]),
    ],
)
async def test_one_bad_row_stores_nothing(lines: list[str], places: list[str]) -> None:
    """Each fault has its row and column, and no row is written."""
    square = await opened()
    reply = await take(square, *lines)

    assert (422, places) == (reply.status_code, [error["pointer"] for error in reply.json()["errors"]])
    assert [] == await stored(square)


async def test_a_limesurvey_export_is_read() -> None:
    """Its own columns are passed over; options and places have columns of their own."""
    square = await opened()
    header = "id,submitdate,roads,heard[a],heard[b],heard[other],priorities[1],priorities[2]"
    await take(square, header, "1,2026-05-01 10:00:00,4,Y,N,радио,b,a")
    (response,) = await stored(square)

    assert {
        "heard": ["a", {"code": "other", "text": "радио"}],
        "roads": 4,
        "priorities": ["b", "a"],
    } == response.answers


async def test_a_kobo_export_is_read() -> None:
    """Several codes in one cell, slashes, and its own columns."""
    square = await opened()
    await take(square, "start,roads,heard,heard/a,heard/b,_uuid", "x,4,a b,1,1,y")
    (response,) = await stored(square)

    assert {"heard": ["a", "b"], "roads": 4} == response.answers


async def test_only_experts_import_and_export() -> None:
    """Raw answers are not for everybody."""
    square = await opened()
    paths = [
        ("POST", IMPORT),
        ("GET", f"/surveys/{SURVEY}/responses.csv"),
        ("GET", f"/surveys/{SURVEY}/responses.xlsx"),
    ]

    assert [403] * 3 == [(await square.ask(*path, role="evaluator")).status_code for path in paths]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_an_export_can_be_imported(kind: str) -> None:
    """What goes out comes back as the same answers, formulas as text."""
    square, other = await opened(), await opened()
    await take(square, HEADER, ROW)
    file = (await square.ask("GET", f"/surveys/{SURVEY}/responses.{kind}", role="expert")).content
    report = await other.ask("POST", IMPORT, role="expert", content=file)
    (response,) = await stored(other)

    assert (200, CONTENT) == (report.status_code, response.answers)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_a_surveys_own_export_is_recognised(kind: str) -> None:
    """Whichever way a response came, it is not stored a second time; not after the closing either."""
    square = await opened()
    await take(square, HEADER, ROW)
    await take(square, "roads", "4", "4")
    await square.give(7, roads=3)
    file = (await square.ask("GET", f"/surveys/{SURVEY}/responses.{kind}", role="expert")).content
    report = (await square.ask("POST", IMPORT, role="expert", content=file)).json()
    await square.closed()
    again = await square.ask("POST", IMPORT, role="expert", content=file)

    assert (0, 4, 4) == (report["accepted"], report["repeated"], report["rows"])
    assert (200, 4) == (again.status_code, len(await stored(square)))


async def test_an_export_gives_nothing_back_that_was_withdrawn_since() -> None:
    """The response stays withdrawn."""
    square = await opened()
    receipt = (await square.give(1, roads=3)).json()["receipt"]
    file = (await square.ask("GET", f"/surveys/{SURVEY}/responses.csv", role="expert")).content
    await square.ask("POST", "/withdrawals", {"receipt": receipt})
    report = (await square.ask("POST", IMPORT, role="expert", content=file)).json()

    assert (0, 1) == (report["accepted"], report["repeated"])
    assert ["withdrawn"] == [response.state for response in await stored(square)]


async def test_an_export_of_another_survey_brings_new_responses() -> None:
    """Only a survey's own responses are known to it."""
    square = await opened()
    await square.opened({**ALL_KINDS, "id": "other"})
    await take(square, HEADER, ROW)
    file = (await square.ask("GET", f"/surveys/{SURVEY}/responses.csv", role="expert")).content
    report = (await square.ask("POST", "/surveys/other/responses/import", role="expert", content=file)).json()

    assert (1, 0) == (report["accepted"], report["repeated"])


async def test_an_export_has_labels_beside_the_codes() -> None:
    """In the reader's language."""
    square = await opened()
    await take(square, HEADER, ROW)
    file = (await square.ask("GET", f"/surveys/{SURVEY}/responses.csv?language=bg", role="expert")).content
    table = read_table("x.csv", file)
    row = dict(zip(table.header, table.rows[0][1], strict=True))

    assert ("b|a", "a | b | other") == ("|".join(reversed(row["heard"].split("|")[:2])), row["heard:label"])
    assert ("a", "a", "моето") == (row["sex"], row["sex:label"], row["field[other]"])


async def test_an_export_leaves_out_what_was_withdrawn() -> None:
    """Neither row nor words."""
    square = await opened()
    receipt = (await square.give(1, roads=3)).json()["receipt"]
    await square.ask("POST", "/withdrawals", {"receipt": receipt})
    file = (await square.ask("GET", f"/surveys/{SURVEY}/responses.csv", role="expert")).content

    assert [] == read_table("x.csv", file).rows


async def test_a_long_export_comes_in_pieces() -> None:
    """More than a piece holds is all there."""
    square = await opened()
    await take(square, "roads", *["4"] * 1200)
    file = (await square.ask("GET", f"/surveys/{SURVEY}/responses.csv", role="expert")).content

    assert 1200 == len(read_table("x.csv", file).rows)


async def test_a_file_over_20_mb_is_refused() -> None:
    """Counted while it comes."""
    square = await opened()

    assert 413 == (await square.ask("POST", IMPORT, role="expert", content=b"x" * (20 * 1024 * 1024 + 1))).status_code
