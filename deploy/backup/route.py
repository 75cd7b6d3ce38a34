"""The operator's door to a backup: the archive of a running installation, streamed through the machine's own socket."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, closing
from typing import Final

from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from deploy.backup.writing import archived, seen
from deploy.data_folder import DataFolder, read_key
from shared.clock import Clock, system_clock
from shared.errors import Conflict, MegdanError
from shared.http import reader_language
from shared.language import Text
from shared.problems import problem

PATH: Final = "/api/v1/operations/backup"


class BackupIsUnderWay(Conflict):
    """One at a time: each copies all files."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                bg="В момента се прави друго копие. Опитайте отново, когато свърши.",
                en="Another backup is being made. Try again when it is done.",
            )
        )


class OfferingBackup:
    """An application that also answers GET /api/v1/operations/backup. For the machine's own socket, and nothing else.

    Nobody comes here over the network, with whatever rights: an archive holds all that people said.
    """

    def __init__(self, app: ASGIApp, folder: DataFolder, clock: Clock = system_clock) -> None:
        self._app = app
        self._folder = folder
        self._clock = clock
        self._is_busy = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (scope["method"], scope["path"]) != ("GET", PATH):
            await self._app(scope, receive, send)
            return
        try:
            await self._answer(scope, receive, send)
        except MegdanError as error:
            await problem(error, reader_language(Request(scope)))(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._is_busy:
            raise BackupIsUnderWay
        self._is_busy = True
        try:
            with ExitStack() as copies:
                what = await asyncio.to_thread(copies.enter_context, seen(self._folder))
                pieces = copies.enter_context(closing(archived(what, read_key(self._folder.key), self._clock())))
                answer = StreamingResponse(_from_a_thread(pieces), media_type="application/zip")
                await answer(scope, receive, send)
        finally:
            self._is_busy = False


async def _from_a_thread(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Make each piece in a thread, one after the other, so that the event loop has its turns."""
    while True:
        making = asyncio.ensure_future(asyncio.to_thread(next, pieces, None))
        try:
            piece = await asyncio.shield(making)
        except asyncio.CancelledError:
            await asyncio.wait([making])  # the copies are closed next, and must not be read then
            raise
        if piece is None:
            return
        yield piece
