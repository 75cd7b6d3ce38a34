"""A cut is a table: what is hidden in one row must not be worked out from the other rows and the totals."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.surveys.domain.hiding import PublicRule
from services.surveys.domain.suppression import Cell, hidden_parts, suppressed


@dataclass(frozen=True)
class Base:
    """Those who answered a question, in all or in one row of a cut, and how many of them chose each option."""

    n: int
    counts: tuple[int, ...] = ()


@dataclass(frozen=True)
class HiddenTogether:
    """What to hide of a cut.

    Attributes:
        rows: for each row, the options.
        totals: the options of the question as a whole.
        sizes: the rows whose size is hidden.
        withheld: the rows of which nothing is shown.
    """

    rows: tuple[frozenset[int], ...]
    totals: frozenset[int]
    sizes: frozenset[int]
    withheld: frozenset[int]


def hidden_together(whole: Base, rows: Sequence[Base], rule: PublicRule, *, several: bool) -> HiddenTogether:
    """Decide over a cut's table, whose last, unpublished row is of those who did not answer what is cut by.

    `several`: one person may have chosen several options, so that each option is a table of its own, chosen or not.
    """
    withheld = _withheld(whole, rows, rule)
    unknown = whole.n - sum(row.n for row in rows)
    sizes = hidden_parts([*(row.n for row in rows), unknown], rule.k)
    tables = [(at,) for at in range(len(whole.counts))] if several else [tuple(range(len(whole.counts)))]
    found = [_hidden(whole, rows, options, withheld, rule.k, several=several) for options in tables if options]
    cells = frozenset(cell for part in found for cell in part)
    return HiddenTogether(
        rows=tuple(frozenset(c for r, c in cells if r == at and c >= 0) for at in range(len(rows))),
        totals=frozenset(c for r, c in cells if r < 0 <= c),
        sizes=(sizes | {r for r, c in cells if c < 0 <= r}) & frozenset(range(len(rows))),
        withheld=withheld,
    )


def _withheld(whole: Base, rows: Sequence[Base], rule: PublicRule) -> frozenset[int]:
    """Rows that are too small; where it would be a single one, the next larger goes with it."""
    small = {at for at, row in enumerate(rows) if row.n < rule.row_base}
    there = [at for at in small if rows[at].n]
    larger = sorted((row.n, at) for at, row in enumerate(rows) if at not in small)
    is_alone = len(there) == 1 and whole.n == sum(row.n for row in rows)
    return frozenset(small | ({larger[0][1]} if is_alone and larger else set()))


def _hidden(
    whole: Base, rows: Sequence[Base], options: tuple[int, ...], withheld: frozenset[int], k: int, *, several: bool
) -> frozenset[Cell]:
    """The hidden cells of one table as (row, option), -1 standing for the totals."""

    def line(base: Base) -> list[int]:
        chosen = [base.counts[at] for at in options]
        return [*chosen, base.n - sum(chosen)] if several else chosen

    known = [line(row) for row in rows]
    unknown = [total - sum(column) for total, column in zip(line(whole), zip(*known, strict=True), strict=True)]
    width = len(unknown)
    secret = {(at, column) for at in withheld for column in range(width)}
    absent = {(len(rows), column) for column in range(width + 1)}
    small_totals = hidden_parts(line(whole), k)
    absent |= {(len(rows) + 1, column) for column in small_totals}
    return frozenset(
        (-1 if row == len(rows) + 1 else row, -1 if column == width else options[min(column, len(options) - 1)])
        for row, column in suppressed([*known, unknown], k, secret, absent)
        if row != len(rows)
    )
