"""A survey's results, question by question, as figures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup, escape

from services.gateway.pages import charts
from services.gateway.pages.backend import Json
from services.gateway.pages.counting import as_given
from services.gateway.pages.fields import OTHER, OTHER_TEXT
from services.gateway.pages.figure import (
    UNKNOWN,
    Figure,
    Table,
    hidden_words,
    interval,
    is_hidden,
    share_cells,
    share_in_words,
)
from services.gateway.pages.scale_figures import Scaled, scale_figure
from services.gateway.pages.words import Words


@dataclass(frozen=True)
class _Question:
    """A question with its figures and the words to tell them in."""

    asked: Json
    figures: Json
    words: Words
    as_given: bool = False

    @property
    def base(self) -> str:
        return self.words.count("{n} отговор", "{n} отговора", self.figures["n"])

    def label(self, code: str) -> str:
        text = self._labels().get(code)
        return self.words.plain(text) if text else code

    def marked_label(self, code: str) -> Markup:
        text = self._labels().get(code)
        return self.words.text(text) if text else escape(code)

    def _labels(self) -> dict[str, Json]:
        return {OTHER: OTHER_TEXT} | {c["code"]: c["text"] for c in self.asked.get("choices", ())}

    def figure(self, message: str, sub: str, rows: Sequence[charts.Bar], table: Table | None) -> Figure:
        """Put a figure together; without rows it has no chart."""
        written = [self.words.percent(share) for share in charts.axis(rows)]
        label = f"{self.words.plain(self.asked['text'])} {message}"
        plots = charts.bars(rows, label, written) if rows else None
        return Figure(
            self.asked["id"], self.words.text(self.asked["text"]), message, sub, plots, table, ids=(self.asked["id"],)
        )


def _shares(question: _Question) -> Figure:
    words, figures = question.words, question.figures
    parts = figures.get("choices") or figures.get("values") or figures.get("bins") or ()
    ordered = sorted(parts, key=lambda part: -(part.get("share") or -1)) if figures.get("choices") else list(parts)
    rows = [
        charts.Bar(question.label(p["code"]), p.get("share"), p.get("low"), p.get("high"), share_in_words(p, words))
        for p in ordered
    ]
    ends = () if question.as_given else (words.say("от"), words.say("до"))
    heads = (words.say("Отговор"), words.say("Брой"), words.say("Дял"), *ends)
    cells = tuple((question.marked_label(p["code"]), *share_cells(p, words)[: len(heads) - 1]) for p in ordered)
    several = question.asked["kind"] == "multiple"
    what = (
        words.say("Дял от отговорилите; могат да се посочат няколко") if several else words.say("Дял от отговорилите")
    )
    return question.figure(
        _leading(question, ordered), f"{what}, {question.base}. {_manner(question)}", rows, Table(heads, cells)
    )


def _manner(question: _Question) -> str:
    if question.as_given:
        return question.words.say("Както са дадени, без претегляне.")
    return question.words.say("Чертата е 95 % интервал, ориентировъчен: анкетата е отворена за всички.")


def _leading(question: _Question, ordered: Sequence[Json]) -> str:
    words, mean = question.words, question.figures.get("mean")
    if mean is not None:
        return words.say("Средно {mean}", mean=words.number(mean, 1))
    if not ordered or is_hidden(ordered[0]):
        return ""
    first = ordered[0]
    parts = {"what": question.label(first["code"]), "share": words.percent(first["share"])}
    return words.say("Най-често: {what} – {share} {interval}", interval=interval(first, words), **parts).strip()


def _ranked(question: _Question) -> Figure:
    words = question.words
    items = sorted(question.figures.get("items", ()), key=lambda item: -(item.get("first") or -1))
    firsts = [{"code": item["code"], "share": item.get("first")} for item in items]
    rows = [charts.Bar(question.label(f["code"]), f["share"], None, None, share_in_words(f, words)) for f in firsts]
    heads = (words.say("Отговор"), words.say("Подредили го"), words.say("На първо място"), words.say("Средно място"))
    cells = tuple((question.marked_label(item["code"]), *_rank_cells(item, words)) for item in items)
    message = ""
    if firsts and firsts[0]["share"] is not None:
        parts = {"what": question.label(firsts[0]["code"]), "share": words.percent(firsts[0]["share"])}
        message = words.say("Най-често на първо място: {what} – {share}", **parts)
    sub = words.say("Дял, поставили го на първо място")
    return question.figure(message, f"{sub}, {question.base}.", rows, Table(heads, cells))


def _rank_cells(item: Json, words: Words) -> tuple[str, ...]:
    if item.get("first") is None:
        return (hidden_words(words),)
    mean = words.number(item["mean_rank"], 1) if item.get("mean_rank") is not None else UNKNOWN
    return (words.number(item["n"]), words.percent(item["first"]), mean)


def _untold(question: _Question) -> Figure:
    """A question without figures: its text is for staff, or too few have answered."""
    if question.figures.get("suppressed"):
        why = question.words.say("Отговорите са още малко. Числата се показват, когато това не издава никого.")
    else:
        why = question.words.say("Написаното с думи не се показва тук.")
    return question.figure("", f"{question.base}. {why}", [], None)


def _matrix(question: _Question) -> Figure:
    texts = {row["code"]: row["text"] for row in question.asked["rows"]}
    rows = [Scaled(row, texts[row["row"]], question.asked) for row in question.figures.get("rows", ())]
    if all(row.figures.get("suppressed") for row in rows):
        return _untold(question)
    return scale_figure(rows, question.asked["text"], question.asked["id"], question.words)


def _one(question: _Question) -> Figure:
    if question.figures.get("suppressed") or question.asked["kind"] == "text":
        return _untold(question)
    draw = {"rank": _ranked, "matrix": _matrix}.get(question.asked["kind"], _shares)
    return draw(question)


def _page(page: Json, given: dict[str, Json], words: Words) -> Iterator[Figure]:
    asked = [question for question in page["questions"] if question["id"] in given]
    for (kind, *_), group in groupby(
        asked, lambda question: (question["kind"], question.get("low"), question.get("high"))
    ):
        together = list(group)
        shown = [q for q in together if kind == "scale" and not given[q["id"]].get("suppressed")]
        if shown:
            title = page.get("title") if len(together) > 1 else None
            scaled = [Scaled(given[q["id"]], q["text"], q) for q in shown]
            yield scale_figure(scaled, title or shown[0]["text"], shown[0]["id"], words)
        for question in together:
            if question not in shown:
                figures = given[question["id"]]
                yield _one(_Question(question, figures, words, as_given=bool(figures.get("as_given"))))


def figures_of(survey: Json, results: Json, words: Words) -> list[Figure]:
    """Draw every question in the order of the questionnaire; scales that stand side by side share a figure.

    Questions that the survey is weighted to tell who answered: they are counted as given, as their weighted shares
    are those of the census by construction.
    """
    who = set(survey.get("weight_to", ()))
    given = {q["id"]: as_given(q) if q["id"] in who else q for q in results["questions"]}
    return [figure for page in survey["pages"] for figure in _page(page, given, words)]
