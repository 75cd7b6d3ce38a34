"""`./megdan settings`, `doctor` and `service`: the installation as its operator sees it."""

import asyncio
import os
from collections.abc import Iterator
from importlib import import_module
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter
from pydantic import SecretStr
from pydantic_settings import BaseSettings
from rich.markup import escape

from deploy.cli.connection import Client, Where, connected
from deploy.cli.imports import AsJson
from deploy.cli.record import SERVICES
from deploy.cli.speech import command_language, out, print_json, words
from shared.clock import system_clock
from shared.errors import MegdanError
from shared.language import Text
from shared.settings import Settings

ROOMS = ("shared", "services.surveys", "services.monitoring", "services.reporting", "services.gateway")


def add_to(app: App) -> None:
    app.command(
        settings, help=words("Всички настройки, техните стойности и смисъл.", "All settings, their values and meaning.")
    )
    app.command(doctor, help=words("Какво не е наред и как се поправя.", "What is wrong and how to mend it."))
    app.command(service, help=words("Една услуга като отделен процес.", "One service as its own process."))


def settings(*, as_json: AsJson = False) -> None:
    """All settings, their values and meaning."""
    rows = list(_settings())
    if as_json:
        print_json(rows)
        return
    for row in rows:
        default = (
            ""
            if row["value"] == row["default"]
            else words(f" (без нея: {row['default']})", f" (default: {row['default']})")
        )
        out().print(f"{row['setting']}={row['value']}", style="bold", markup=False)
        out().print(f"    {row['meaning']}{default}", markup=False)


def _settings() -> Iterator[dict[str, str]]:
    for room in ROOMS:
        kind: type[BaseSettings] = import_module(f"{room}.settings").Settings if room != "shared" else Settings
        present = kind()
        for name, field in kind.model_fields.items():
            value = getattr(present, name)
            yield {
                "setting": f"{kind.model_config.get('env_prefix', '')}{name}".upper(),
                "value": "***" if isinstance(value, SecretStr) and value.get_secret_value() else str(value),
                "default": str(field.get_default(call_default_factory=True)),
                "meaning": field.description or "",
            }


def doctor(*, as_json: AsJson = False, where: Where | None = None) -> int:
    """What is wrong and how to mend it."""
    from deploy.doctor import examine  # noqa: PLC0415 - SQLite's library is needed only here

    place = where or Where()
    findings = [(each.what, each.cure) for each in examine(place.folder, system_clock)]
    # What is damaged from outside is not opened: it would only fail again.
    if place.url or (not any(cure for _, cure in findings) and place.folder.store("gateway").exists()):
        findings += asyncio.run(_seen_inside(place))
    language = command_language()
    if as_json:
        print_json([{"what": what.in_(language), "cure": cure and cure.in_(language)} for what, cure in findings])
    else:
        for what, cure in findings:
            mark = "[bold red]✕[/]" if cure else "[green]✓[/]"
            told = what.in_(language) + (f"\n  → {cure.in_(language)}" if cure else "")
            out().print(f"{mark} {escape(told)}")
    return 1 if any(cure for _, cure in findings) else 0


async def _seen_inside(where: Where) -> list[tuple[Text, Text | None]]:
    try:
        async with connected(where) as client:
            return [finding for name in SERVICES for finding in await _of_service(client, name)]
    except MegdanError as error:
        return [(Text(bg="услугите", en="the services"), error.text)]


async def _of_service(client: Client, name: str) -> list[tuple[Text, Text | None]]:
    letters = len((await client.ask("GET", f"/operations/{name}/dead-letters"))["items"])
    behind = (await client.ask("GET", f"/operations/{name}/status"))["behind"]
    set_aside = Text(
        bg=f"{letters} отделени събития. Вижте ги с ./megdan dead-letters.",
        en=f"{letters} events were set aside. See them with ./megdan dead-letters.",
    )
    waiting = Text(
        bg=f"Изостава с {behind} вписвания. Ако не намалява, пуснете инсталацията наново.",
        en=f"{behind} entries behind. If that does not fall, restart the installation.",
    )
    return [
        (Text(bg=f"{name}: отделени събития", en=f"{name}: dead letters"), set_aside if letters else None),
        (Text(bg=f"{name}: изоставане", en=f"{name}: lag"), waiting if behind > 1000 else None),  # noqa: PLR2004 - a second's work
    ]


def service(
    name: Literal["surveys", "monitoring", "reporting"],
    *,
    port: Annotated[int, Parameter(help=words("порт", "port"))] = 8081,
    host: Annotated[str, Parameter(help=words("адрес", "address"))] = "127.0.0.1",
    where: Where | None = None,
) -> None:
    """One service as its own process."""
    from deploy.alone import serve_alone  # noqa: PLC0415 - a second of imports that other commands spare
    from deploy.serving import run  # noqa: PLC0415 - the same

    folder = (where or Where()).folder
    os.environ.setdefault("MEGDAN_LOG_LEVEL", "info")
    run(serve_alone(name, folder, host, port))


Json = Any  # whatever the API answers
