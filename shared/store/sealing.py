"""How a store seals the events of a write: ids derived from the document's write, so that a repeat is recognised."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.errors import TooLarge
from shared.events.base import MAX_EVENT_BYTES, Envelope, Event, Sealed, derived_id, rfc3339, sealed
from shared.language import Text
from shared.logging import current_correlation
from shared.store import Document

_ENVELOPE = Envelope[Event]


@dataclass(frozen=True)
class Sealer:
    """Puts events in their envelopes. `source` names the service, `clock` tells the time in UTC."""

    source: str
    clock: Callable[[], datetime]

    def seal(self, collection: str, document: Document, events: Sequence[Event]) -> list[Sealed]:
        """Seal the events of a write that makes `document.version`. Raises TooLarge before anything is stored."""
        now = rfc3339(self.clock())
        return [self._sealed(collection, document, event, number, now) for number, event in enumerate(events)]

    def _sealed(self, collection: str, document: Document, event: Event, number: int, now: str) -> Sealed:
        envelope = _ENVELOPE(
            id=derived_id(self.source, collection, document.id, *document.written_as, number),
            source=f"/megdan/{self.source}",
            type=event.TYPE,
            subject=event.subject,
            time=now,
            partitionkey=event.key,
            sequence=document.version,
            correlationid=current_correlation(),
            data=event,
        )
        result = sealed(envelope)
        if len(result.body) > MAX_EVENT_BYTES:
            raise TooLarge(
                Text(
                    bg=f"Промяната е твърде голяма ({len(result.body)} байта). Разделете я на части.",
                    en=f"The change is too large ({len(result.body)} bytes). Split it into parts.",
                )
            )
        return result
