"""Reads a condition: recursive descent over tokens, bounded in length and depth. The language is in `relevance`."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from services.surveys.domain.relevance import Comparison, Expression, Joined, Listed, Literal, Membership, Name, Not
from shared.language import Text

MAX_CHARACTERS = 500
MAX_DEPTH = 20

_TOKEN = re.compile(
    r"\s*(?:(?P<number>-?[0-9]{1,15}(?:\.[0-9]{1,15})?)|(?P<string>'[^'\n]*'|\"[^\"\n]*\")"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)?)|(?P<sign>==|!=|<=|>=|<|>|\(|\)|,))"
)
_WORDS = frozenset({"and", "or", "not", "in"})
_SIGNS = frozenset({"==", "!=", "<", "<=", ">", ">="})


class NotAnExpression(ValueError):
    """The text is no expression of this language; `text` says where and what to do."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.in_("en"))
        self.text = text


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """Read an expression. Raises NotAnExpression, and nothing else."""
    if len(text) > MAX_CHARACTERS:
        raise NotAnExpression(
            Text(
                bg=f"Условието е над {MAX_CHARACTERS} знака. Съкратете го.",
                en=f"The condition has over {MAX_CHARACTERS} characters. Shorten it.",
            )
        )
    return _Parser(tuple(_tokens(text))).whole()


def _tokens(text: str) -> Iterator[_Token]:
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise _misread(at)
        word = found.group(found.lastgroup)
        kind = word if found.lastgroup == "sign" or word in _WORDS else found.lastgroup
        yield _Token(kind, word, at)
        at = found.end()
    yield _Token("end", "", end)


def _misread(at: int) -> NotAnExpression:
    return NotAnExpression(
        Text(
            bg=f"Условието не се разчита при знак {at + 1}. Пример: roads <= 2 and settlement in ('02508', '53120').",
            en=f"The condition can't be read at character {at + 1}. Example: roads <= 2 and settlement in ('02508').",
        )
    )


class _Parser:
    """Recursive descent over the tokens, at most MAX_DEPTH deep."""

    def __init__(self, tokens: tuple[_Token, ...]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    def whole(self) -> Expression:
        expression = self._either()
        self._take("end")
        return expression

    def _either(self) -> Expression:
        return self._joined("or", self._both)

    def _both(self) -> Expression:
        return self._joined("and", self._negated)

    def _joined(self, word: str, part: Callable[[], Expression]) -> Expression:
        parts = [part()]
        while self._accept(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else Joined(word, tuple(parts))

    def _negated(self) -> Expression:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise NotAnExpression(Text(bg="Условието е твърде заплетено.", en="The condition is nested too deeply."))
        expression = self._condition()
        self._depth -= 1
        return expression

    def _condition(self) -> Expression:
        if self._accept("not"):
            return Not(self._negated())
        if self._accept("("):
            expression = self._either()
            self._take(")")
            return expression
        left = self._operand()
        if self._peek().kind in _SIGNS:
            sign = self._advance().kind
            return Comparison(left, sign, self._operand())
        if self._accept("in"):
            return Membership(left, self._container())
        if isinstance(left, Name):
            return left
        raise _misread(self._peek().at)

    def _operand(self) -> Literal | Name:
        token = self._advance()
        if token.kind == "number":
            return Literal(float(token.text) if "." in token.text else int(token.text))
        if token.kind == "string":
            return Literal(token.text[1:-1])
        if token.kind == "name":
            question, _, row = token.text.partition(".")
            return Name(question, row or None)
        raise _misread(token.at)

    def _container(self) -> Listed | Name:
        if not self._accept("("):
            operand = self._operand()
            if isinstance(operand, Name):
                return operand
            raise _misread(self._peek().at)
        literals = [self._literal()]
        while self._accept(","):
            literals.append(self._literal())
        self._take(")")
        return Listed(tuple(literals))

    def _literal(self) -> Literal:
        operand = self._operand()
        if isinstance(operand, Literal):
            return operand
        raise _misread(self._peek().at)

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _advance(self) -> _Token:
        token = self._peek()
        if token.kind != "end":
            self._next += 1
        return token

    def _accept(self, kind: str) -> bool:
        found = self._peek().kind == kind
        self._next += found and kind != "end"
        return found

    def _take(self, kind: str) -> None:
        if not self._accept(kind):
            raise _misread(self._peek().at)
