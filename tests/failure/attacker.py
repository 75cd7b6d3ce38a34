"""An attacker who keeps everything that a survey ever publishes, and subtracts."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

Json = Any  # what the API answers

Counts = Mapping[str, int | None]
"""How many chose each option, as it is told; None = hidden."""

WHOLE = ""
"""What the attacker calls the row of everybody."""

ALWAYS_ANSWERED = "age"
"""A question that everybody answers: by it differences that may be of one response are looked up."""

NEAR = 12
"""States so many steps apart are subtracted from one another across tables, all within one table."""

RECORD = 3
"""So many answers at once, with no other table against it, are a record and no chance."""

HALF_A_STEP = 0.0051
"""Means are rounded to a hundredth."""

SMALL = 5
"""Nobody may learn how many they are who are fewer."""


@dataclass(frozen=True)
class Table:
    """A table of one part: how many answered, and what; `several`: one may choose several options."""

    n: int
    counts: Counts
    several: bool = False

    def minus(self, other: "Table") -> "Table":
        counts = {name: _difference(count, other.counts.get(name, 0)) for name, count in self.counts.items()}
        return Table(self.n - other.n, counts, self.several)

    def answer(self) -> tuple[str, ...] | None:
        """What a single response said, if this difference is of exactly one; None if it isn't or does not tell."""
        told = {name: count * self.n for name, count in self.counts.items() if count}
        if abs(self.n) != 1 or set(told.values()) != {1} or (len(told) > 1 and not self.several):
            return None
        return tuple(sorted(told))

    def is_of_nobody(self) -> bool:
        return self.n == 0 and not any(self.counts.values())


Tables = Mapping[str, Table]
"""The tables of all parts, of the whole or of one row, at one moment."""


