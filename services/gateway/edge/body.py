"""A request's body, counted while it is read and given so much time; what is too much is not read on."""

import asyncio
from typing import ClassVar

from starlette.types import Message, Receive

from shared.errors import MegdanError, TooLarge
from shared.language import Text


class BodyIsTooLarge(TooLarge):
    def __init__(self, most: int) -> None:
        super().__init__(
            Text(
                bg=f"Изпратеното е твърде голямо. Приемат се до {_mega(most, ',')} MB.",
                en=f"What was sent is too large. Up to {_mega(most, '.')} MB are taken.",
            )
        )


class BodyIsTooSlow(MegdanError):
    """The body did not arrive in time."""

    status: ClassVar[int] = 408
    title: ClassVar[Text] = Text(bg="Изтече времето", en="Timed out")

    def __init__(self) -> None:
        super().__init__(
            Text(
                bg="Заявката не пристигна навреме. Проверете връзката и опитайте отново.",
                en="The request did not arrive in time. Check the connection and try again.",
            )
        )


class Body:
    """The body of one request, as a `receive`. Raises BodyIsTooLarge, BodyIsTooSlow from there."""

    def __init__(self, receive: Receive, most_bytes: int, within_s: float) -> None:
        self._receive = receive
        self._most = most_bytes
        self._until = asyncio.get_running_loop().time() + within_s
        self._size = 0
        self._kept: list[Message] = []
        self.complete = False
        self.refused = False

    def check_declared(self, length: str | None) -> None:
        """Raise BodyIsTooLarge at once if the request says that it will be."""
        if length is not None and length.isdecimal() and int(length[:20]) > self._most:
            raise self._too_large()

    async def receive(self) -> Message:
        """Receive the next part. Once the body is whole, what follows (a disconnect) may take its time."""
        if self._kept:
            return self._kept.pop(0)
        return await (self._receive() if self.complete else self._next())

    async def read(self) -> bytes:
        """Read the whole body; `receive` gives it again afterwards."""
        parts, self._kept = self._kept, []
        while not self.complete:
            parts.append(await self._next())
        self._kept = parts
        return b"".join(part.get("body", b"") for part in parts)

    async def _next(self) -> Message:
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            self.refused = True
            raise BodyIsTooSlow from None
        self._size += len(message.get("body", b""))
        if self._size > self._most:
            raise self._too_large()
        self.complete = not message.get("more_body", False)
        return message

    def _too_large(self) -> BodyIsTooLarge:
        self.refused = True
        return BodyIsTooLarge(self._most)


def _mega(most: int, point: str) -> str:
    return f"{most / 1_000_000:g}".replace(".", point)
