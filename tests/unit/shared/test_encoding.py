"""The canonical bytes of documents."""

from datetime import date
from typing import Any, NamedTuple

import orjson
import pytest
from pydantic import BaseModel, computed_field

from shared.store import Document, encoded


class Pair(NamedTuple):
    left: int
    right: str


class Inner(BaseModel):
    day: date | None = None
    pair: Pair = Pair(1, "б")
    unset: str | None = None


class Plain(Document):
    text: str = "ж\n\"'"
    number: float = 0.1
    several: tuple[int, ...] = (3, 1)
    pairs: tuple[Pair, ...] = (Pair(2, "a"),)
    inner: Inner = Inner()
    anything: Any = None


class Dated(Document):
    day: date = date(2026, 3, 14)


class Computed(Document):
    name: str = "x"

    @computed_field  # type: ignore[prop-decorator]  # mypy does not know pydantic's decorator on a property
    @property
    def twice(self) -> str:
        return self.name * 2


@pytest.mark.parametrize(
    "document",
    [
        Plain(id="a"),
        Plain(id="b", version=7, anything={"я": [1, 2.5, None, True, {"z": Inner(day=date(2026, 1, 1))}]}),
        Plain(id="c", anything={"set": frozenset({1})}),
        Dated(id="d"),
        Computed(id="e"),
    ],
    ids=lambda document: document.id,
)
def test_a_document_is_written_as_pydantic_writes_it(document: Document) -> None:
    """The short way and pydantic's own make the same bytes, keys sorted and the version left out."""
    content = document.model_dump(mode="json", exclude={"version"})

    assert orjson.dumps(content, option=orjson.OPT_SORT_KEYS) == encoded(document)
