"""A plug that is pulled at a chosen write: what an adapter has done by then stays, nothing more is done."""

import inspect
from collections.abc import Callable
from typing import Any, ClassVar

from shared.store import CollectionOf


class PowerCut(BaseException):
    """No error of the program: nobody may catch it and go on."""


class Power:
    """Counts the writes of all that hangs on it, and cuts at one of them, before it is done or right after."""

    def __init__(self) -> None:
        self.writes = 0
        self._cut_at = 0
        self._after = False
        self._is_off = False

    def cut_at(self, write: int, *, after: bool) -> None:
        self.writes, self._cut_at, self._after = 0, write, after

    def restore(self) -> None:
        self._is_off, self._cut_at = False, 0

    async def through(self, doing: Callable[[], Any]) -> Any:
        if self._is_off:
            raise PowerCut
        self.writes += 1
        if self.writes == self._cut_at and not self._after:
            self._fail()
        done = await doing()
        if self.writes == self._cut_at and self._after:
            self._fail()
        return done

    def _fail(self) -> None:
        self._is_off = True
        raise PowerCut


class Plugged:
    """An adapter on a power line. Its writes go through the line; the rest is the adapter's own."""

    WRITES: ClassVar = {
        "insert",
        "insert_many",
        "put",
        "replace",
        "delete",
        "delete_range",
        "clear",
        "append",
        "acknowledge",
    }

    def __init__(self, adapter: Any, power: Power) -> None:  # a store, a bus or a part of one
        self._adapter = adapter
        self._power = power

    def collection(self, of: CollectionOf[Any]) -> "Plugged":
        return Plugged(self._adapter.collection(of), self._power)

    @property
    def outbox(self) -> "Plugged":
        return Plugged(self._adapter.outbox, self._power)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._adapter, name)
        if name not in self.WRITES or not inspect.iscoroutinefunction(found):
            return found

        async def write(*arguments: Any, **named: Any) -> Any:
            return await self._power.through(lambda: found(*arguments, **named))

        return write
