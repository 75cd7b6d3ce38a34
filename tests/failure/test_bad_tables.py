"""Tables that are not in order: each fault at its row, in every format, and nothing stored."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import orjson
import pytest
import pytest_asyncio

from tests.failure.bringing import PLAN, RESPONSES, VALUES, Json, Rows, as_csv, as_xlsx, bring, kept
from tests.system.conftest import Town, a_town, load_balchik

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Table:
    """A table that is taken: where it is brought, its header, and rows that fit."""

    path: str
    header: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]

    def with_header(self, *header: str) -> Rows:
        return [header, *self.rows]

    def with_row(self, *row: object) -> Rows:
        """The rows that fit, and one more."""
        return [self.header, *self.rows, row]


VALUE_ROWS = (("dzi_bel", "2019", 97, "НСИ"), ("dzi_bel", "2018", 99, "НСИ"))
TABLES = {
    "values": Table(VALUES, ("indicator", "period", "value", "source"), VALUE_ROWS),
    "nodes": Table(PLAN, ("id", "parent", "kind", "title_bg"), (("new-1", "", "objective", "Цел"),)),
    "units": Table(PLAN, ("id", "title_bg"), (("new-unit", "Ново звено"),)),
    "indicators": Table(
        PLAN,
        ("id", "node", "title_bg", "unit", "direction", "level", "responsible"),
        (("new-i", "o1.p1.m1", "Индикатор", "%", "up", "output", "finance"),),
    ),
    "responses": Table(RESPONSES, ("settlement", "age", "roads"), (("02508", "15_29", 4), ("02508", "45_64", 2))),
}
FORMATS = {"csv": as_csv, "xlsx": as_xlsx}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with a_town(tmp_path_factory.mktemp("tables"), writes_per_client=1_000_000) as opened:
        await load_balchik(opened)
        yield opened


async def refused(town: Town, path: str, data: bytes) -> dict[str, str]:
    """Bring what must be refused whole; answers what is wrong by its place."""
    before = await kept(town)
    status, faults = await bring(town, path, data)
    assert 422 == status
    assert before == await kept(town)
    return faults


BROKEN: dict[str, tuple[Callable[[Table], Rows], str]] = {
    "wrong header": (lambda _: [("foo", "bar"), ("1", "2")], "row 1, column A"),
    "missing column": (lambda table: [table.header[1:], *[row[1:] for row in table.rows]], "row 1"),
    "double column": (
        lambda table: [(*table.header, table.header[0]), *[(*row, row[0]) for row in table.rows]],
        "row 1",
    ),
    "nameless column": (lambda table: [("", *table.header), *[("x", *row) for row in table.rows]], "row 1, column A"),
    "a row too long": (lambda table: table.with_row(*table.rows[0], "още"), "row {last}"),
    "header only": (lambda table: [table.header], "row 2"),
    "blank rows only": (lambda table: [table.header, [""] * len(table.header)], "row 2"),
    "no header": (lambda table: [[], *table.rows], "row 1"),
    "nothing": (lambda _: [], "row 1"),
}


# A survey's required question that has no column is told at each row: see below.
CASES = [(kind, broken) for kind in TABLES for broken in BROKEN if (kind, broken) != ("responses", "missing column")]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(("kind", "broken"), CASES)
async def test_a_table_that_is_not_in_order_is_refused_by_its_rows(
    town: Town, kind: str, broken: str, form: str
) -> None:
    """P-39: a broken header or row is told at its place in CSV and XLSX, and nothing is stored."""
    table = TABLES[kind]
    make, place = BROKEN[broken]
    rows = make(table)

    faults = await refused(town, table.path, FORMATS[form](rows))

    assert any(at.startswith(place.format(last=len(rows))) for at in faults), faults


@pytest.mark.parametrize("kind", TABLES)
async def test_a_row_with_too_few_cells_is_refused(town: Town, kind: str) -> None:
    """P-39: a row of a CSV that ends early is told at its row, and nothing is stored."""
    table = TABLES[kind]

    faults = await refused(town, table.path, as_csv(table.with_row(*table.rows[0][:-1])))

    assert [f"row {len(table.rows) + 2}"] == list(faults)


@pytest.mark.parametrize("kind", TABLES)
async def test_an_open_quote_is_refused(town: Town, kind: str) -> None:
    """P-39: a quote that is never closed does not swallow the rows after it: it is told, and nothing is stored."""
    table = TABLES[kind]
    *first, last = map(str, table.rows[0])
    open_row = ",".join([*first, f'"{last}\n'])
    data = as_csv([table.header]) + open_row.encode() + as_csv(table.rows)

    assert ["row 2"] == list(await refused(town, table.path, data))


async def test_a_required_question_without_a_column_is_named(town: Town) -> None:
    """P-39: answers that lack a required question are refused at their row, by the question's name."""
    faults = await refused(town, RESPONSES, as_csv([("settlement", "roads"), ("02508", 4)]))

    assert ["row 2"] == list(faults)
    assert "„age“" in faults["row 2"]


