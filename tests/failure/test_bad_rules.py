"""Conditions, patterns and bodies made to take long: read and judged in bounded steps, or refused."""

import sys
import time
from collections.abc import AsyncIterator, Callable
from types import FrameType
from typing import Any

import orjson
import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st

from services.monitoring.domain.periods import read_period
from services.monitoring.tables.columns import SHEETS
from services.surveys.domain.columns import column_of
from services.surveys.domain.conditions import MAX_CHARACTERS, NotAnExpression, parse
from services.surveys.domain.questionnaire import Questionnaire
from services.surveys.domain.relevance import comparisons, holds
from shared.encodings import decoded
from shared.errors import MegdanError
from shared.numbers import read_number
from shared.tables import csv_line, read_table
from shared.tables_child import is_plain
from tests.failure.bombs import HEAD, SHEET, packed, parts
from tests.system.conftest import Town, a_town, load_balchik

STEPS_A_CHARACTER = 60
PATIENCE_S = 10.0

CONDITIONS = (
    "(" * 500,
    "(" * 19 + "q" + ")" * 19,
    "not " * 125,
    "not " * 18 + "q",
    " or ".join(["q"] * 100),
    " and ".join(["q == 1"] * 45),
    "q in (" + ",".join(["1"] * 240) + ")",
    "q in (" * 80,
    "q == '" + "a" * 490 + "'",
    "'" * 500,
    "\"'" * 250,
    "q" * 500,
    "q." * 250,
    "-" * 500,
    "9" * 500,
    "1." * 250,
    "q ==" * 125,
    " " * 500,
    "\t\n" * 250,
    "q or " * 99 + "(" * 3,
    "((q) or " * 60,
    "q = 1",
    "q == q == q",
    "__import__('os').system('true')",
    "q.__class__.__mro__",
    "lambda: q",
    "q if q else q",
    "1/0 == 1",
    "9**9**9 == q",
    "q == {}",
    "ｑ == 1",
    "q == ١",
    "q\u0000",
    "a" * MAX_CHARACTERS + "a",
    "(" * 1_000_000,
)
VALUES: dict[str, Any] = {"q": 1, "a": ("b", "c"), "m": {"r": 3}, "t": "x" * 4_000}


def steps_of(run: Callable[[], object]) -> int:
    """How many functions of Python a call enters."""
    count = 0

    def counted(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(counted)
    try:
        run()
    finally:
        sys.setprofile(None)
    return count


def judged(text: str) -> bool | None:
    """Read a condition and judge it by some answers; None where it is no condition."""
    try:
        expression = parse.__wrapped__(text)
    except NotAnExpression:
        return None
    list(comparisons(expression))
    return holds(expression, VALUES)


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda condition: condition[:20].strip() or "blanks")
def test_a_hostile_condition_takes_bounded_steps(condition: str) -> None:
    """P-48: a hostile condition is refused in words or judged, in so many steps a character and no more."""
    assert steps_of(lambda: judged(condition)) < STEPS_A_CHARACTER * min(len(condition), MAX_CHARACTERS + 1)


@given(st.text(st.sampled_from([*"qam()'\"., =!<>-019\t", "\u0000", "ф"]), max_size=MAX_CHARACTERS))
@settings(max_examples=300)
def test_any_text_is_a_condition_or_refused(text: str) -> None:
    """P-48: whatever is written as a condition is refused in words or judged, in bounded steps."""
    assert steps_of(lambda: judged(text)) < STEPS_A_CHARACTER * (len(text) + 2)


WORDS = st.sampled_from(["q", "a", "m.r", "t", "1", "'b'", "(", ")", "not", "and", "or", "in", "==", "<", ",", "-1.5"])


@given(st.lists(WORDS, max_size=80).map(" ".join))
@settings(max_examples=300)
def test_any_words_are_a_condition_or_refused(text: str) -> None:
    """P-48: whatever the words of the language are put together to is refused in words or judged, in bounded steps."""
    assert steps_of(lambda: judged(text)) < STEPS_A_CHARACTER * (len(text) + 2)


