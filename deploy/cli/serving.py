"""`./megdan demo` and `./megdan up`: serve an embedded installation until Ctrl-C."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import httpx
from cyclopts import App, Parameter
from rich.progress import BarColumn, Progress, TextColumn

from deploy.cli.connection import Client
from deploy.cli.speech import command_language, err, out, print_table, words
from deploy.data_folder import DataFolder
from shared.language import Text
from shared.logging import start_logging
from shared.settings import Settings

Port = Annotated[int | None, Parameter(help=words("порт (8080)", "port (8080)"))]
Data = Annotated[Path | None, Parameter(help=words("папка с данните", "data folder"))]
Host = Annotated[str | None, Parameter(help=words("адрес (127.0.0.1)", "address (127.0.0.1)"))]


def add_to(app: App) -> None:
    app.command(demo)
    app.command(up)


def demo(*, port: Port = None, data: Data = None) -> None:
    """Зарежда истинските данни на Балчик и ги показва. / Loads Balchik's real data and serves them."""
    settings = Settings()
    folder = DataFolder((data or Path("megdan-demo")).absolute())
    asyncio.run(_serve(folder, "127.0.0.1", settings.port if port is None else port, _with_demo))


def up(*, port: Port = None, data: Data = None, host: Host = None) -> None:
    """Нова или съществуваща инсталация. / An empty or existing installation."""
    settings = Settings()
    folder = DataFolder((data or settings.data).absolute())
    asyncio.run(_serve(folder, host or settings.host, settings.port if port is None else port, _with_setup))


async def _serve(folder: DataFolder, host: str, port: int, prepare: Callable[..., object]) -> None:
    from deploy.embedded import embedded  # noqa: PLC0415 - a second of imports that other commands spare
    from deploy.serving import listening, owners_socket, serve  # noqa: PLC0415 - the same
    from services.gateway.app import operator_app  # noqa: PLC0415 - the same

    settings = Settings()
    start_logging(settings.log_level)
    listener = listening(host, port)
    address = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}/"
    async with embedded(folder) as system:
        async with _clients(operator_app(system.gateway.app), system.gateway.app, system.quiet) as (operator, act_as):
            closing = await prepare(folder, system, operator, act_as, address)  # type: ignore[misc]  # one of the two below
        with owners_socket(folder.socket) as socket:
            await serve(
                [(listener, system.gateway.app), (socket, operator_app(system.gateway.app))],
                end_streams=system.gateway.end_streams,
                ready=lambda: _say_ready(closing, address),
                stop_s=settings.stop_s,
            )


@asynccontextmanager
async def _clients(
    operator: object, app: object, settled: Callable[[], object]
) -> AsyncIterator[tuple[Client, Callable[[str], Client]]]:
    made: list[httpx.AsyncClient] = []

    def client(target: object, headers: dict[str, str]) -> Client:
        transport = httpx.ASGITransport(target)  # type: ignore[arg-type]  # httpx has its own words for ASGI's types
        made.append(
            httpx.AsyncClient(transport=transport, base_url="http://megdan/api/v1", timeout=600, headers=headers)
        )
        return Client(made[-1], settled)  # type: ignore[arg-type]  # a coroutine function

    try:
        yield client(operator, {}), lambda token: client(app, {"Authorization": f"Bearer {token}"})
    finally:
        for each in made:
            await each.aclose()


async def _with_demo(
    folder: DataFolder, _system: object, operator: Client, act_as: Callable[[str], Client], _address: str
) -> Callable[[], None]:
    from deploy.demo.loading import accounts_file, demo_accounts, load_demo  # noqa: PLC0415 - only the demo needs it

    if demo_accounts(folder):
        told = words(
            f"Демото продължава. Профилите са в {accounts_file(folder)}",
            f"The demo goes on. Accounts: {accounts_file(folder)}",
        )
        return lambda: out().print(told, markup=False)
    language = command_language()
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), console=err()
    ) as bar:
        task = bar.add_task("", total=1.0)

        def tell(what: Text, done: float) -> None:
            bar.update(task, description=what.in_(language), completed=done)

        accounts = await load_demo(folder, operator, act_as, tell)
        tell(Text(bg="Заредено", en="Loaded"), 1.0)

    columns = (words("Роля", "Role"), words("Потребител", "User"), words("Парола", "Password"), words("Звено", "Unit"))
    rows = [(account.role, account.user, account.password, account.unit) for account in accounts]
    return lambda: print_table(words("Профили за пробата", "Demo accounts"), columns, rows)


async def _with_setup(
    _folder: DataFolder, system: object, _operator: Client, _act_as: object, address: str
) -> Callable[[], None]:
    token = await system.gateway.first_administrator_token()  # type: ignore[attr-defined]  # the running system
    if token is None:
        return lambda: None
    told = words("Първият администратор влиза веднъж оттук", "The first administrator comes in here, once")
    return lambda: out().print(f"{told}: {address}setup/{token}", markup=False)


def _say_ready(closing: Callable[[], None], address: str) -> None:
    closing()
    out().print(f"Megdan is at {address}", markup=False)
    sys.stdout.flush()
