"""An import that was checked whole and is being written: what a crash leaves undone is done later.

The job is the point of no return: its parts are stored before it, and the values are written after it.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256

from services.monitoring.domain.people import Person
from services.monitoring.domain.values import Entry
from shared.events.base import Figure, Part, derived_id
from shared.store import Document

ROWS_A_PART = 500


class KeptRow(Part):
    """A checked row. `over` is the version of the value that it was checked against, 0 where there was none."""

    indicator: str
    period: str
    over: int
    figure: Figure
    source: str
    note: str | None = None
    evidence: str | None = None
    disaggregation: dict[str, dict[str, Figure]]

    def entry(self) -> Entry:
        return Entry(self.figure, self.source, self.note, self.evidence, self.disaggregation)


class ImportPart(Document):
    """Some of the rows of an import; `id` is the job's with the part's number."""

    rows: tuple[KeptRow, ...]


class ImportJob(Document):
    """An import: who brought it and when, how many parts it has.

    If it came together with a plan, it counts only once that plan has reached `plan_version`.
    """

    subject: str
    unit: str | None
    is_expert: bool
    started_at: str
    parts: int
    plan: str | None = None
    plan_version: int = 0

    @property
    def person(self) -> Person:
        return Person(self.subject, self.unit, self.is_expert)

    def part_ids(self) -> list[str]:
        return [part_id(self.id, number) for number in range(self.parts)]


def job_id(content: bytes, subject: str) -> str:
    """The same file of the same person is the same import."""
    return derived_id("import", sha256(content).hexdigest(), subject)


def part_id(job: str, number: int) -> str:
    return f"{job}-{number}"


def parts_of(job: str, rows: Sequence[KeptRow]) -> Iterator[ImportPart]:
    for number, first in enumerate(range(0, len(rows), ROWS_A_PART)):
        yield ImportPart(id=part_id(job, number), rows=tuple(rows[first : first + ROWS_A_PART]))
