"""`./megdan verify`, `rebuild` and `dead-letters`: the record, the projections, the poison."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import orjson
from cyclopts import App, Parameter

from deploy.cli.connection import Client, Where, connected
from deploy.cli.imports import AsJson
from deploy.cli.speech import err, out, print_json, print_table, words
from shared.errors import Invalid, NotFound
from shared.language import Text

Json = Any  # whatever the API answers

SERVICES = ("surveys", "monitoring", "reporting")


def add_to(app: App) -> None:
    app.command(verify, help=words("Проверява дали записът е променян.", "Checks whether the record was altered."))
    app.command(rebuild, help=words("Прави проекциите наново от записа.", "Makes projections again from the record."))
    letters = App(
        name="dead-letters",
        help=words("Отделени събития: списък, преглед, отново.", "Events set aside: list, show, retry."),
    )
    letters.command(listed, name="list", help=words("Какво е отделено.", "What was set aside."))
    letters.command(show, help=words("Едно отделено събитие.", "One event that was set aside."))
    letters.command(retry, help=words("Обработва го отново; брои се веднъж.", "Handles it again; it counts once."))
    app.command(letters)


def verify(
    *,
    heads: Annotated[
        Path | None,
        Parameter(
            help=words(
                "какво беше казано тогава: файл от ./megdan verify --json",
                "what was told then: a file of verify --json",
            )
        ),
    ] = None,
    as_json: AsJson = False,
    where: Where | None = None,
) -> int:
    """Checks whether the record was altered."""
    kept = _kept_heads(heads) if heads is not None else dict.fromkeys(SERVICES)

    async def run(client: Client) -> Json:
        with err().status(words("Проверявам записа…", "Checking the record…")):
            return {name: await client.ask("POST", f"/operations/{name}/verify", body=kept[name]) for name in SERVICES}

    found = _with_client(run, where)
    faults = [
        (name, fault["shard"], fault["position"], _what(fault["what"]))
        for name in SERVICES
        for fault in found[name]["faults"]
    ]
    if as_json:
        print_json(found)
    elif faults:
        titles = (words("Услуга", "Service"), words("Дял", "Shard"), words("Място", "Position"), words("Какво", "What"))
        print_table(words("Записът е променян", "The record was altered"), titles, faults)
    else:
        entries = sum(found[name]["entries"] for name in SERVICES)
        out().print(words(f"Записът е цял: {entries} вписвания.", f"The record is whole: {entries} entries."))
    return 1 if faults else 0


def _kept_heads(file: Path) -> Mapping[str, Json]:
    """Read what an earlier `verify --json` has told. Raises Invalid if the file holds something else."""
    try:
        told = orjson.loads(file.read_bytes())
        return {name: {"heads": told[name]["heads"]} for name in SERVICES}
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise Invalid(
            Text(
                bg=f"{file} не е файл от ./megdan verify --json. Посочете такъв, запазен при по-ранна проверка.",
                en=f"{file} is no file of ./megdan verify --json. Give one that was kept from an earlier check.",
            )
        ) from fault


def _what(fault: str) -> str:
    bulgarian = {
        "changed": "променено",
        "missing": "липсва",
        "foreign": "чуждо",
        "remade": "веригата е правена наново, тук или преди това",
    }
    english = {"remade": "chain made anew, here or before"}
    return words(bulgarian.get(fault, fault), english.get(fault, fault))


def rebuild(
    projection: Annotated[
        str | None, Parameter(help=words("коя; без нея – всички", "which one; all without it"))
    ] = None,
    /,
    *,
    where: Where | None = None,
) -> None:
    """Makes projections again from the record."""

    async def run(client: Client) -> list[tuple[str, str, int]]:
        known = {name: (await client.ask("GET", f"/operations/{name}/status"))["projections"] for name in SERVICES}
        chosen = [(name, each) for name in SERVICES for each in known[name] if projection in (None, each)]
        if not chosen:
            there = ", ".join(each for name in SERVICES for each in known[name])
            raise NotFound(
                Text(bg=f"Няма проекция {projection}. Има: {there}.", en=f"No projection {projection}. Known: {there}.")
            )
        done = []
        for name, each in chosen:
            with err().status(words(f"Правя наново {each}…", f"Rebuilding {each}…")):
                reply = await client.ask("POST", f"/operations/{name}/rebuild/{each}")
            done.append((name, each, reply["entries"]))
        return done

    columns = (words("Услуга", "Service"), words("Проекция", "Projection"), words("Вписвания", "Entries"))
    print_table(words("Направени наново", "Rebuilt"), columns, _with_client(run, where))


def listed(*, as_json: AsJson = False, where: Where | None = None) -> None:
    """What was set aside."""

    async def run(client: Client) -> list[Json]:
        letters = []
        for name in SERVICES:
            letters += [
                {"service": name, **each}
                for each in (await client.ask("GET", f"/operations/{name}/dead-letters"))["items"]
            ]
        return letters

    letters = _with_client(run, where)
    if as_json:
        print_json(letters)
        return
    columns = ("service", "id", "handler", "shard", "place", "error", "set_aside_at")
    print_table(
        words("Отделени събития", "Dead letters"), columns, [[each[column] for column in columns] for each in letters]
    )


def show(service: str, letter: str, /, *, where: Where | None = None) -> None:
    """One event that was set aside."""
    print_json(_with_client(lambda client: client.ask("GET", f"/operations/{service}/dead-letters/{letter}"), where))


def retry(service: str, letter: str, /, *, where: Where | None = None) -> None:
    """Handles it again; it counts once."""
    print_json(
        _with_client(lambda client: client.ask("POST", f"/operations/{service}/dead-letters/{letter}/retry"), where)
    )


def _with_client(work: Any, where: Where | None) -> Any:  # noqa: ANN401 - what the work gives back
    async def run() -> Any:  # noqa: ANN401 - what the work gives back, too
        async with connected(where or Where()) as client:
            return await work(client)

    return asyncio.run(run())
