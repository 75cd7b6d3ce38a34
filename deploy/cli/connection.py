"""How a command reaches an installation: by URL and token, through the socket of a running process, or by itself."""

import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import httpx
import orjson
from cyclopts import Parameter

from deploy.cli.speech import command_language, words
from deploy.data_folder import DataFolder
from shared.errors import FieldError, Invalid, MegdanError, NotFound, Unavailable
from shared.language import Text
from shared.logging import start_logging
from shared.settings import Settings

Json = Any  # whatever the API answers


@Parameter(name="*")
@dataclass(frozen=True)
class Where:
    """Which installation a command is for."""

    data: Annotated[
        Path | None,
        Parameter(help=words("папка с данните на вградена инсталация", "data folder of an embedded installation")),
    ] = None
    url: Annotated[
        str | None, Parameter(help=words("адрес на работеща инсталация", "address of a running installation"))
    ] = None
    token: Annotated[
        str | None, Parameter(env_var="MEGDAN_TOKEN", help=words("ключ за достъп към нея", "its bearer token"))
    ] = None

    @property
    def folder(self) -> DataFolder:
        return DataFolder((self.data or Settings().data).absolute())


class Refused(MegdanError):
    """The installation did not take a request; says what it said."""

    title = Text(bg="Не е прието", en="Not accepted")

    def __init__(self, status: int, text: Text, errors: tuple[FieldError, ...] = ()) -> None:
        super().__init__(text, errors)
        self.answered = status


@dataclass(frozen=True)
class Client:
    """Asks the API of an installation; `settled` waits until what was sent is in every figure, if it can be known."""

    http: httpx.AsyncClient
    settled: Callable[[], Awaitable[None]]

    async def ask(
        self, method: str, path: str, *, body: Json = None, file: tuple[str, bytes] | None = None, **query: object
    ) -> Json:
        """Send a request and return the JSON of its answer. Raises Refused with its words, Unavailable without one."""
        parameters = {name: str(value) for name, value in query.items() if value is not None}
        content, headers = _content(body, file)
        try:
            reply = await self.http.request(method, path, params=parameters, content=content, headers=headers)
        except httpx.HTTPError as fault:
            raise Unavailable(
                Text(
                    bg=f"Инсталацията не отговаря: {type(fault).__name__}. Работи ли?",
                    en=f"The installation does not answer: {type(fault).__name__}. Is it running?",
                )
            ) from fault
        if reply.is_success:
            return reply.json() if "json" in reply.headers.get("content-type", "") else reply.content
        raise refusal(reply)


def _content(body: Json, file: tuple[str, bytes] | None) -> tuple[bytes | None, Mapping[str, str]]:
    headers = {"Accept-Language": command_language()}
    if file is not None:
        return file[1], headers | {"Content-Type": "application/octet-stream"}
    if body is not None:
        return orjson.dumps(body), headers | {"Content-Type": "application/json"}
    return None, headers


def refusal(reply: httpx.Response) -> MegdanError:
    """What an installation said when it did not take a request."""
    try:
        told = reply.json()
        errors = tuple(FieldError(each["pointer"], Text(bg=each["message"])) for each in told.get("errors", []))
        return Refused(reply.status_code, Text(bg=told["detail"]), errors)
    except (ValueError, KeyError, TypeError):
        return Refused(reply.status_code, Text(bg=f"HTTP {reply.status_code}"))


@asynccontextmanager
async def connected(where: Where) -> AsyncIterator[Client]:
    """Reach the installation that a command is for."""
    if where.url:
        async with _by_url(where) as client:
            yield client
    elif served := over_socket(where.folder):
        async with served as http:
            yield Client(http, _nothing)
    else:
        async with _by_itself(where.folder) as client:
            yield client


def over_socket(folder: DataFolder) -> httpx.AsyncClient | None:
    """A client of the process that serves a folder; None if none does."""
    if not _answers(folder.socket):
        return None
    transport = httpx.AsyncHTTPTransport(uds=_short(folder.socket))
    return httpx.AsyncClient(transport=transport, base_url="http://megdan/api/v1", timeout=600)


def must_be_there(folder: DataFolder) -> None:
    """Raise NotFound if a folder holds no installation, Forbidden if it is somebody else's."""
    try:
        there = folder.store("gateway").exists()
    except PermissionError:
        raise folder.not_ours() from None
    if not there:
        raise NotFound(
            Text(
                bg=f"В {folder.path} няма инсталация. Създайте я с ./megdan up или посочете --data.",
                en=f"There is no installation in {folder.path}. Make one with ./megdan up, or give --data.",
            )
        )


@asynccontextmanager
async def _by_url(where: Where) -> AsyncIterator[Client]:
    if not where.token:
        raise Invalid(
            Text(
                bg="С --url е нужен и ключ за достъп: --token или MEGDAN_TOKEN.",
                en="With --url a bearer token is needed too: --token or MEGDAN_TOKEN.",
            )
        )
    headers = {"Authorization": f"Bearer {where.token}"}
    async with httpx.AsyncClient(base_url=f"{str(where.url).rstrip('/')}/api/v1", headers=headers, timeout=600) as http:
        yield Client(http, _nothing)


@asynccontextmanager
async def _by_itself(folder: DataFolder) -> AsyncIterator[Client]:
    from deploy.embedded import embedded  # noqa: PLC0415 - half a second of imports that a running process spares
    from services.gateway.app import operator_app  # noqa: PLC0415 - the same

    must_be_there(folder)
    start_logging(Settings().log_level)
    async with embedded(folder) as system:
        transport = httpx.ASGITransport(operator_app(system.gateway.app))
        async with httpx.AsyncClient(transport=transport, base_url="http://megdan/api/v1", timeout=600) as http:
            yield Client(http, system.quiet)
            await system.quiet()


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(_short(path))
        except OSError:
            return False
    return True


def _short(path: Path) -> str:
    # A socket's address holds about a hundred bytes; a longer one may still be short from here.
    return os.fspath(path) if len(os.fsencode(path)) <= 100 else os.path.relpath(path)  # noqa: PLR2004 - sun_path less a margin


async def _nothing() -> None:
    """A running process settles by itself."""
