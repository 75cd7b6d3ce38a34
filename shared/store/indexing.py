"""What every adapter does alike: which keys a document is found by, what a query may ask, and how a page goes on.

A document stands in an index once for each value of its list fields. A query that pins a list field by `equals` finds
it once; one that does not finds and counts it once per value.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Generic, TypeVar

import orjson

from shared.store import CollectionOf, Document, Index, Query, Scalar
from shared.store.clashes import broken_cursor

D = TypeVar("D", bound=Document)
Row = tuple[Scalar, ...]
"""The keys of one entry of an index, in the order of its fields."""

LONGEST_PAGE = 1_000
LARGEST_INT = 2**63
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]*")
"""What collections and indexes may be called, so that every engine can name its tables after them."""


class Indexing(Generic[D]):
    """The declared indexes of a collection. Raises ValueError for an odd name or a field that the model lacks."""

    def __init__(self, of: CollectionOf[D]) -> None:
        if odd := [name for name in (of.name, *(index.name for index in of.indexes)) if not NAME.fullmatch(name)]:
            raise ValueError(f"no collection or index can be called {odd}")
        known = (of.model.model_fields.keys() | of.model.model_computed_fields.keys()) - {"version"}
        self._indexes = {index.name: index for index in of.indexes}
        self._fields = {field for index in of.indexes for field in index.fields}
        if missing := self._fields - known:
            raise ValueError(f"{of.name} has no fields {sorted(missing)}")

    def rows(self, document: D) -> Mapping[str, list[Row]]:
        """Tell the entries of a document in each index, without repeats."""
        values = {field: getattr(document, field) for field in self._fields}
        return {name: _entries(values, index.fields) for name, index in self._indexes.items()}

    def asked(self, query: Query) -> Index:
        """Find the index of a query. Raises ValueError if the query does not fit it."""
        index = self._indexes.get(query.index)
        if index is None:
            raise ValueError(f"there is no index {query.index}")
        ranged = query.at_least is not None or query.below is not None
        if len(query.equals) + ranged > len(index.fields):
            raise ValueError(f"{query.index} has only {len(index.fields)} fields")
        return index


def _entries(values: Mapping[str, object], fields: Sequence[str]) -> list[Row]:
    row = tuple([value for field in fields if isinstance(value := values[field], str | int)])
    if len(row) == len(fields):
        return [row]
    return list(dict.fromkeys(product(*(_scalars(field, values[field]) for field in fields))))


def _scalars(field: str, value: object) -> list[Scalar]:
    found: list[Scalar] = []
    for item in value if isinstance(value, list | tuple | frozenset) else [value]:
        if isinstance(item, str | int):
            found.append(item)
        elif item is not None:
            raise TypeError(f"{field} can't be indexed: {type(item).__name__}")
    return found


def page_size(query: Query) -> int:
    return max(1, min(query.limit, LONGEST_PAGE))


def cursor(entry: Row) -> str:
    """Write down where a page ended: the keys of its last entry and its id."""
    return urlsafe_b64encode(orjson.dumps(entry)).rstrip(b"=").decode()


def entry_after(index: Index, query: Query) -> Row | None:
    """Read where the page before ended (None for the first). Raises Invalid if no page of this query ended there."""
    if query.after is None:
        return None
    try:
        entry = orjson.loads(urlsafe_b64decode(query.after + "=" * (-len(query.after) % 4)))
    except ValueError as fault:
        raise broken_cursor() from fault
    if not isinstance(entry, list) or len(entry) != len(index.fields) + 1 or not all(map(_is_scalar, entry)):
        raise broken_cursor()
    if not _lies_in(query, tuple(entry)) or cursor(tuple(entry)) != query.after:
        raise broken_cursor()
    return tuple(entry)


def _lies_in(query: Query, entry: Row) -> bool:
    fixed = len(query.equals)
    return (
        isinstance(entry[-1], str)
        and entry[:fixed] == query.equals
        and (query.at_least is None or _in_order(query.at_least, entry[fixed]))
        and (query.below is None or not _in_order(query.below, entry[fixed]))
    )


def _in_order(first: Scalar, second: Scalar) -> bool:
    if isinstance(first, str) or isinstance(second, str):
        return isinstance(second, str) and (isinstance(first, int) or first <= second)
    return first <= second


def _is_scalar(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, int) and -LARGEST_INT <= value < LARGEST_INT)


def decoded(model: type[D], version: int, body: bytes) -> D:
    """Read a stored document; its version stands beside its body."""
    return model.model_validate_json(b'{"version":%d,' % version + body[1:])
