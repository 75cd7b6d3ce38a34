"""Pages for strangers, kept for a moment: where many look at the same page at once, it is made once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from starlette.types import Message, Send

KEPT_S = 0.25
"""So much older than the truth a page may be; a fold and its news take as long."""
MOST_PAGES = 200
LARGEST_BYTES = 500_000
OK = 200


class Key(NamedTuple):
    """What a page depends on besides who reads it; the language stands in the path."""

    path: str
    query: bytes
    packed: bool


@dataclass(frozen=True)
class KeptPage:
    """A page's answer, the route that made it, and until when it may be shown."""

    messages: Sequence[Message]
    route: object
    until: float


@dataclass
class Recorder:
    """Sends an answer on and remembers it."""

    send_on: Send
    messages: list[Message] = field(default_factory=list)

    async def send(self, message: Message) -> None:
        self.messages.append(message)
        await self.send_on(message)

    @property
    def is_for_everybody(self) -> bool:
        """Whether the answer is a whole page that holds nothing of one reader."""
        if not self.messages or self.messages[0].get("status") != OK:
            return False
        headers = dict(self.messages[0].get("headers", ()))
        size = sum(len(message.get("body", b"")) for message in self.messages[1:])
        personal = b"set-cookie" in headers or b"no-store" in headers.get(b"cache-control", b"")
        return not personal and size <= LARGEST_BYTES and not self.messages[-1].get("more_body", False)


class KeptPages:
    """The pages that were made within the last moment; `ticks` are seconds that only go forward."""

    def __init__(self, ticks: Callable[[], float]) -> None:
        self._ticks = ticks
        self._pages: dict[Key, KeptPage] = {}

    def find(self, key: Key) -> KeptPage | None:
        page = self._pages.get(key)
        return page if page is not None and page.until > self._ticks() else None

    def keep(self, key: Key, recorder: Recorder, route: object) -> None:
        """Keep an answer, if it is for everybody."""
        if recorder.is_for_everybody:
            self._pages.pop(key, None)
            self._pages[key] = KeptPage(tuple(recorder.messages), route, self._ticks() + KEPT_S)
            while len(self._pages) > MOST_PAGES:
                del self._pages[next(iter(self._pages))]
