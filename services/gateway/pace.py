"""How fast one client may go: counted per window, in memory, and forgotten with it."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from services.gateway.settings import Settings
from shared.errors import TooMany
from shared.language import Text

Ticks = Callable[[], float]
"""Seconds that only go forward, whatever happens to the clock."""

MOST_KEYS = 100_000
SIGN_IN_WINDOW_S = 600.0
_LATER = Text(
    bg="Твърде много заявки за кратко време. Опитайте отново след малко.",
    en="Too many requests in a short time. Try again in a moment.",
)
_PAUSE = Text(
    bg="Твърде много неуспешни опити за вход. Изчакайте малко и опитайте отново.",
    en="Too many failed attempts to sign in. Wait a little and try again.",
)


class Window:
    """Counts per key in windows of a fixed length. It holds at most 100,000 keys and then starts anew."""

    def __init__(self, most: int, length_s: float, ticks: Ticks) -> None:
        self._most = most
        self._length_s = length_s
        self._ticks = ticks
        self._number = -1
        self._counts: dict[str, int] = {}

    def is_full(self, key: str) -> bool:
        self._turn()
        return self._counts.get(key, 0) >= self._most

    def count(self, key: str, more: int = 1) -> None:
        self._turn()
        self._counts[key] = max(0, self._counts.get(key, 0) + more)

    def left_s(self) -> int:
        """Whole seconds until the window is over, at least one."""
        return max(1, math.ceil(self._length_s - self._ticks() % self._length_s))

    def _turn(self) -> None:
        number = int(self._ticks() // self._length_s)
        if number != self._number or len(self._counts) > MOST_KEYS:
            self._number, self._counts = number, {}


class WritePace:
    """Keeps one client from taking everybody's share of writing."""

    def __init__(self, most_per_minute: int, ticks: Ticks) -> None:
        self._window = Window(most_per_minute, 60.0, ticks)

    def take(self, client: str) -> None:
        """Count a write. Raises TooMany."""
        if self._window.is_full(client):
            raise TooMany(_LATER, retry_after_s=self._window.left_s())
        self._window.count(client)


@dataclass(frozen=True)
class _Failures:
    number: int
    last_at: float


class SignInPace:
    """Slows the guessing of passwords without locking the owner out.

    Each further wrong password for one account from one client doubles the pause, up to `slowest_s`; an attempt within
    the pause counts for nothing, so a pause always ends. A client that guesses over many accounts is slowed too, and so
    are many clients that guess at one account; whoever has signed in to the account from this client before is not: a
    whole office may share an address with somebody who guesses.
    """

    def __init__(self, settings: Settings, ticks: Ticks) -> None:
        self._free = settings.free_failures
        self._slowest_s = settings.slowest_s
        self._ticks = ticks
        self._pairs: dict[tuple[str, str], _Failures] = {}
        self._known: dict[tuple[str, str], None] = {}
        self._clients = Window(settings.signins_per_client, SIGN_IN_WINDOW_S, ticks)
        self._accounts = Window(settings.signins_per_client, SIGN_IN_WINDOW_S, ticks)

    def check(self, account: str, client: str) -> None:
        """Raise TooMany if this client has to wait before it tries this account again."""
        pair = (account, client)
        if (left := self._pause_left_s(pair)) > 0:
            raise TooMany(_PAUSE, retry_after_s=math.ceil(left))
        crowded = self._accounts.is_full(account) or self._clients.is_full(client)
        if crowded and pair not in self._known:
            raise TooMany(_PAUSE, retry_after_s=min(self._slowest_s, self._clients.left_s()))

    def begin(self, account: str, client: str) -> None:
        """Check, and count an attempt as wrong until `succeeded` or `undo` says otherwise. Raises TooMany."""
        self.check(account, client)
        pair = (account, client)
        number = self._pairs[pair].number + 1 if pair in self._pairs else 1
        self._pairs.pop(pair, None)
        self._pairs[pair] = _Failures(number, self._ticks())
        _forget_oldest(self._pairs)
        self._clients.count(client)
        self._accounts.count(account)

    def undo(self, account: str, client: str) -> None:
        """Take an attempt back that was not looked at."""
        pair = (account, client)
        if (failures := self._pairs.get(pair)) is not None:
            self._pairs[pair] = replace(failures, number=failures.number - 1)
        self._clients.count(client, -1)
        self._accounts.count(account, -1)

    def succeeded(self, account: str, client: str) -> None:
        """Note that the owner came in from this client."""
        self.undo(account, client)
        self._pairs.pop((account, client), None)
        self._known[(account, client)] = None
        _forget_oldest(self._known)

    def _pause_left_s(self, pair: tuple[str, str]) -> float:
        failures = self._pairs.get(pair)
        if failures is None or failures.number < self._free:
            return 0.0
        pause = min(float(self._slowest_s), 2.0 ** min(failures.number - self._free, 16))
        return failures.last_at + pause - self._ticks()


def _forget_oldest(kept: dict[tuple[str, str], _Failures] | dict[tuple[str, str], None]) -> None:
    if len(kept) > MOST_KEYS:
        kept.pop(next(iter(kept)))
