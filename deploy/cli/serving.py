"""`./megdan demo` and `./megdan up`: serve an embedded installation until Ctrl-C."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import httpx
from cyclopts import App, Parameter
from cyclopts.validators import Number
from rich.progress import BarColumn, Progress, TextColumn
from starlette.types import ASGIApp

from deploy.cli.connection import Client
from deploy.cli.speech import command_language, err, out, print_table, words
from deploy.data_folder import DataFolder
from shared.language import Text
from shared.logging import start_logging
from shared.settings import Settings

if TYPE_CHECKING:
    from deploy.embedded import System

Port = Annotated[int | None, Parameter(help=words("порт (8080)", "port (8080)"), validator=Number(gte=0, lte=65535))]
Data = Annotated[Path | None, Parameter(help=words("папка с данните", "data folder"))]
Host = Annotated[str | None, Parameter(help=words("адрес (127.0.0.1)", "address (127.0.0.1)"))]

Farewell = Callable[[], None]
"""What is printed last, when everything is ready."""


@dataclass(frozen=True)
class Place:
    """Where an installation is to be served, and how its pages look if not as the settings say."""

    folder: DataFolder
    host: str
    port: int
    look: Mapping[str, object] = field(default_factory=dict)


def add_to(app: App) -> None:
    app.command(
        demo,
        help=words("Зарежда истинските данни на Балчик и ги показва.", "Loads Balchik's real data and serves them."),
    )
    app.command(up, help=words("Нова или съществуваща инсталация.", "An empty or existing installation."))


def demo(*, port: Port = None, data: Data = None) -> None:
    """Loads Balchik's real data and serves them."""
    from deploy.demo.loading import LOOK  # noqa: PLC0415 - only the demo needs it
    from deploy.serving import run  # noqa: PLC0415 - a second of imports that other commands spare

    settings = Settings()
    folder = DataFolder((data or Path("megdan-demo")).absolute())
    place = Place(folder, "127.0.0.1", settings.port if port is None else port, LOOK)
    run(_serve(place, settings, _with_demo))


def up(*, port: Port = None, data: Data = None, host: Host = None) -> None:
    """An empty or existing installation."""
    from deploy.serving import run  # noqa: PLC0415 - a second of imports that other commands spare

    settings = Settings()
    folder = DataFolder((data or settings.data).absolute())
    place = Place(folder, host or settings.host, settings.port if port is None else port)
    run(_serve(place, settings, _with_setup))


Prepare = Callable[[Place, "System", str], Awaitable[Farewell]]


async def _serve(place: Place, settings: Settings, prepare: Prepare) -> None:
    from deploy.backup.noting import noting  # noqa: PLC0415 - a second of imports that other commands spare
    from deploy.backup.route import OfferingBackup  # noqa: PLC0415 - the same
    from deploy.embedded import embedded  # noqa: PLC0415 - the same
    from deploy.serving import listening, owners_socket, serve  # noqa: PLC0415 - the same
    from services.gateway.app import operator_app  # noqa: PLC0415 - the same

    start_logging(settings.log_level)
    async with AsyncExitStack() as ending:
        listener = ending.enter_context(closing(listening(place.host, place.port)))
        host = f"[{place.host}]" if ":" in place.host else place.host
        address = f"http://{host}:{listener.getsockname()[1]}/"
        system = await ending.enter_async_context(embedded(place.folder, look=place.look))
        await ending.enter_async_context(noting(system, place.folder, settings.erasures))
        farewell = await prepare(place, system, address)
        owner = ending.enter_context(owners_socket(place.folder.socket))
        await serve(
            [(listener, system.gateway.app), (owner, OfferingBackup(operator_app(system.gateway.app), place.folder))],
            end_streams=system.gateway.end_streams,
            ready=lambda: _say_ready(farewell, address),
            stop_s=settings.stop_s,
        )


def _say_ready(farewell: Farewell, address: str) -> None:
    farewell()
    out().print(f"Megdan is at {address}", markup=False)


async def _with_setup(_place: Place, system: "System", address: str) -> Farewell:
    token = await system.gateway.first_administrator_token()
    if token is None:
        return lambda: None
    told = words("Първият администратор влиза оттук, веднъж", "The first administrator comes in here, once")
    return lambda: out().print(f"{told}:\n{address}setup/{token}", markup=False)


async def _with_demo(place: Place, system: "System", _address: str) -> Farewell:
    from deploy.demo.loading import accounts_file, demo_accounts, load_demo  # noqa: PLC0415 - only the demo needs it

    if demo_accounts(place.folder):
        path = accounts_file(place.folder)
        told = words(f"Пробата продължава. Профилите са в {path}", f"The demo goes on. Its accounts are in {path}")
        return lambda: out().print(told, markup=False)
    language = command_language()
    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %")
    async with AsyncExitStack() as ending:
        bar = ending.enter_context(Progress(*columns, console=err()))
        task = bar.add_task("", total=1.0)

        def tell(what: Text, done: float) -> None:
            bar.update(task, description=what.in_(language), completed=done)

        accounts = await load_demo(place.folder, *_clients(system, ending), tell)
        tell(Text(bg="Заредено", en="Loaded"), 1.0)
    heads = (words("Роля", "Role"), words("Потребител", "User"), words("Парола", "Password"), words("Звено", "Unit"))
    rows = [(account.role, account.user, account.password, account.unit) for account in accounts]
    return lambda: print_table(words("Профили за пробата", "Demo accounts"), heads, rows)


def _clients(system: "System", ending: AsyncExitStack) -> tuple[Client, Callable[[str], Client]]:
    from services.gateway.app import operator_app  # noqa: PLC0415 - a second of imports that other commands spare

    def client(app: ASGIApp, headers: Mapping[str, str]) -> Client:
        transport = httpx.ASGITransport(app)
        http = httpx.AsyncClient(transport=transport, base_url="http://megdan/api/v1", timeout=600, headers=headers)
        ending.push_async_callback(http.aclose)
        return Client(http, system.quiet)

    front = system.gateway.app
    return client(operator_app(front), {}), lambda token: client(front, {"Authorization": f"Bearer {token}"})
