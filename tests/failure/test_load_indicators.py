"""Ten thousand indicators: a value costs what it costs with ten, and reading reads what has moved."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from shared.store import Store
from tests.contract.samples import STORES
from tests.failure.pieces import longest_piece
from tests.unit.reporting.builders import Town, a_node, a_value, adopting, an_indicator

LONGEST_S = 0.1
"""Of the thread's own time; made in one piece, the first reading of 10,000 indicators takes seconds."""

Calls = list[tuple[str, str, int]]
COUNTED = frozenset({"insert", "insert_many", "get", "get_many", "put", "replace", "find", "delete"})


class Counting:
    """A store that counts how often it is asked, and for how many documents by their ids."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.calls: Calls = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def collection(self, of: Any) -> Any:
        return _Counted(self._store.collection(of), of.name, self.calls)


class _Counted:
    def __init__(self, collection: Any, name: str, calls: Calls) -> None:
        self._collection = collection
        self._name = name
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._collection, name)
        return self._counting(name, method) if name in COUNTED else method

    def _counting(self, name: str, method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        @wraps(method)
        async def asked(first: Any, **more: Any) -> Any:
            self._calls.append((self._name, name, len(first) if isinstance(first, (list, tuple)) else 1))
            return await method(first, **more)

        return asked


@dataclass(frozen=True)
class Costs:
    """What a value and the reading after it ask of the store, and the longest piece that reading computes at a time."""

    of_a_value: Calls
    of_reading_again: Calls
    longest_piece_s: float


async def costs(indicators: int, folder: Path) -> Costs:
    """Try a plan of so many indicators under a tenth as many measures."""
    opened = await STORES["sqlite"](folder)
    store = Counting(opened)
    town = Town(store)
    measures = max(1, indicators // 10)
    nodes = [a_node("p", kind="priority"), *(a_node(f"m{number}", "p") for number in range(measures))]
    watched = [an_indicator(f"i{number}", f"m{number % measures}") for number in range(indicators)]
    await town.tell(*adopting(nodes, watched))
    await town.tell(a_value("i3", "2016", "20"))

    async with longest_piece() as longest:
        for query in ("", "?as_of=2017-06-30"):
            assert (await town.ask(f"/evaluation/balchik{query}")).status_code == 200
    store.calls.clear()
    await town.tell(a_value("i3", "2017", "40"))
    of_a_value = list(store.calls)
    store.calls.clear()
    assert (await town.ask("/evaluation/balchik")).status_code == 200
    await opened.close()
    return Costs(of_a_value, list(store.calls), longest[0])


@pytest.mark.slow
async def test_ten_thousand_indicators_cost_what_ten_do(tmp_path_factory: pytest.TempPathFactory) -> None:
    """P-35: an update, and reading after it, ask the store the same of 10 and of 10,000 indicators, in short pieces."""
    ten, ten_thousand = [await costs(number, tmp_path_factory.mktemp("plan")) for number in (10, 10_000)]

    assert ten.of_a_value == ten_thousand.of_a_value
    assert ten.of_reading_again == ten_thousand.of_reading_again
    assert ten.of_a_value
    assert ten_thousand.longest_piece_s < LONGEST_S
