"""`./megdan import`: plans, values, surveys and responses from files; all or nothing, row by row what is wrong."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import orjson
from cyclopts import App, Parameter
from rich.console import Console
from rich.markup import escape

from deploy.cli.connection import Client, Where, connected
from deploy.cli.speech import err, print_json, told, words
from shared.errors import Invalid
from shared.language import Text

Json = Any  # whatever the API answers

DryRun = Annotated[
    bool, Parameter(help=words("само проверява, нищо не записва", "checks only, writes nothing"), negative=())
]
AsJson = Annotated[bool, Parameter(name="--json", help=words("JSON за програми", "JSON for programs"), negative=())]
Files = Annotated[tuple[Path, ...], Parameter(help=words("файлове", "files"), consume_multiple=True)]


def add_to(app: App) -> None:
    importing = App(
        name="import",
        help=words(
            "Внася план, стойности на индикатори, анкети или отговори: всичко или нищо.",
            "Imports a plan, indicators' values, surveys or responses: all or nothing.",
        ),
    )
    importing.command(
        plan,
        help=words(
            "План от JSON или от попълнения образец XLSX.", "A plan from JSON or from the filled XLSX template."
        ),
    )
    importing.command(
        indicators,
        help=words("Стойности на индикатори от CSV, XLSX или JSON.", "Indicators' values from CSV, XLSX or JSON."),
    )
    importing.command(
        survey, help=words("Въпросник от JSON; остава чернова.", "A questionnaire from JSON; it stays a draft.")
    )
    importing.command(
        responses, help=words("Отговори на анкета от CSV или XLSX.", "Responses to a survey from CSV or XLSX.")
    )
    app.command(importing)


def plan(
    *files: Path,
    plan: Annotated[str | None, Parameter(help=words("код на плана, за таблица", "the plan's id, for a table"))] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    where: Where | None = None,
) -> None:
    """A plan from JSON or from the filled XLSX template."""

    async def send(client: Client, path: Path, content: bytes) -> Json:
        if path.suffix.lower() == ".json":
            document = _json(path, content)
            return await client.ask("PUT", f"/plans/{_id_in(document, path)}", body=document, dry_run=dry_run or None)
        name = plan or path.stem
        return await client.ask(
            "POST", f"/plans/{name}/import", file=(path.name, content), name=path.name, dry_run=dry_run
        )

    _each(files, send, where, as_json=as_json)


def indicators(*files: Path, dry_run: DryRun = False, as_json: AsJson = False, where: Where | None = None) -> None:
    """Indicators' values from CSV, XLSX or JSON."""

    async def send(client: Client, path: Path, content: bytes) -> Json:
        return await client.ask("POST", "/values/import", file=(path.name, content), name=path.name, dry_run=dry_run)

    _each(files, send, where, as_json=as_json)


def survey(*files: Path, dry_run: DryRun = False, as_json: AsJson = False, where: Where | None = None) -> None:
    """A questionnaire from JSON; it stays a draft."""

    async def send(client: Client, path: Path, content: bytes) -> Json:
        document = _json(path, content)
        return await client.ask("POST", "/surveys/import", body=document, format="json", dry_run=dry_run or None)

    _each(files, send, where, as_json=as_json)


def responses(
    *files: Path,
    survey: Annotated[str, Parameter(help=words("код на анкетата", "the survey's id"))],
    dry_run: DryRun = False,
    as_json: AsJson = False,
    where: Where | None = None,
) -> None:
    """Responses to a survey from CSV or XLSX."""

    async def send(client: Client, path: Path, content: bytes) -> Json:
        return await client.ask(
            "POST", f"/surveys/{survey}/responses/import", file=(path.name, content), name=path.name, dry_run=dry_run
        )

    _each(files, send, where, as_json=as_json)


def _each(files: tuple[Path, ...], send: Any, where: Where | None, *, as_json: bool) -> None:  # noqa: ANN401 - one of the four above
    contents = [(path, _content(path)) for path in files]
    if not contents:
        raise Invalid(Text(bg="Посочете поне един файл.", en="Name at least one file."))

    async def run() -> list[Json]:
        async with connected(where or Where()) as client:
            return [await _sent(client, send, path, content) for path, content in contents]

    replies = asyncio.run(run())
    if as_json:
        print_json(replies)


async def _sent(client: Client, send: Any, path: Path, content: bytes) -> Json:  # noqa: ANN401 - one of the four above
    console: Console = err()
    with console.status(escape(words(f"Внасям {path.name}…", f"Importing {path.name}…"))):
        reply = await send(client, path, content)
        await client.settled()
    console.print(f"{path.name}: {told(reply)}", markup=False)
    return reply


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise Invalid(
            Text(
                bg=f"Файлът {path} не се чете: {fault.strerror}.",
                en=f"The file {path} can't be read: {fault.strerror}.",
            )
        ) from fault


def _json(path: Path, content: bytes) -> Json:
    try:
        return orjson.loads(content)
    except ValueError as fault:
        raise Invalid(Text(bg=f"{path.name} не е правилен JSON.", en=f"{path.name} is not valid JSON.")) from fault


def _id_in(document: Json, path: Path) -> str:
    if isinstance(document, dict) and isinstance(document.get("id"), str):
        return str(document["id"])
    raise Invalid(Text(bg=f"В {path.name} липсва полето „id“.", en=f"The field “id” is missing in {path.name}."))
