"""Adopting and amending plans, and spreading them over the documents that values are given for."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.monitoring.domain.definitions import PlanContent, Unit
from services.monitoring.domain.faults import fault, id_fault, is_id
from services.monitoring.domain.plan import (
    IndicatorBelongsElsewhere,
    NoSuchPlan,
    Plan,
    PlanDoesNotFit,
    PlanHasMoved,
    adopt,
)
from services.monitoring.domain.staleness import redefined
from services.monitoring.domain.watched import Watched, retired, watched_indicators
from services.monitoring.usecases.desk import Desk, each
from services.monitoring.usecases.feeding import feed_from_what_is_known
from shared.errors import Exists, FieldError, Stale, shown
from shared.events.base import Event
from shared.store.clashes import KeyTaken

TRIES = 5


@dataclass(frozen=True)
class Asked:
    """Who changes a plan, over which version (None: whichever is in force), and whether it is only tried."""

    subject: str
    over: int | None = None
    dry_run: bool = False


@dataclass(frozen=True)
class Adoption:
    """A plan as it is put, with what its write announces: nothing if it said the same already."""

    plan: Plan
    events: Sequence[Event] = ()

    @property
    def changed(self) -> bool:
        return bool(self.events)


async def read_plan(desk: Desk, plan_id: str) -> Plan:
    """Raises NoSuchPlan."""
    plan = await desk.kept.plans.get(plan_id)
    if plan is None:
        raise NoSuchPlan(plan_id)
    return plan


async def units(desk: Desk, plan_id: str | None) -> list[Unit]:
    """The units of a plan, or of all plans, each once. Raises NoSuchPlan."""
    plans = await desk.kept.every_plan() if plan_id is None else [await read_plan(desk, plan_id)]
    return list({unit.id: unit for plan in plans for unit in plan.content.units or ()}.values())


async def put_plan(desk: Desk, plan_id: str, content: PlanContent, asked: Asked) -> Adoption:
    """Adopt a plan, or amend the one there is. Raises PlanDoesNotFit, PlanHasMoved, IndicatorBelongsElsewhere."""
    adoption = await propose(desk, plan_id, content, asked)
    if adoption.changed and not asked.dry_run:
        adoption = await _stored(desk, adoption, content, asked)
    if not asked.dry_run:
        await spread(desk, plan_id)
    return adoption


async def propose(desk: Desk, plan_id: str, content: PlanContent, asked: Asked) -> Adoption:
    """Decide what putting a plan would do, and write nothing; raises as `put_plan` does."""
    if not is_id(plan_id):
        raise PlanDoesNotFit([id_fault("/id")])
    earlier = await desk.kept.plans.get(plan_id)
    plan, events = adopt(earlier, plan_id, content, asked.subject, desk.now())
    if not events:
        return Adoption(plan)
    if asked.over is not None and (earlier is None or earlier.plan_version != asked.over):
        raise PlanHasMoved(earlier.plan_version if earlier else 0)
    await _check_others(desk, plan)
    return Adoption(plan, events)


async def _check_others(desk: Desk, plan: Plan) -> None:
    """Hold a plan's indicators against those of other plans: no id twice, and what is continued is there."""
    indicators = plan.content.indicators
    known = await desk.kept.indicators.get_many([indicator.id for indicator in indicators])
    taken = [
        fault(
            f"/indicators/{number}/id",
            f"Кодът „{indicator.id}“ е на индикатор от плана „{known[indicator.id].plan}“. Дайте друг.",
            f"The id “{indicator.id}” belongs to an indicator of the plan “{known[indicator.id].plan}”. Give another.",
        )
        for number, indicator in enumerate(indicators)
        if indicator.id in known and known[indicator.id].plan != plan.id
    ]
    if taken:
        raise IndicatorBelongsElsewhere(taken)
    if lost := await _continuing_nothing(desk, plan):
        raise PlanDoesNotFit(lost)


async def _continuing_nothing(desk: Desk, plan: Plan) -> list[FieldError]:
    named = {indicator.continues for indicator in plan.content.indicators if indicator.continues}
    known = await desk.kept.indicators.get_many(sorted(named))
    return [
        fault(
            f"/indicators/{number}/continues",
            f"Няма индикатор „{shown(indicator.continues)}“. Първо внесете плана, в който е, или оставете празно.",
            f"There is no indicator “{shown(indicator.continues)}”. First import its plan, or leave it empty.",
        )
        for number, indicator in enumerate(plan.content.indicators)
        if indicator.continues and indicator.continues not in known
    ]


async def _stored(desk: Desk, adoption: Adoption, content: PlanContent, asked: Asked) -> Adoption:
    """Write a plan with its announcements; whoever was faster is read, and may have said the same."""
    for _ in range(TRIES):
        plan, events = adoption.plan, adoption.events
        try:
            if plan.version == 0:
                return Adoption(await desk.kept.plans.insert(plan, events=events), events)
            return Adoption(await desk.kept.plans.replace(plan, events=events), events)
        except KeyTaken as taken:
            if taken.key != "id":
                raise IndicatorBelongsElsewhere([]) from taken
        except Stale:
            pass  # Another version came into force between reading and writing: decide anew, over that one.
        adoption = await propose(desk, plan.id, content, asked)
        if not adoption.changed:
            return adoption
    raise PlanHasMoved(adoption.plan.plan_version)


async def spread(desk: Desk, plan_id: str) -> None:
    """Bring the indicators that values are given for in line with the plan in force; doing it again changes nothing.

    The request that adopts a plan and the reaction to its event both do this; who finds the other at work reads anew.
    """
    plan = await read_plan(desk, plan_id)
    known = {watched.id: watched for watched in await desk.kept.indicators_of(plan_id)}
    fresh = {watched.id: watched for watched in watched_indicators(plan)}
    gone = [retired(old, plan) for name, old in known.items() if name not in fresh and old.in_force]
    moved = [new for name, new in fresh.items() if _differs(known.get(name), new)]

    async def write(watched: Watched) -> None:
        earlier = known.get(watched.id)
        for tries_left in reversed(range(TRIES)):
            try:
                return await _bring_in_line(desk, plan, watched, earlier)
            except (Exists, Stale):
                if not tries_left:
                    raise
                earlier = await desk.kept.indicators.get(watched.id)
        return None

    await each([*moved, *gone], write)
    await feed_from_what_is_known(desk, [new for new in moved if new.fed_survey])


async def _bring_in_line(desk: Desk, plan: Plan, watched: Watched, earlier: Watched | None) -> None:
    if earlier is None:
        await desk.kept.indicators.insert(watched)
    elif earlier.plan_version <= plan.plan_version and _differs(earlier, watched):
        await _redefine_values(desk, earlier, watched)
        await desk.kept.indicators.replace(watched.model_copy(update={"version": earlier.version}))


def _differs(old: Watched | None, new: Watched) -> bool:
    return old is None or old.model_copy(update={"version": 0, "plan_version": new.plan_version}) != new


async def _redefine_values(desk: Desk, old: Watched, new: Watched) -> None:
    """Bring values in line before their indicator is, so that a crash in between is seen and this is done again."""
    if _answers(old) == _answers(new):
        return
    for value in await desk.kept.values_of(new.id):
        await desk.kept.values.replace(redefined(new, value))


def _answers(watched: Watched) -> tuple[str, str, int | None]:
    definition = watched.definition
    return definition.responsible, watched.ends, definition.stale_after
