"""The plan as a document: adopted once, amended later, announced piece by piece with its own write."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from pydantic import BaseModel

from services.monitoring.domain.definitions import Indicator, Node, PlanContent
from services.monitoring.domain.plan_rules import plan_faults
from shared.errors import Conflict, FieldError, Invalid, NotFound, Stale, shown
from shared.events.base import Event
from shared.events.monitoring import (
    IndicatorDefinition,
    IndicatorsDefined,
    NodeDefinition,
    NodesDefined,
    PlanAdopted,
)
from shared.language import Text
from shared.store import Document

MOST_NODES_AN_EVENT = 100
MOST_INDICATORS_AN_EVENT = 50
_EVENT_BYTES = 200_000

M = TypeVar("M", bound=BaseModel)


class NoSuchPlan(NotFound):
    """There is no plan of that id."""

    def __init__(self, plan_id: str) -> None:
        named = shown(plan_id)
        super().__init__(Text(bg=f"Няма план „{named}“.", en=f"There is no plan “{named}”."))


class PlanDoesNotFit(Invalid):
    """Something in a plan has to be mended before it is adopted."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(
            Text(
                bg="Планът не е приет: поправете посоченото и изпратете отново.",
                en="The plan was not adopted: mend what is named and send it again.",
            ),
            errors,
        )


class PlanHasMoved(Stale):
    """Another version is in force than the one that was read."""

    def __init__(self, version: int) -> None:
        super().__init__(
            Text(
                bg=f"Междувременно е в сила версия {version} на плана. Отворете я и повторете промяната си.",
                en=f"Version {version} of the plan is in force now. Open it and repeat your change.",
            )
        )


class IndicatorBelongsElsewhere(Conflict):
    """An indicator's id is taken by another plan."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(
            Text(
                bg="Код на индикатор е зает от друг план. Дайте нов код и посочете кой индикатор продължава.",
                en="An indicator's id belongs to another plan. Give a new one and say which it continues.",
            ),
            errors,
        )


class Plan(Document):
    """A plan as it is in force. `indicator_ids` are all that it ever had: an id is never given to another plan."""

    plan_version: int
    content: PlanContent
    indicator_ids: tuple[str, ...]
    adopted_at: str
    adopted_by: str


def adopt(earlier: Plan | None, plan_id: str, content: PlanContent, by: str, at: str) -> tuple[Plan, list[Event]]:
    """Adopt a plan or amend it; the same content again is the plan as it was, and no events.

    A content without units keeps those that are known. Raises PlanDoesNotFit.
    """
    units = content.units if content.units is not None or earlier is None else earlier.content.units
    whole = content.model_copy(update={"units": units})
    if earlier is not None and earlier.content == whole:
        return earlier, []
    if faults := plan_faults(whole):
        raise PlanDoesNotFit(faults)
    known = earlier.indicator_ids if earlier else ()
    plan = Plan(
        id=plan_id,
        version=earlier.version if earlier else 0,
        plan_version=earlier.plan_version + 1 if earlier else 1,
        content=whole,
        indicator_ids=tuple(sorted({*known, *(indicator.id for indicator in whole.indicators)})),
        adopted_at=at,
        adopted_by=by,
    )
    return plan, list(announcements(plan))


def announcements(plan: Plan) -> Iterator[Event]:
    """Tell a version of a plan in pieces: nodes (parents first), indicators, then that it is in force."""
    content, version = plan.content, plan.plan_version
    nodes = [_as(NodeDefinition, node) for node in parents_first(content.nodes)]
    for piece in pieces(nodes, MOST_NODES_AN_EVENT):
        yield NodesDefined(plan_id=plan.id, plan_version=version, nodes=tuple(piece))
    indicators = [_as(IndicatorDefinition, indicator) for indicator in content.indicators]
    for part in pieces(indicators, MOST_INDICATORS_AN_EVENT):
        yield IndicatorsDefined(plan_id=plan.id, plan_version=version, indicators=tuple(part))
    yield PlanAdopted(
        plan_id=plan.id,
        plan_version=version,
        title=content.title,
        first_year=content.first_year,
        last_year=content.last_year,
        nodes=len(nodes),
        indicators=len(indicators),
        reconstructed=content.reconstructed,
    )


def _as(model: type[M], whole: Node | Indicator) -> M:
    return model.model_validate(whole.model_dump(include=set(model.model_fields)))


def parents_first(nodes: Sequence[Node]) -> list[Node]:
    """Order nodes so that each stands behind its parent; otherwise as they stand."""
    under: dict[str | None, list[Node]] = {}
    for node in nodes:
        under.setdefault(node.parent, []).append(node)
    ordered = list(under.get(None, []))
    for node in ordered:
        ordered.extend(under.get(node.id, []))  # Walks on over what it adds, level by level.
    return ordered


def pieces(items: Sequence[M], most: int) -> Iterator[list[M]]:
    """Cut a list so that no piece has more than `most` items, nor more bytes than an event may have."""
    piece: list[M] = []
    size = 0
    for item in items:
        weight = len(item.model_dump_json().encode())
        if piece and (len(piece) == most or size + weight > _EVENT_BYTES):
            yield piece
            piece, size = [], 0
        piece.append(item)
        size += weight
    if piece:
        yield piece
