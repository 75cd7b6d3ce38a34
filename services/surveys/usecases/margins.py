"""Known margins of the population, as an expert gives them."""

from services.surveys.domain.margin_sets import KeptMargins, MarginSet, NoSuchMargins
from services.surveys.domain.reading import read_json
from services.surveys.usecases.desk import Desk, invalid
from services.surveys.usecases.surveys import check_version
from shared.events.base import rfc3339


async def put_margins(desk: Desk, margins_id: str, raw: object, if_match: str | None) -> tuple[KeptMargins, bool]:
    """Store margins; tell whether they are new. Surveys that are open keep those that they were opened with.

    Raises Invalid, Stale.
    """
    given = read_json(MarginSet, raw)
    if given.id != margins_id:
        raise invalid(
            "/id", "Номерът не е като в адреса. Поправете го.", "The id differs from the address. Correct it."
        )
    if any(sum(people.values()) <= 0 for people in given.margins.values()):
        raise invalid("/margins", "Във всеки ред трябва да има жители.", "Every margin must hold some people.")
    kept = await desk.documents.margins.get(margins_id)
    if kept is None:
        new = KeptMargins(id=margins_id, given=given, changed_at=rfc3339(desk.clock()))
        return await desk.documents.margins.insert(new), True
    check_version(kept.version, if_match)
    if kept.given == given:
        return kept, False
    changed = kept.model_copy(update={"given": given, "changed_at": rfc3339(desk.clock())})
    return await desk.documents.margins.replace(changed), False


async def get_margins(desk: Desk, margins_id: str) -> KeptMargins:
    """Raises NoSuchMargins."""
    kept = await desk.documents.margins.get(margins_id)
    if kept is None:
        raise NoSuchMargins
    return kept
