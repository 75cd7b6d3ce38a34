"""What the reporting service announces."""

from typing import ClassVar, Literal

from shared.events.base import Event

REPORTING = "megdan.reporting"

NodeStatus = Literal["achieved", "on_track", "behind", "off_track", "no_data"]


class EvaluationChanged(Event):
    """The live evaluation of a plan moved. Shares of 1; null where nothing is due or known.

    `position` is the log entry that moved it, as `shard:number`.
    """

    TYPE: ClassVar[str] = "bg.megdan.reporting.evaluation.changed.v1"
    TOPIC: ClassVar[str] = REPORTING

    plan_id: str
    score: float | None
    coverage: float
    provisional: float
    status: NodeStatus
    position: str

    @property
    def key(self) -> str:
        return self.plan_id
