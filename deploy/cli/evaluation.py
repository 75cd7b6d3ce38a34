"""`./megdan evaluate`: the evaluation tree in the terminal."""

import asyncio
from collections.abc import Iterator
from typing import Annotated, Any

from cyclopts import App, Parameter
from rich.markup import escape
from rich.table import Table

from deploy.cli.connection import Where, connected
from deploy.cli.imports import AsJson
from deploy.cli.speech import command_language, out, print_json, words
from shared.language import Text

Json = Any  # whatever the API answers

STATUS = {
    "achieved": (Text(bg="✓ постигнат", en="✓ achieved"), "green"),
    "on_track": (Text(bg="↗ по график", en="↗ on track"), "blue"),
    "behind": (Text(bg="▲ изостава", en="▲ behind"), "yellow"),
    "off_track": (Text(bg="✕ извън графика", en="✕ off track"), "red"),
    "no_data": (Text(bg="○ няма данни", en="○ no data"), "dim"),
    "context": (Text(bg="· за сведение", en="· context"), "dim"),
}


def add_to(app: App) -> None:
    app.command(evaluate)


def evaluate(
    *,
    plan: Annotated[str, Parameter(help=words("код на плана", "the plan's id"))],
    as_of: Annotated[str | None, Parameter(help=words("към дата, ГГГГ-ММ-ДД", "as of a day, YYYY-MM-DD"))] = None,
    as_json: AsJson = False,
    where: Where | None = None,
) -> None:
    """Оценката на плана като дърво. / The plan's evaluation as a tree."""

    async def run() -> Json:
        async with connected(where or Where()) as client:
            return await client.ask("GET", f"/evaluation/{plan}", as_of=as_of)

    evaluation = asyncio.run(run())
    if as_json:
        print_json(evaluation)
    else:
        out().print(_table(evaluation))


def _table(evaluation: Json) -> Table:
    table = Table(title=f"{evaluation['plan']}, {evaluation['as_of']}", title_justify="left")
    table.add_column(words("Наименование", "Name"), ratio=1)
    for bg, en in (("Постигнато", "Achieved"), ("Очаквано", "Expected"), ("Оценка", "Score"), ("Обхват", "Coverage")):
        table.add_column(words(bg, en), justify="right", no_wrap=True)
    table.add_column(words("Състояние", "Status"), no_wrap=True)
    table.add_row(words("Планът", "The plan"), *_figures(evaluation), style="bold")
    for depth, node in _walk(evaluation["tree"], 1):
        title = Text.model_validate(node["title"]).in_(command_language())
        table.add_row("  " * depth + escape(title), *_figures(node))
    return table


def _walk(nodes: list[Json], depth: int) -> Iterator[tuple[int, Json]]:
    for node in nodes:
        yield depth, node
        yield from _walk(node.get("children", []), depth + 1)


def _figures(node: Json) -> tuple[str, str, str, str, str]:
    text, style = STATUS[node["status"]]
    achieved = node.get("achieved", node.get("progress"))
    shares = [_share(value) for value in (achieved, node.get("expected"), node.get("score"), node.get("coverage"))]
    return (*shares, f"[{style}]{text.in_(command_language())}[/]")  # type: ignore[return-value]  # four shares and a status


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value * 100:.0f} %"
