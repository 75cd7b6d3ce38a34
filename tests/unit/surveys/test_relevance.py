"""The language of conditions: every text is an expression or refused, and every expression has a value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.surveys.domain.conditions import MAX_CHARACTERS, MAX_DEPTH, NotAnExpression, parse
from services.surveys.domain.relevance import Values, holds, names

VALUES: Values = {
    "roads": 2,
    "place": "02508",
    "heard": ("post", "web"),
    "importance": {"roads": 5},
    "day": "2026-05-01",
    "share": 0.5,
}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("roads <= 2", True),
        ("roads > 2", False),
        ("roads == 2 and place == '02508'", True),
        ('roads == 3 or place == "02508"', True),
        ("not roads == 3", True),
        ("not (roads == 2 or roads == 3)", False),
        ("place in ('53120', '02508')", True),
        ("roads in (1, 2)", True),
        ("'post' in heard", True),
        ("'radio' in heard", False),
        ("importance.roads >= 4", True),
        ("importance.water >= 4", False),
        ("place.row == 1", False),
        ("day < '2026-06-01'", True),
        ("share == 0.5", True),
        ("roads > -1", True),
        ("heard", True),
        ("idea", False),
        ("idea != 'x'", False),
        ("not idea == 'x'", True),
        ("roads < 'a'", False),
        ("roads != 'a'", True),
        ("'a' in roads", False),
        ("roads == 3 and roads == 2 or roads == 2", True),
        ("  roads==2  ", True),
    ],
)
def test_an_expression_holds_as_it_reads(expression: str, *, expected: bool) -> None:
    """Comparisons, memberships and their joins; what was not answered makes a comparison false."""
    assert expected is holds(parse(expression), VALUES)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "roads <=",
        "roads = 2",
        "== 2",
        "(roads == 2",
        "roads == 2)",
        "roads == 2 roads",
        "'a'",
        "'a' in 3",
        "roads in ()",
        "roads in (heard)",
        "roads == 'a",
        "1 < roads < 3",
        "__import__('os')",
        "roads.x.y",
        "roads; 1",
        "and",
        "not",
        "x" * (MAX_CHARACTERS + 1),
        "(" * (MAX_DEPTH + 1) + "roads" + ")" * (MAX_DEPTH + 1),
        "not " * 100 + "roads",
        "roads == １",
    ],
)
def test_what_is_no_expression_is_refused(text: str) -> None:
    """Nothing but the language is read, and nothing is nested without end."""
    with pytest.raises(NotAnExpression):
        parse(text)


def test_names_are_all_found() -> None:
    """The checks see every question that a condition looks at."""
    found = [name.question for name in names(parse("not a == 1 and (b or 'x' in c) and d.r in (1, 2)"))]

    assert ["a", "b", "c", "d"] == found


@given(st.text(st.sampled_from("ab0.'\"<>=!(), andortisn\n"), max_size=60))
def test_every_text_is_an_expression_or_refused(text: str) -> None:
    """Whatever is typed, parsing ends in an expression that has a value, or in NotAnExpression."""
    try:
        expression = parse(text)
    except NotAnExpression:
        return

    assert holds(expression, {"a": 1, "b": ("x",)}) in (True, False)
