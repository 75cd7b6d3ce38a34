"""Watches the writes of a service: what was passed is never passed again, unless it was dropped to be made anew."""

from typing import Any

from shared.bench import Projection
from shared.cursors import Cursor


class Watching:
    """Remembers how far each document of one service had come, and who went back."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.went_back: list[str] = []
        self._seen: dict[tuple[str, str, str], int] = {}

    def written(self, collection: str, document: Any) -> None:
        """Note a write right after it."""
        if isinstance(document, Projection):
            for shard, position in document.seen.items():
                self._passes((collection, document.id, shard), position)
        elif isinstance(document, Cursor):
            self._passes((collection, document.id, "told"), document.told)
            if document.position:  # else it was set back on purpose
                self._passes((collection, document.id, "position"), document.position)
            else:
                self._seen.pop((collection, document.id, "position"), None)

    def emptied(self, collection: str) -> None:
        """A collection was dropped, to be made anew."""
        self._seen = {key: position for key, position in self._seen.items() if key[0] != collection}

    def _passes(self, key: tuple[str, str, str], position: int) -> None:
        if position < self._seen.get(key, 0):
            self.went_back.append(f"{self.service} {' '.join(key)}: from {self._seen[key]} to {position}")
        self._seen[key] = position