@pytest.mark.parametrize("form", FORMATS)
async def test_one_bad_row_keeps_all_the_others_out(town: Town, form: str) -> None:
    """P-39: every bad row is told at once, by row and column, and the good rows beside them are not stored."""
    values = TABLES["values"].with_row("dzi_bel", "2017-Q9", "1_000", "")
    faults = await refused(town, VALUES, FORMATS[form](values))

    assert {"row 4, column B", "row 4, column C", "row 4, column D"} == set(faults)


GOOD_VALUE = {"indicator": "dzi_bel", "period": "2019", "value": 97, "source": "НСИ"}
JSONS: dict[str, tuple[Json, str]] = {
    "no list": ({}, "/values"),
    "an empty list": ([], ""),
    "an empty list inside": ({"values": []}, "/values"),
    "null": ([None], "/0"),
    "a missing field": ([GOOD_VALUE, {"indicator": "dzi_bel", "period": "2018", "value": 1}], "/1/source"),
    "an unknown field": ([GOOD_VALUE | {"colour": 1}], "/0/colour"),
    "a text for a number": ([GOOD_VALUE, GOOD_VALUE | {"period": "2018", "value": "97"}], "/1/value"),
    "an unknown indicator": ([GOOD_VALUE, GOOD_VALUE | {"indicator": "none"}], "/1"),
    "the same twice": ({"values": [GOOD_VALUE, GOOD_VALUE]}, "/values/1/period"),
}


@pytest.mark.parametrize("odd", JSONS)
async def test_values_as_json_are_refused_by_their_rows(town: Town, odd: str) -> None:
    """P-39: values as JSON that are not in order are told by a pointer to the row, and none is stored."""
    body, place = JSONS[odd]

    faults = await refused(town, VALUES, orjson.dumps(body))

    assert any(at == place or at.startswith(f"{place}/") for at in faults), faults


@pytest.mark.parametrize("body", [b"[{", b'[{"value":NaN}]', b'{"values":[],"values":[]}', b"[" * 5_000])
async def test_broken_json_is_refused(town: Town, body: bytes) -> None:
    """P-39: a file of JSON that is cut off, doubled or too deep is refused with its place, as values and as a plan."""
    for path in (VALUES, PLAN):
        assert {} != await refused(town, path, body)


async def test_a_plan_as_json_is_refused_by_its_nodes(town: Town) -> None:
    """P-39: a plan as JSON whose parts do not fit together is told by pointers, and nothing of it is stored."""
    plan = (await town.ask("expert", "GET", "/plans/balchik-2014-2020")).json()
    plan["nodes"].append({"id": plan["nodes"][0]["id"], "kind": "measure", "title": {"bg": "Второ"}, "parent": "none"})

    faults = await refused(town, PLAN, orjson.dumps(plan))

    assert any(at.startswith(f"/nodes/{len(plan['nodes']) - 1}") for at in faults), faults


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"pages": []}, "/pages"),
        ({"pages": "x"}, "/pages"),
        ({"pages": [{"id": "a", "questions": [{"id": "q", "kind": "single", "text": {"bg": "?"}}]}]}, "/pages/0"),
        ({"weight_to": ["none"]}, "/weight_to/0"),
        ({"opens": "2026-02-30"}, "/opens"),
        ({"id": "../etc"}, "/id"),
    ],
)
async def test_a_questionnaire_is_refused_by_its_parts(town: Town, change: dict[str, Json], place: str) -> None:
    """P-39: a questionnaire that is not in order is told by pointers, and no survey comes of it."""
    survey = {"id": "new", "title": {"bg": "Нова"}, "pages": [{"id": "a", "questions": []}]} | change
    before = await kept(town)
    reply = await town.ask("expert", "POST", "/surveys/import?format=json", survey)

    assert 422 == reply.status_code
    assert any(each["pointer"].startswith(place) for each in reply.json()["errors"]), reply.text
    assert before == await kept(town)


@pytest.mark.parametrize(
    "change",
    [{"margins": {}}, {"margins": {"sex": {"a": 1}}}, {"margins": {"sex": {"a": -1, "b": 2}}}, {"source": None}],
)
async def test_margins_are_refused_by_their_parts(town: Town, change: dict[str, Json]) -> None:
    """P-39: margins that are empty, negative or without a source are told by pointers, and the old ones stay."""
    margins = (await kept(town))["margins"]
    known = {name: each for name, each in margins.items() if name not in {"version", "changed_at"}}
    before = await kept(town)
    reply = await town.ask("expert", "PUT", f"/margins/{margins['id']}", known | change)

    assert (422, True) == (reply.status_code, reply.json()["errors"][0]["pointer"].startswith(f"/{next(iter(change))}"))
    assert before == await kept(town)
