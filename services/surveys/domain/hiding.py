"""Figures of too few people, kept back within one base."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, TypeVar

from services.surveys.domain.counted import Kind
from services.surveys.domain.figures import ChoiceFigures, ItemFigures, Said
from services.surveys.domain.suppression import hidden_beside, hidden_parts

S = TypeVar("S", bound=Said)
C = TypeVar("C", bound=ChoiceFigures)

Hidden = Mapping[str, AbstractSet[int]]
"""For each field of `Said` that lists options, which of them to hide, by their places."""

_MEANS = frozenset({"mean", "sd", "mean_low", "mean_high", "median"})


@dataclass(frozen=True)
class PublicRule:
    """Below which numbers of people the public sees no figures.

    Attributes:
        k: the installation's threshold for an option, or the survey's higher one.
        base: fewest answers of a question; 30 while figures move, k is enough for those that are final.
        row_base: fewest answers in a row of a cut.
    """

    k: int = 5
    base: int = 30
    row_base: int = 30


def small_ones(said: Said, kind: Kind, n: int, k: int) -> Hidden:
    """What to hide in a base of `n` that stands alone."""
    choices = [choice.count or 0 for choice in said.choices]
    return {
        "choices": _rare_or_usual(choices, n, k) if kind == "multiple" else hidden_parts(choices, k),
        "values": hidden_parts([value.count or 0 for value in said.values], k),
        "bins": hidden_parts([part.count or 0 for part in said.bins], k),
        "items": hidden_parts([item.first_count or 0 for item in said.items], k),
    }


def small_ones_beside(said: Said, whole: Said, kind: Kind, sizes: tuple[int, int], k: int) -> Hidden:
    """What to hide in a base that is a part of a whole which is told too; `sizes` are theirs.

    Subtracting tells of the rest what is shown of both.
    """
    n, rest = sizes[0], sizes[1] - sizes[0]
    choices = _beside([each.count or 0 for each in said.choices], [each.count or 0 for each in whole.choices])
    items = _beside([each.first_count or 0 for each in said.items], [each.first_count or 0 for each in whole.items])
    if kind == "multiple":
        rare = _rare_or_usual(choices[0], n, k) | _rare_or_usual(choices[1], rest, k)
    else:
        rare = hidden_beside(*choices, k)
    return {"choices": rare, "values": frozenset(), "bins": frozenset(), "items": hidden_beside(*items, k)}


def _beside(counts: Sequence[int], whole: Sequence[int]) -> tuple[Sequence[int], Sequence[int]]:
    return counts, [total - count for count, total in zip(counts, whole, strict=True)]


def _rare_or_usual(counts: Sequence[int], n: int, k: int) -> AbstractSet[int]:
    """Of several answers, each tells by subtraction of those who did not give it, too."""
    return {at for at, count in enumerate(counts) if 0 < count < k or 0 < n - count < k}


def keep_back(said: S, hidden: Hidden, k: int) -> S:
    """Hide what is too small, and with it the means and deviations, from which it could be worked out.

    A number or month that few gave is left out altogether, since it tells what they answered; where there are bins,
    these are shown instead.
    """
    update: dict[str, Any] = {}  # Any: fields of several types
    if said.choices:
        update["choices"] = _without_figures(said.choices, hidden["choices"])
    if said.values and hidden["values"]:
        shown = [value for at, value in enumerate(said.values) if at not in hidden["values"]]
        update["values"] = () if said.bins else tuple(shown)
    if said.bins:
        update["bins"] = _without_figures(said.bins, hidden["bins"])
    if said.items:
        update["items"] = tuple(_item(item, at in hidden["items"], k) for at, item in enumerate(said.items))
    if hidden["choices"]:  # With two of them hidden, the mean and how many they are together tell both.
        update |= dict.fromkeys(_MEANS.intersection(said.model_fields_set))
    if any(hidden.values()) and "sd" in said.model_fields_set:
        update["sd"] = None
    return said.model_copy(update=update)


def without_means(said: S) -> S:
    """The figures without those that sum up all answers, from which a hidden one could be worked out."""
    return said.model_copy(update=dict.fromkeys(_MEANS.intersection(said.model_fields_set)))


def withheld(said: S) -> S:
    """The figures of a base that is too small: nothing but how many it is."""
    fields = {
        name: type(said).model_fields[name].default
        for name in (*Said.model_fields, "rows")
        if name in said.model_fields_set
    }
    return said.model_copy(update={**fields, "suppressed": True})


def _without_figures(choices: Sequence[C], hidden: AbstractSet[int]) -> tuple[C, ...]:
    nothing = {"count": None, "share": None, "low": None, "high": None, "mention": None, "hidden": True}
    return tuple(
        choice.model_copy(update={name: value for name, value in nothing.items() if name in _told(choice)})
        if at in hidden
        else choice
        for at, choice in enumerate(choices)
    )


def _told(choice: ChoiceFigures) -> AbstractSet[str]:
    return choice.model_fields_set | {"hidden"}


def _item(item: ItemFigures, is_hidden: bool, k: int) -> ItemFigures:  # noqa: FBT001 - a decision made by the caller
    update: dict[str, Any] = {}  # Any: fields of several types
    if is_hidden:
        update |= {"first_count": None, "first": None, "hidden": True}
    if 0 < item.n < k:
        update |= {"mean_rank": None, "hidden": True}
    return item.model_copy(update=update)
