"""HTTP that does not wait for ever: a connection whose request does not begin, or has half a head, is closed."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_S = 10.0
"""Seconds that the head of a request may take, from the connection or from its first byte."""


class ImpatientHttp(HttpToolsProtocol):
    """Uvicorn's protocol with a limit on the head; the body's limit and the pause between requests are others'."""

    def __init__(self, *arguments: Any, **more: Any) -> None:  # noqa: ANN401 - passed on as they came
        super().__init__(*arguments, **more)
        self._head: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn narrows it too
        super().connection_made(transport)
        self._begin_head()

    def on_message_begin(self) -> None:
        self._begin_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._end_head()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_head()
        super().connection_lost(exc)

    def _begin_head(self) -> None:
        self._end_head()
        self._head = self.loop.call_later(HEAD_S, self.transport.close)

    def _end_head(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None
