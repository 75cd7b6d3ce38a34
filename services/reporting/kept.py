"""Computed values that stay in memory until they are asked for no more."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

V = TypeVar("V")


class Kept(Generic[V]):
    """The values used last: at most `limit`, and together no heavier than `most`, save for a single one."""

    def __init__(self, limit: int, most: int = 0, weight: Callable[[V], int] = lambda _: 0) -> None:
        self._limit = limit
        self._most = most
        self._weight = weight
        self._values: OrderedDict[object, V] = OrderedDict()

    def get(self, key: object) -> V | None:
        if key in self._values:
            self._values.move_to_end(key)
        return self._values.get(key)

    def keep(self, key: object, value: V) -> V:
        self._values[key] = value
        self._values.move_to_end(key)
        while len(self._values) > self._limit or (len(self._values) > 1 and self._weigh() > self._most):
            self._values.popitem(last=False)
        return value

    def find(self, fits: Callable[[V], bool]) -> V | None:
        """Return a value that fits, if one is kept."""
        return next((value for value in self._values.values() if fits(value)), None)

    def _weigh(self) -> int:
        return sum(self._weight(value) for value in self._values.values())