LONG = 1_000_000
QUESTIONNAIRE = Questionnaire.model_validate(
    {
        "id": "s",
        "title": {"bg": "?"},
        "pages": [{"id": "p", "questions": [{"id": "q", "kind": "text", "text": {"bg": "?"}}]}],
    },
    strict=False,
)
PATTERNS: dict[str, Callable[[], object]] = {
    "a number of digits": lambda: read_number("1" * LONG),
    "a number of groups": lambda: read_number("1" + " 234" * LONG),
    "a number of groups and a letter": lambda: read_number("1" + " 234" * LONG + "x"),
    "a number of blanks": lambda: read_number(" " * LONG + "x"),
    "a period": lambda: read_period("2019-" * LONG),
    "a heading of brackets": lambda: SHEETS[0].column("(" * LONG),
    "a heading of a code": lambda: SHEETS[0].column("(" + "a" * LONG),
    "a heading of codes": lambda: SHEETS[0].column("(a)" * LONG + "x"),
    "a heading of blanks": lambda: SHEETS[0].column("(a)" + " " * LONG + "x"),
    "a column": lambda: column_of(QUESTIONNAIRE, "q[" * LONG),
    "a column with a slash": lambda: column_of(QUESTIONNAIRE, "q/" + "\n" * LONG),
    "a cell of apostrophes": lambda: csv_line(["'=;" * LONG]),
    "a table of quotes": lambda: read_table("t", b'a\n"' + b'""' * LONG + b'"\n'),
    "a table of separators": lambda: read_table("t", b"a\n" + b"," * LONG),
    "a table of semicolons in quotes": lambda: read_table("t", b'"' + b";" * LONG + b'"\n1\n'),
    "a table of one name": lambda: read_table("t", b"x" * LONG + b"," + b"x" * LONG + b"\n1,2\n"),
    "old letters": lambda: decoded("ъ".encode("cp1251") * LONG),
    "old lines": lambda: decoded("ъ\n".encode("cp1251") * LONG),
    "comments before XML": lambda: is_plain(packed(parts(sheet=HEAD + "<!--x-->" * 100_000 + "x"))),
    "half a comment before XML": lambda: is_plain(packed({**parts(), SHEET: HEAD + "<!--" * 100_000})),
    "instructions before XML": lambda: is_plain(packed({**parts(), SHEET: "<?x?>" * 100_000 + "x"})),
}


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_does_not_run_away(pattern: str) -> None:
    """P-48: a million characters made to lead a pattern astray are read or refused in seconds."""
    begun = time.process_time()
    try:
        PATTERNS[pattern]()
    except MegdanError as refused:
        assert refused.text.bg  # noqa: PT017 - it may also be read

    assert time.process_time() - begun < PATIENCE_S


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with a_town(tmp_path_factory.mktemp("rules"), writes_per_client=1_000_000) as opened:
        await load_balchik(opened)
        yield opened


ONE_QUESTION = {"id": "p", "questions": [{"id": "q", "kind": "text", "text": {"bg": "?"}}]}
SURVEY = {"id": "big", "title": {"bg": "Голяма"}, "pages": [ONE_QUESTION]}
PLAN = {"title": {"bg": "П"}, "period": {"from": 2020, "to": 2021}, "nodes": [], "indicators": []}
MANY = 90_000
LARGE: dict[str, tuple[str, str, Any]] = {
    "weights": ("PUT", "/surveys/big", SURVEY | {"weight_to": ["q"] * MANY}),
    "languages": ("PUT", "/surveys/big", SURVEY | {"languages": ["bg"] * MANY}),
    "pages": ("PUT", "/surveys/big", SURVEY | {"pages": [{"id": f"p{n}", "questions": []} for n in range(20_000)]}),
    "pages alike": ("PUT", "/surveys/big", SURVEY | {"pages": [ONE_QUESTION] * 10_000}),
    "conditions": (
        "PUT",
        "/surveys/big",
        SURVEY | {"pages": [ONE_QUESTION | {"id": f"p{n}", "relevant": " or ".join(["q"] * 99)} for n in range(1_500)]},
    ),
    "nodes": ("PUT", "/plans/x", PLAN | {"nodes": [1] * MANY}),
    "parents": (
        "PUT",
        "/plans/x",
        PLAN
        | {
            "nodes": [
                {"id": f"n{n}", "parent": f"n{n + 1}", "kind": "measure", "title": {"bg": "М"}} for n in range(9_000)
            ]
        },
    ),
    "answers": ("PUT", f"/surveys/vision-2020/responses/{'r' * 24}", {"answers": {f"q{n}": 1 for n in range(60_000)}}),
    "ranks": ("PUT", f"/surveys/vision-2020/responses/{'r' * 24}", {"answers": {"priorities": ["roads"] * MANY}}),
    "margins": (
        "PUT",
        "/margins/x",
        {"id": "x", "title": {"bg": "а"}, "source": {"bg": "а"}, "margins": {f"q{n}": 1 for n in range(60_000)}},
    ),
}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("large", LARGE)
async def test_a_body_of_very_many_parts_is_refused_in_bounded_time(town: Town, large: str) -> None:
    """P-48: a megabyte of parts that could multiply one another is refused, with at most a thousand faults told."""
    method, path, body = LARGE[large]
    data = orjson.dumps(body)[:999_999]
    begun = time.process_time()
    reply = await town.ask("expert", method, path, content=data, headers={"Content-Type": "application/json"})

    assert 422 == reply.status_code
    assert 1 <= len(reply.json()["errors"]) <= 1_000
    assert time.process_time() - begun < PATIENCE_S


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("part", "body"),
    [
        ("pages", {"pages": [ONE_QUESTION, *({"id": f"p{n}", "questions": []} for n in range(200))]}),
        ("weight_to", {"weight_to": [f"q{n}" for n in range(21)]}),
        ("languages", {"languages": ["bg", "en", "bg"]}),
    ],
)
async def test_a_questionnaire_has_no_more_parts_than_are_walked_quickly(town: Town, part: str, body: Any) -> None:
    """P-48: what is walked for every answer (pages, weights) is bounded when the questionnaire is stored."""
    reply = await town.ask("expert", "PUT", "/surveys/big", SURVEY | body)

    assert (422, [f"/{part}"]) == (reply.status_code, [error["pointer"] for error in reply.json()["errors"]])
