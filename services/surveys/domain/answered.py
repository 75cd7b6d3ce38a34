"""The figures of one question on one base, by its kind."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from services.surveys.domain.bins import binned
from services.surveys.domain.countable import (
    ANSWERED,
    ASKED,
    decimal_text,
    key_of_row,
    option_of_key,
    ranked_of_key,
)
from services.surveys.domain.counted import Counted, Kind
from services.surveys.domain.figures import BinFigures, ChoiceFigures, ItemFigures, RowFigures
from services.surveys.domain.inference import mean_of, median_of, share_of
from services.surveys.domain.sums import NOBODY, Sum, Sums, together

MOST_VALUES = 101
"""More different numbers than these are told in bins only."""
_FEW_VALUES = 12
"""So few different numbers need no bins."""
_LONGEST_SCALE = 101

Fields = dict[str, Any]  # Any: the fields of the figures' models, which check them


def answered_figures(question: Counted, sums: Sums) -> Fields:
    """The fields of `AnsweredFigures` and `n` from the sums of a question's keys."""
    base = sums.get(ANSWERED, NOBODY)
    asked = sums.get(ASKED, NOBODY)
    given = {key: part for key, part in sums.items() if key not in (ANSWERED, ASKED)}
    fields = {"n": base.count, "missing": asked.count - base.count, "suppressed": False}
    return fields | _OF_KIND[question.kind](question, given, base)


def _single(question: Counted, sums: Sums, base: Sum) -> Fields:
    return {"choices": _choices(question.choices, _by_option(sums), base)}


def _multiple(question: Counted, sums: Sums, base: Sum) -> Fields:
    chosen = _by_option(sums)
    mentions = together(part for code, part in chosen.items() if code not in question.exclusive).weight
    return {
        "choices": tuple(
            choice.model_copy(update={"mention": chosen.get(choice.code, NOBODY).weight / mentions})
            if mentions > 0 and choice.code not in question.exclusive
            else choice
            for choice in _choices(question.choices, chosen, base)
        )
    }


def _scale(question: Counted, sums: Sums, base: Sum) -> Fields:
    marks = {int(key): part for key, part in sums.items()}
    listed = sorted({*_marks(question), *marks})
    choices = tuple(_choice(str(mark), marks.get(mark, NOBODY), base) for mark in listed)
    return {"choices": choices} | _mean([(float(mark), part) for mark, part in marks.items()])


def _number(_: Counted, sums: Sums, base: Sum) -> Fields:
    given = {Decimal(key): sums[key] for key in sorted(sums, key=Decimal)}
    fields = _mean([(float(value), part) for value, part in given.items()])
    if len(given) <= MOST_VALUES:
        fields["values"] = tuple(_choice(decimal_text(value), part, base) for value, part in given.items())
    if len(given) > _FEW_VALUES:
        fields["bins"] = tuple(
            BinFigures(
                **_choice(decimal_text(part.at_least), part.answers, base).model_dump(exclude_unset=True),
                at_least=float(part.at_least),
                below=float(part.below),
            )
            for part in binned(given)
        )
    return fields


def _date(_: Counted, sums: Sums, base: Sum) -> Fields:
    months: dict[str, list[Sum]] = {}
    for day, part in sums.items():
        months.setdefault(day[: len("2026-05")], []).append(part)
    return {"values": tuple(_choice(month, together(months[month]), base) for month in sorted(months))}


def _text(_question: Counted, _sums: Sums, _base: Sum) -> Fields:
    return {}


def _matrix(question: Counted, sums: Sums, _: Sum) -> Fields:
    return {"rows": tuple(_row(question, row, sums) for row in question.rows)}


def _row(question: Counted, row: str, sums: Sums) -> RowFigures:
    start = key_of_row(row)
    marks = {key.removeprefix(start): part for key, part in sums.items() if key.startswith(start)}
    base = together(marks.values())
    if question.low is None:
        return RowFigures(row=row, n=base.count, suppressed=False, choices=_choices(question.choices, marks, base))
    return RowFigures(row=row, n=base.count, suppressed=False, **_scale(question, marks, base))


def _rank(question: Counted, sums: Sums, base: Sum) -> Fields:
    places: dict[str, dict[int, Sum]] = {code: {} for code in question.choices}
    for key, part in sums.items():
        code, place = ranked_of_key(key)
        places.setdefault(code, {})[place] = part
    return {"items": tuple(_item(code, ranked, base) for code, ranked in places.items())}


def _item(code: str, ranked: Mapping[int, Sum], base: Sum) -> ItemFigures:
    first = ranked.get(1, NOBODY)
    mean = mean_of([(float(place), part) for place, part in ranked.items()])
    share = share_of(first, base)
    return ItemFigures(
        code=code,
        n=sum(part.count for part in ranked.values()),
        mean_rank=mean and mean.mean,
        first_count=first.count,
        first=share and share.share,
    )


_OF_KIND: Mapping[Kind, Callable[[Counted, Sums, Sum], Fields]] = {
    "single": _single,
    "multiple": _multiple,
    "scale": _scale,
    "number": _number,
    "date": _date,
    "text": _text,
    "matrix": _matrix,
    "rank": _rank,
}


def _marks(question: Counted) -> Iterable[int]:
    """All marks of a scale, also those that nobody gave, unless they are too many to list."""
    if question.low is None or question.high is None or question.high - question.low >= _LONGEST_SCALE:
        return ()
    return range(question.low, question.high + 1)


def _by_option(sums: Sums) -> dict[str, Sum]:
    options = {option_of_key(key): part for key, part in sums.items()}
    return {code: part for code, part in options.items() if code is not None}


def _choices(listed: Sequence[str], chosen: Sums, base: Sum) -> tuple[ChoiceFigures, ...]:
    """The options in the order of the questionnaire; after them those that it no longer has."""
    unlisted = sorted(set(chosen) - set(listed))
    return tuple(_choice(code, chosen.get(code, NOBODY), base) for code in (*listed, *unlisted))


def _choice(code: str, part: Sum, base: Sum) -> ChoiceFigures:
    share = share_of(part, base)
    return ChoiceFigures(
        code=code,
        count=part.count,
        share=share and share.share,
        low=share and share.low,
        high=share and share.high,
    )


def _mean(values: Sequence[tuple[float, Sum]]) -> Fields:
    mean = mean_of(values)
    return {
        "mean": mean and mean.mean,
        "sd": mean and mean.sd,
        "mean_low": mean and mean.low,
        "mean_high": mean and mean.high,
        "median": median_of(values),
    }
