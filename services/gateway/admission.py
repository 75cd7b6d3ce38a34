"""Who is handled now, who waits for a moment, and who is told to come later."""

import asyncio
from collections import Counter, OrderedDict, deque

from shared.errors import Unavailable
from shared.language import Text

BUSY = Text(
    bg="В момента идват твърде много заявки. Опитайте отново след няколко секунди.",
    en="Too many requests are coming in right now. Try again in a few seconds.",
)
RETRY_AFTER_S = 2


class Admission:
    """At most `working` requests are handled at once; `waiting` more may wait for that, each `longest_s` seconds.

    One client may have `per_client` of both, and who waits gets a turn client by client: a crowd behind one address
    does not hold up the others. Who has no client key (this machine itself) has no share.
    """

    def __init__(self, working: int, waiting: int, per_client: int, longest_s: float) -> None:
        self._most_working = working
        self._most_waiting = waiting
        self._per_client = per_client
        self._longest_s = longest_s
        self._by_client: Counter[str | None] = Counter()
        self._queues: OrderedDict[str | None, deque[asyncio.Future[None]]] = OrderedDict()
        self.working = 0
        self.waiting = 0

    @property
    def is_full(self) -> bool:
        """Whether nobody can be taken in, whoever comes."""
        return self.working >= self._most_working and self.waiting >= self._most_waiting

    async def enter(self, client: str | None) -> None:
        """Take a place, which must be left again. Raises Unavailable if there is none, or no turn comes in time."""
        if self.is_full or (client is not None and self._by_client[client] >= self._per_client):
            raise busy()
        self._by_client[client] += 1
        try:
            await self._turn(client)
        except BaseException:
            self._forget(client)
            raise

    def leave(self, client: str | None) -> None:
        """Leave a place to whoever waits longest."""
        self._pass_on()
        self._forget(client)

    def _forget(self, client: str | None) -> None:
        self._by_client[client] -= 1
        if not self._by_client[client]:
            del self._by_client[client]

    async def _turn(self, client: str | None) -> None:
        if self.working < self._most_working:
            self.working += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._queues.setdefault(client, deque()).append(turn)
        self.waiting += 1
        try:
            async with asyncio.timeout(self._longest_s):
                await turn
        except BaseException as reason:
            self._give_up(client, turn)
            if isinstance(reason, TimeoutError):
                raise busy() from None
            raise

    def _give_up(self, client: str | None, turn: "asyncio.Future[None]") -> None:
        queue = self._queues.get(client)
        if queue is None or turn not in queue:  # It came at the very moment at which it was given up.
            self._pass_on()
            return
        queue.remove(turn)
        self.waiting -= 1
        if not queue:
            del self._queues[client]

    def _pass_on(self) -> None:
        """Give a place to the next client's turn that waits longest, or to nobody."""
        while self._queues:
            client, queue = self._queues.popitem(last=False)
            turn = queue.popleft()
            self.waiting -= 1
            if queue:
                self._queues[client] = queue
            if not turn.cancelled():
                turn.set_result(None)
                return
        self.working -= 1


def busy() -> Unavailable:
    """What whoever is not taken in is told."""
    return Unavailable(BUSY, retry_after_s=RETRY_AFTER_S)