def _difference(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one - other


@dataclass
class Attacker:
    """What was published, in the order in which it came: for each row (and the whole) its tables when they changed."""

    kept: dict[str, list[Tables]] = field(default_factory=lambda: defaultdict(list))
    moments: list[dict[str, Tables]] = field(default_factory=list)
    by_means: set[tuple[str, str, int]] = field(default_factory=set)
    last: Json = None

    def keep(self, answers: Mapping[str, Json]) -> None:
        """Keep what is public at one moment: the results, and those by each question that one may cut by."""
        told = {cut: answer["questions"] for cut, answer in answers.items()}
        if told == self.last:
            return
        self.last = told
        self.by_means |= {found for answer in answers.values() for found in _told_by_means(answer["questions"])}
        now: dict[str, Tables] = {WHOLE: _tables(answers[WHOLE]["questions"])}
        for cut, answer in answers.items():
            if cut != WHOLE:
                now |= _rows(cut, answer["questions"])
        now = {row: tables for row, tables in now.items() if tables}
        if not self.moments or self.moments[-1] != now:
            self.moments.append(now)
        for row, tables in now.items():
            if not self.kept[row] or self.kept[row][-1] != tables:
                self.kept[row].append(tables)

    def single_answers(self) -> set[tuple[str, str, tuple[str, ...]]]:
        """Answers (row, part, options) that a difference of two tables of the same row and part gives away."""
        found: set[tuple[str, str, tuple[str, ...]]] = set()
        for row, states in self.kept.items():
            for part, tables in _by_part(states).items():
                of_size: dict[int, list[Table]] = defaultdict(list)
                for table in tables:
                    for other in (*of_size[table.n - 1], *of_size[table.n + 1]):
                        answer = table.minus(other).answer()
                        if answer is not None:
                            found.add((row, part, answer))
                    of_size[table.n].append(table)
        return found

    def records(self) -> list[Mapping[str, tuple[str, ...]]]:
        """Whole records that differences give away: of moments, of rows, and of both against one another."""
        found: dict[str, Mapping[str, tuple[str, ...]]] = {}
        for difference in (*self._within_rows(), *self._rests(), *self._across()):
            record = _record(difference)
            if record is not None:
                found[repr(sorted(record.items()))] = record
        return list(found.values())

    def _within_rows(self) -> Iterator[Tables]:
        for states in self.kept.values():
            yield from _near(states)

    def _rests(self) -> Iterator[Tables]:
        """What the shown rows of a cut leave of the whole: at a moment, and from one moment to the next."""
        for cut in sorted({row.partition("/")[0] for row in self.kept if row}):
            rests = [_rest(moment, cut) for moment in self.moments]
            yield from rests
            yield from (_minus(later, earlier) for earlier, later in pairwise(rests))

    def _across(self) -> Iterator[Tables]:
        """How the whole moved, less how a row moved."""
        moved: dict[int, list[Tables]] = defaultdict(list)
        for row, states in self.kept.items():
            for difference in _near([{}, *states]) if row else ():
                if ALWAYS_ANSWERED in difference:
                    moved[difference[ALWAYS_ANSWERED].n].append(difference)
        for whole in _near([{}, *self.kept[WHOLE]]):
            n = whole[ALWAYS_ANSWERED].n
            for row_moved in (*moved[n - 1], *moved[n], *moved[n + 1]):
                if _may_be_one(whole[ALWAYS_ANSWERED].minus(row_moved[ALWAYS_ANSWERED])):
                    yield _minus(whole, row_moved)


def _may_be_one(difference: Table) -> bool:
    return difference.answer() is not None or difference.is_of_nobody()


def _near(states: Sequence[Tables]) -> Iterator[Tables]:
    for at, later in enumerate(states):
        for earlier in states[max(0, at - NEAR) : at]:
            yield _minus(later, earlier)


def _minus(tables: Tables, others: Tables) -> Tables:
    return {part: table.minus(others[part]) if part in others else table for part, table in tables.items()}


def _rest(moment: Mapping[str, Tables], cut: str) -> Tables:
    rest = moment.get(WHOLE, {})
    for row, tables in moment.items():
        if row.startswith(f"{cut}/"):
            rest = _minus(rest, tables)
    return rest


def _record(difference: Tables) -> Mapping[str, tuple[str, ...]] | None:
    """The record that a difference tells, if nothing in it speaks against being of exactly one response."""
    answers: dict[str, tuple[str, ...]] = {}
    for part, table in difference.items():
        answer = table.answer()
        if answer is not None:
            answers[part] = answer
        elif table.counts and not table.is_of_nobody():
            return None
    return answers if len(answers) >= RECORD else None


def _by_part(states: Iterable[Tables]) -> Mapping[str, list[Table]]:
    found: dict[str, list[Table]] = defaultdict(list)
    for tables in states:
        for part, table in tables.items():
            if not found[part] or found[part][-1] != table:
                found[part].append(table)
    return found


def _told_by_means(questions: Iterable[Json]) -> Iterator[tuple[str, str, int]]:
    """Hidden counts of a few that a mean and the shown counts tell: of which question, which option, how many."""
    for question in questions:
        parts = [question, *question.get("rows", ()), *question.get("by", ())]
        for part in (*parts, *(row for cut in question.get("by", ()) for row in cut.get("rows", ()))):
            yield from ((question["id"], *found) for found in _solved(part))


def _solved(said: Json) -> Iterator[tuple[str, int]]:
    marks = {choice["code"]: choice["count"] for choice in said.get("choices", ()) if choice["code"].isdigit()}
    hidden = [code for code, count in marks.items() if count is None]
    if said.get("mean") is None or len(hidden) != len("ab"):
        return
    one, other = hidden
    together = said["n"] - sum(count for count in marks.values() if count is not None)
    shown = sum(int(code) * count for code, count in marks.items() if count is not None)
    fitting = [
        count
        for count in range(together + 1)
        if abs((shown + int(one) * count + int(other) * (together - count)) / said["n"] - said["mean"]) <= HALF_A_STEP
    ]
    if len(fitting) == 1:
        yield from (
            (code, count) for code, count in ((one, fitting[0]), (other, together - fitting[0])) if count < SMALL
        )


def _tables(questions: Iterable[Json]) -> Tables:
    return {part: table for question in questions for part, table in _of_question(question["id"], question)}


def _rows(cut: str, questions: Iterable[Json]) -> dict[str, Tables]:
    found: dict[str, dict[str, Table]] = defaultdict(dict)
    for question in questions:
        for row in question.get("by", ()):
            found[f"{cut}/{row['code']}"].update(_of_question(question["id"], row))
    return dict(found)


def _of_question(name: str, said: Json) -> Iterator[tuple[str, Table]]:
    if said["suppressed"] or said["n"] is None:
        return
    counts = {choice["code"]: choice["count"] for choice in (*said.get("choices", ()), *said.get("values", ()))}
    counts |= {item["code"]: item["first_count"] for item in said.get("items", ())}
    several = any("mention" in choice for choice in said.get("choices", ()))
    yield name, Table(said["n"], counts, several)
    for row in said.get("rows", ()):
        yield from _of_question(f"{name}.{row['row']}", row)
