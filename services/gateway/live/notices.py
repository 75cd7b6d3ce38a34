"""What is told live: an event's name, what changed, and who may hear of it. Never what anybody said."""

from dataclasses import dataclass

import orjson

from shared.events.base import Event
from shared.events.reporting import REPORTING, EvaluationChanged
from shared.events.surveys import RESPONSES, SURVEYS, EstimateChanged, ResponseSubmitted, ResponseWithdrawn
from shared.identity import EVERYBODY, Identity, Role

WATCHED = (SURVEYS, RESPONSES, REPORTING)
"""The topics that hold what is told live."""

SURVEY_RESULTS = "survey.results"
EVALUATION_CHANGED = "evaluation.changed"


@dataclass(frozen=True)
class Notice:
    """Something changed: readers fetch it again, each with their own rights.

    Attributes:
        event: the name that browsers listen for.
        kind: what changed: a `survey` or a `plan`.
        key: which one.
        roles: who may hear of it.
        calm: one of many that may come at once; told a moment after the first.
    """

    event: str
    kind: str
    key: str
    roles: frozenset[Role] = EVERYBODY
    calm: bool = False

    @property
    def place(self) -> tuple[str, str]:
        """Of what it tells; of one thing only the latest notice counts."""
        return self.event, self.key

    def is_for(self, identity: Identity) -> bool:
        return identity.holds(*self.roles)

    def encoded(self) -> bytes:
        """The notice as a server-sent event."""
        return f"event: {self.event}\n".encode() + b"data: " + orjson.dumps({self.kind: self.key}) + b"\n\n"


def notice_of(event: Event) -> Notice | None:
    """Tell what readers should hear of an event, if anything."""
    match event:
        case EstimateChanged():
            return Notice(SURVEY_RESULTS, "survey", event.survey_id)
        case ResponseSubmitted() | ResponseWithdrawn():
            return Notice(SURVEY_RESULTS, "survey", event.survey_id, calm=True)
        case EvaluationChanged():
            return Notice(EVALUATION_CHANGED, "plan", event.plan_id)
        case _:
            return None
