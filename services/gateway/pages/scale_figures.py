"""Questions that share a scale, or the rows of a matrix, as diverging bars with their means."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.gateway.pages import charts
from services.gateway.pages.backend import Json
from services.gateway.pages.figure import UNKNOWN, Figure, Table, hidden_words, is_hidden
from services.gateway.pages.words import Words


@dataclass(frozen=True)
class Scaled:
    """One bar: its figures, its own text, and the question that it belongs to."""

    figures: Json
    text: Json
    question: Json

    @property
    def mean(self) -> float | None:
        given: float | None = self.figures.get("mean")
        return given


def scale_figure(scaled: Sequence[Scaled], title: Json, figure_id: str, words: Words) -> Figure:
    """Draw what shares a scale, the highest mean first."""
    question = scaled[0].question
    steps = [str(step) for step in range(int(question.get("low") or 1), int(question.get("high") or 5) + 1)]
    ordered = sorted(scaled, key=lambda one: -(one.mean or 0))
    stacks = [stack for one in ordered if (stack := _stack(one, steps, words))]
    ends = (words.say("Средно"), words.say("от"), words.say("до"))
    rows = tuple((words.text(one.text), *_cells(one.figures, steps, words)) for one in ordered)
    return Figure(
        figure_id,
        words.text(title),
        _extremes(ordered, words),
        _measure(ordered, stacks, words),
        charts.stacks(stacks, f"{words.plain(title)}. {_extremes(ordered, words)}") if stacks else None,
        Table((words.say("Въпрос"), words.say("Брой"), *steps, *ends), rows),
        key=tuple(zip(charts.key(len(steps)), _named_steps(steps, words), strict=True)),
        ids=tuple(dict.fromkeys(one.question["id"] for one in scaled)),
    )


def _measure(ordered: Sequence[Scaled], stacks: Sequence[charts.Stack], words: Words) -> str:
    said = words.say("Дял от отговорилите по степени, най-високата средна оценка е първа.")
    if any(stack.note for stack in stacks):
        said += " " + words.say("Тире в таблицата: скрито поради малък брой.")
    if len(stacks) < len(ordered):
        said += " " + words.say("Редове със скрити числа са само в таблицата.")
    return said


def _named_steps(steps: Sequence[str], words: Words) -> list[str]:
    low, high = words.say("{n} – най-ниско", n=steps[0]), words.say("{n} – най-високо", n=steps[-1])
    return [low, *steps[1:-1], high]


def _stack(one: Scaled, steps: Sequence[str], words: Words) -> charts.Stack | None:
    """Draw the steps that are shown, and name those that are not; None where nothing is shown."""
    parts = one.figures.get("choices", ())
    shares = {part["code"]: part.get("share") or 0.0 for part in parts}
    given = tuple(shares.get(step, 0.0) for step in steps)
    if not sum(given):
        return None
    hidden = [step for step in steps if any(part["code"] == step and is_hidden(part) for part in parts)]
    note = f"{_runs(hidden)}: {hidden_words(words)}" if hidden else ""
    return charts.Stack(words.plain(one.text), given, tuple(words.number(share * 100, 0) for share in given), note)


def _runs(steps: Sequence[str]) -> str:
    """Write steps shortly, those that follow one another as a run: 1–2, 5."""
    runs: list[list[str]] = []
    for step in steps:
        if runs and int(step) == int(runs[-1][-1]) + 1:
            runs[-1].append(step)
        else:
            runs.append([step])
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def _cells(figures: Json, steps: Sequence[str], words: Words) -> tuple[str, ...]:
    if figures.get("suppressed") or figures.get("n") is None:
        return (hidden_words(words),)
    parts = {part["code"]: part for part in figures.get("choices", ())}
    shares = [_share(parts.get(step), words) for step in steps]
    means = [figures.get(name) for name in ("mean", "mean_low", "mean_high")]
    return (words.number(figures["n"]), *shares, *(UNKNOWN if m is None else words.number(m, 1) for m in means))


def _share(part: Json | None, words: Words) -> str:
    if part is None:
        return words.percent(0)
    return UNKNOWN if is_hidden(part) else words.percent(part["share"])


def _extremes(ordered: Sequence[Scaled], words: Words) -> str:
    means = [one.mean for one in ordered if one.mean is not None]
    if not means:
        return ""
    if len(means) == 1:
        return words.say("Средно {mean}", mean=words.number(means[0], 1))
    return words.say("Средно от {low} до {high}", low=words.number(means[-1], 1), high=words.number(means[0], 1))
