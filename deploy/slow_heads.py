"""HTTP that does not wait for ever: whoever does not send on, or does not read, is let go."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from services.gateway.edge.answer import CLOSE, NO_STORE, SECURITY

HEAD_S = 10.0
"""Seconds that the head of a request may take, from the connection or from its first byte."""
TAIL_S = 10.0
"""Seconds in which the rest of a body may still come that was answered before it was whole."""
READ_S = 20.0
"""Seconds in which a reader takes at least a byte of what waits for it."""


class ImpatientHttp(HttpToolsProtocol):
    """Uvicorn's protocol with limits on the head, on a body nobody waits for, and on reading the answer."""

    def __init__(self, *arguments: Any, **more: Any) -> None:  # noqa: ANN401 - passed on as they came
        super().__init__(*arguments, **more)
        self._sending: asyncio.TimerHandle | None = None
        self._reading: asyncio.TimerHandle | None = None
        self._is_whole = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn narrows it too
        super().connection_made(transport)
        self._expect(HEAD_S)

    def on_message_begin(self) -> None:
        self._is_whole = False
        self._expect(HEAD_S)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._expect(None)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._is_whole = True
        self._expect(None)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._is_whole:
            self._expect(TAIL_S)
        if self.transport.get_write_buffer_size():
            self._expect_reading(self.transport.get_write_buffer_size())

    def pause_writing(self) -> None:
        super().pause_writing()
        self._expect_reading(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_looking()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP. No application sees it; its answer is armoured like all others all the same."""
        said = msg.encode()
        head = (*SECURITY, NO_STORE, CLOSE, (b"content-type", b"text/plain"), (b"content-length", b"%d" % len(said)))
        lines = b"".join(b"%b: %b\r\n" % header for header in head)
        self.transport.write(b"HTTP/1.1 400 Bad Request\r\n" + lines + b"\r\n" + said)
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect(None)
        self._stop_looking()
        super().connection_lost(exc)

    def _expect(self, within_s: float | None) -> None:
        if self._sending is not None:
            self._sending.cancel()
        self._sending = None if within_s is None else self.loop.call_later(within_s, self.transport.close)

    def _expect_reading(self, waiting: int) -> None:
        if self._reading is None:
            self._reading = self.loop.call_later(READ_S, self._look_at_reading, waiting)

    def _stop_looking(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def _look_at_reading(self, before: int) -> None:
        """Let go of a reader for whom as much waits as before; `close` would wait for it to read."""
        self._reading, now = None, self.transport.get_write_buffer_size()
        if now >= before > 0:
            if self.cycle:
                self.cycle.disconnected = True  # else its answer would be written to a transport that is gone
            self.transport.abort()
        elif now:
            self._expect_reading(now)
