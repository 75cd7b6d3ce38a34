"""Who gives and who verifies values."""

from dataclasses import dataclass

from services.monitoring.domain.watched import NoSuchIndicator, Watched
from shared.events.base import Part


class Giver(Part):
    """Who a figure came from: a person of a unit, by the pseudonym, or a survey."""

    subject: str = ""
    unit: str | None = None
    survey: str | None = None

    @property
    def announced(self) -> str:
        """What events say of the giver: the survey or the unit, never the person."""
        return self.survey or self.unit or "expert"


@dataclass(frozen=True)
class Person:
    """A member of staff. `subject` is a pseudonym: nothing here names a person. Officers see their own unit only."""

    subject: str
    unit: str | None
    is_expert: bool
    sees_own_unit_only: bool = False

    def may_give(self, watched: Watched) -> bool:
        """An expert gives any value, an officer those of the own unit."""
        return self.is_expert or (self.unit is not None and self.unit == watched.definition.responsible)

    def must_give(self, watched: Watched) -> None:
        """Raises NoSuchIndicator for an indicator of another unit: it is not there for this officer."""
        if not self.may_give(watched):
            raise NoSuchIndicator(watched.id)

    def as_giver(self) -> Giver:
        return Giver(subject=self.subject, unit=self.unit)
