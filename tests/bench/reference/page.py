"""The raw reading limit: a page's packed bytes from memory, whatever is asked for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.types import Receive, Scope, Send


class Page:
    """An ASGI application that answers with the file `page` of its folder."""

    def __init__(self, folder: Path, _questionnaire: Mapping[str, Any]) -> None:
        self._body = (folder / "page").read_bytes()

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        length = str(len(self._body)).encode()
        headers = [(b"content-type", b"text/html"), (b"content-encoding", b"gzip"), (b"content-length", length)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": self._body})
