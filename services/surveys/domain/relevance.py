"""When a question is asked: a small language over earlier answers.

    roads <= 2 and (settlement in ('02508', '53120') or not heard) and 'post' in channels and importance.roads > 3

A name alone is true when that question was answered. A comparison with a question that was not answered is false, as
is one of things that can't be compared; so an expression that parses always has a value, found in bounded time.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt, ne
from typing import Any

Value = str | int | float | tuple[str, ...] | Mapping[str, int] | None
Values = Mapping[str, Value]

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {  # Any: what can't be compared raises TypeError, answered below
    "==": eq,
    "!=": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}


@dataclass(frozen=True)
class Literal:
    value: str | int | float


@dataclass(frozen=True)
class Listed:
    values: tuple[Literal, ...]


@dataclass(frozen=True)
class Name:
    """A question, or a row of a matrix (`question.row`)."""

    question: str
    row: str | None


@dataclass(frozen=True)
class Comparison:
    left: Literal | Name
    sign: str
    right: Literal | Name


@dataclass(frozen=True)
class Membership:
    left: Literal | Name
    within: Listed | Name


@dataclass(frozen=True)
class Not:
    inner: "Expression"


@dataclass(frozen=True)
class Joined:
    """Several conditions: all must hold (`and`), or any (`or`)."""

    word: str
    parts: tuple["Expression", ...]


Expression = Name | Comparison | Membership | Not | Joined


def holds(expression: Expression, values: Values) -> bool:
    """Tell whether an expression is true of the answers given."""
    if isinstance(expression, Joined):
        over = all if expression.word == "and" else any
        return over(holds(part, values) for part in expression.parts)
    if isinstance(expression, Not):
        return not holds(expression.inner, values)
    if isinstance(expression, Comparison):
        return _compares(_value(expression.left, values), expression.sign, _value(expression.right, values))
    if isinstance(expression, Membership):
        return _is_within(expression, values)
    return _value(expression, values) is not None


def comparisons(expression: Expression) -> Iterator[tuple[Literal | Name | Listed, ...]]:
    """Every pair of things that an expression compares, and every name that stands alone."""
    if isinstance(expression, Joined):
        for part in expression.parts:
            yield from comparisons(part)
    elif isinstance(expression, Not):
        yield from comparisons(expression.inner)
    elif isinstance(expression, Comparison):
        yield expression.left, expression.right
    elif isinstance(expression, Membership):
        yield expression.left, expression.within
    else:
        yield (expression,)


def names(expression: Expression) -> Iterator[Name]:
    """Every question that an expression looks at."""
    for things in comparisons(expression):
        yield from (thing for thing in things if isinstance(thing, Name))


def _value(thing: Literal | Name, values: Values) -> Value:
    if isinstance(thing, Literal):
        return thing.value
    value = values.get(thing.question)
    if thing.row is None:
        return value
    return value.get(thing.row) if isinstance(value, Mapping) else None


def _compares(left: Value, sign: str, right: Value) -> bool:
    if left is None or right is None:
        return False
    try:
        return bool(_COMPARE[sign](left, right))
    except TypeError:
        return False


def _is_within(membership: Membership, values: Values) -> bool:
    wanted = _value(membership.left, values)
    if isinstance(membership.within, Listed):
        return wanted is not None and any(literal.value == wanted for literal in membership.within.values)
    held = _value(membership.within, values)
    return isinstance(held, tuple) and wanted in held
