"""Places for what goes on at once: so many in all, and so many of one client."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from services.gateway.admission import busy


class Slots:
    """At most `most` places are taken at once, of them at most `per_client` by one client.

    Who has no client key (this machine itself) may take all of them.
    """

    def __init__(self, most: int, per_client: int) -> None:
        self._most = most
        self._per_client = per_client
        self._by_client: Counter[str] = Counter()
        self.taken = 0

    def take(self, client: str | None) -> bool:
        """Take a place; False if there is none for this client."""
        if self.taken >= self._most or (client is not None and self._by_client[client] >= self._per_client):
            return False
        self.taken += 1
        if client is not None:
            self._by_client[client] += 1
        return True

    @contextmanager
    def place(self, client: str | None) -> Iterator[None]:
        """Have a place while the block runs. Raises Unavailable if there is none."""
        if not self.take(client):
            raise busy()
        try:
            yield
        finally:
            self.free(client)

    def free(self, client: str | None) -> None:
        """Give a place back."""
        self.taken -= 1
        if client is not None:
            self._by_client[client] -= 1
            if not self._by_client[client]:
                del self._by_client[client]
