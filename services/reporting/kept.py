"""Computed values that stay in memory until they are asked for no more."""

from collections import OrderedDict
from typing import Generic, TypeVar

V = TypeVar("V")


class Kept(Generic[V]):
    """The values used last, at most `limit`. What they rest on is part of their keys, so none is ever out of date."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._values: OrderedDict[object, V] = OrderedDict()

    def get(self, key: object) -> V | None:
        if key in self._values:
            self._values.move_to_end(key)
        return self._values.get(key)

    def keep(self, key: object, value: V) -> V:
        self._values[key] = value
        while len(self._values) > self._limit:
            self._values.popitem(last=False)
        return value
