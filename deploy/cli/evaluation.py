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
    app.command(evaluate, help=words("Оценката на плана като дърво.", "The plan's evaluation as a tree."))


def evaluate(
    *,
    plan: Annotated[str, Parameter(help=words("код на плана", "the plan's id"))],
    as_of: Annotated[str | None, Parameter(help=words("към дата, ГГГГ-ММ-ДД", "as of a day, YYYY-MM-DD"))] = None,
    as_json: AsJson = False,
    where: Where | None = None,
) -> None:
    """The plan's evaluation as a tree."""

    async def run() -> Json:
        async with connected(where or Where()) as client:
            return await client.ask("GET", f"/evaluation/{plan}", as_of=as_of)

    evaluation = asyncio.run(run())
    if as_json:
        print_json(evaluation)
    else:
        out().print(_table(evaluation))


def _table(evaluation: Json) -> Table:
    table = Table(title=_title(evaluation), title_justify="left", caption=_notes(evaluation), caption_justify="left")
    table.add_column(words("Наименование", "Name"), min_width=30, overflow="fold", ratio=1)
    for bg, en in (("Постигнато", "Achieved"), ("Очаквано", "Expected"), ("Оценка", "Score"), ("Обхват", "Coverage")):
        table.add_column(words(bg, en), justify="right", no_wrap=True)
    table.add_column(words("Състояние", "Status"), no_wrap=True)
    table.add_row(words("Планът", "The plan"), *_figures(evaluation), style="bold")
    for depth, node in _walk(evaluation["tree"], 1):
        table.add_row("  " * depth + escape(_name(node)), *_figures(node))
    return table


def _title(evaluation: Json) -> str:
    title = Text.model_validate(evaluation["title"]).in_(command_language())
    return escape(f"{title}\n{words('Към', 'As of')} {evaluation['as_of']}")


def _notes(evaluation: Json) -> str:
    """Say what the marks mean, those that are there."""
    marks = [
        (
            evaluation.get("reconstructed"),
            words("* възстановено или предложено за показ", "* reconstructed or proposed"),
        ),
        (evaluation["provisional"], words("~ предварително, от отворена анкета", "~ provisional, of an open survey")),
    ]
    return "\n".join(said for there, said in marks if there)


def _name(node: Json) -> str:
    marks = ("*" if node.get("reconstructed") else "") + ("~" if node.get("state") == "provisional" else "")
    return Text.model_validate(node["title"]).in_(command_language()) + (f" {marks}" if marks else "")


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
    if value is None:
        return "–"
    percent = f"{value * 100:.0f}".replace("-", "−")
    return words(f"{percent}\u00a0%", f"{percent}%")
