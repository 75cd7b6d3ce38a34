"""A question's answers among the groups of another one, as a table."""

from services.gateway.pages.backend import Json
from services.gateway.pages.figure import UNKNOWN, Table, hidden_words, is_hidden
from services.gateway.pages.words import Words


def cut_table(asked: Json, by: Json, question: Json, words: Words) -> Table | None:
    """Lay out a row for each group, a column for each option and for the mean; None where there are none of these."""
    cuts = question.get("by")
    if not cuts or asked["id"] == by["id"]:
        return None
    columns = _columns(asked, words)
    groups = {choice["code"]: choice["text"] for choice in by["choices"]}
    with_mean = any(cut.get("mean") is not None for cut in cuts)
    if not columns and not with_mean:
        return None
    heads = (words.plain(by["text"]), words.say("Брой"), *(label for _, label in columns))
    rows = []
    for cut in cuts:
        name = words.text(groups[cut["code"]]) if cut["code"] in groups else cut["code"]
        rows.append((name, *_cells(cut, [code for code, _ in columns], words, with_mean=with_mean)))
    return Table((*heads, words.say("Средно")) if with_mean else heads, tuple(rows))


def _columns(asked: Json, words: Words) -> list[tuple[str, str]]:
    if asked["kind"] == "scale":
        return [(str(step), str(step)) for step in range(int(asked["low"]), int(asked["high"]) + 1)]
    if asked["kind"] in ("single", "multiple"):
        return [(choice["code"], words.plain(choice["text"])) for choice in asked["choices"]]
    return []


def _cells(cut: Json, codes: list[str], words: Words, *, with_mean: bool) -> tuple[str, ...]:
    if cut.get("suppressed") or cut.get("n") is None:
        return (hidden_words(words),)
    parts = {choice["code"]: choice for choice in cut.get("choices", ())}
    shares = [_share(parts.get(code), words) for code in codes]
    mean = [words.number(cut["mean"], 1) if cut.get("mean") is not None else UNKNOWN] if with_mean else []
    return (words.number(cut["n"]), *shares, *mean)


def _share(part: Json | None, words: Words) -> str:
    if part is None:
        return words.percent(0)
    return UNKNOWN if is_hidden(part) else words.percent(part["share"])
