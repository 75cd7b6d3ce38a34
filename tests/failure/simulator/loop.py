"""An event loop in which a seed decides who goes on, and time passes only when nobody can."""

import asyncio
from asyncio.events import _set_running_loop
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context, copy_context
from heapq import heappop, heappush
from random import Random
from typing import Any, TypeVar, TypeVarTuple, Unpack

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

Call = tuple[asyncio.Handle, Context, Callable[..., object], tuple[Any, ...]]  # what a callback takes is its own


class NothingHappens(RuntimeError):
    """Everybody waits for somebody else."""


class SeededLoop(asyncio.AbstractEventLoop):
    """Runs callbacks in an order drawn from a seed. `owners` tells for whom a task works; tasks inherit it.

    The same program with the same seed runs the same way. Nothing outside of the program is waited for.
    """

    def __init__(self, random: Random) -> None:
        self.owners: dict[asyncio.Task[Any], object] = {}
        self._random = random.random
        self._ready: list[Call] = []
        self._timers: list[tuple[float, int, Call]] = []
        self._made = 0
        self._now = 0.0

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        """Run until `main` has ended, then end everybody else."""
        _set_running_loop(self)
        try:
            task = self.create_task(main)
            while not task.done():
                self._turn()
            self._end_all()
            return task.result()
        finally:
            _set_running_loop(None)

    def _turn(self) -> None:
        if not self._ready:
            self._let_time_pass()
        ready = self._ready
        at = int(self._random() * len(ready))
        ready[at], ready[-1] = ready[-1], ready[at]
        handle, context, callback, arguments = ready.pop()
        if not handle.cancelled():
            context.run(callback, *arguments)

    def _let_time_pass(self) -> None:
        if not self._timers:
            raise NothingHappens
        self._now = self._timers[0][0]
        while self._timers and self._timers[0][0] <= self._now:
            self._ready.append(heappop(self._timers)[2])

    def _end_all(self) -> None:
        for _ in range(100):
            left = [task for task in self.owners if not task.done()]
            if not left:
                return
            for task in left:
                task.cancel()
            for _ in range(100 * len(left)):
                if not self._ready:
                    break
                self._turn()
        raise NothingHappens

    def time(self) -> float:
        return self._now

    def call_soon(
        self, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        call = self._call(callback, args, context)
        self._ready.append(call)
        return call[0]

    def call_later(
        self, delay: float, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        around = copy_context() if context is None else context
        handle = asyncio.TimerHandle(when, callback, args, self, around)
        self._made += 1
        heappush(self._timers, (when, self._made, (handle, around, callback, args)))
        return handle

    def _call(self, callback: Callable[..., object], args: tuple[Any, ...], context: Context | None) -> Call:
        around = copy_context() if context is None else context
        return asyncio.Handle(callback, args, self, around), around, callback, args

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(
        self,
        coro: Generator[Any, None, T] | Coroutine[Any, Any, T],
        *,
        name: object = None,
        context: Context | None = None,
    ) -> asyncio.Task[T]:
        task: asyncio.Task[T] = asyncio.Task(coro, loop=self, name=str(name or ""), context=context)
        parent = asyncio.current_task(self)
        self.owners[task] = self.owners.get(parent) if parent is not None else None
        return task

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def call_exception_handler(self, context: object) -> None:
        """Pass over errors that nobody asks for: a process that was killed leaves them behind."""

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Nothing to count: a cancelled timer passes unseen."""


def seeded_loop(seed: int) -> SeededLoop:
    """A loop whose order a seed decides."""
    return SeededLoop(seeded(seed))  # type: ignore[abstract]  # sockets, signals and children are not of this world


def seeded(seed: int) -> Random:
    """Chance that a seed decides."""
    return Random(seed)  # noqa: S311 - it guards nothing
