"""Plans from files, with the values that lie beside them in a workbook."""

from dataclasses import dataclass, replace
from datetime import timedelta

from services.monitoring.domain.definitions import PlanContent
from services.monitoring.domain.plan import IndicatorBelongsElsewhere, Plan, PlanDoesNotFit
from services.monitoring.domain.watched import watched_indicators
from services.monitoring.tables.plan_import import PlanFile, at_its_row
from services.monitoring.usecases.desk import Desk
from services.monitoring.usecases.imports import Brought, FileDoesNotFit, Imported, begin, check_rows, finish, forget
from services.monitoring.usecases.plans import Adoption, Asked, propose, put_plan, spread
from shared.events.base import rfc3339

LEFT_BEHIND = timedelta(seconds=60)
"""A job as old as this is no longer being written by whoever began it."""


@dataclass(frozen=True)
class PlanImported:
    """The plan after the import, whether it changed, and what became of the rows."""

    plan: Plan
    changed: bool
    imported: Imported


async def import_plan(desk: Desk, plan_id: str, file: PlanFile, brought: Brought) -> PlanImported:
    """Adopt or amend a plan from a file and record the values beside it, all or nothing.

    Raises FileDoesNotFit, with each fault at its row and column.
    """
    if file.content is None or any(grid.faults for grid in file.grids.values()):
        raise FileDoesNotFit(file.faults)
    earlier = await desk.kept.plans.get(plan_id)
    asked = Asked(brought.person.subject, dry_run=brought.dry_run)
    adoption = await _proposed(desk, plan_id, (file, file.content), asked)
    watched = {each.id: each for each in watched_indicators(adoption.plan)}
    kept = await check_rows(desk, (file.values, file.faults), watched, brought.person)
    if not brought.dry_run:
        after = (plan_id, adoption.plan.plan_version)
        job = await begin(desk, kept, brought, after) if kept else None
        adoption = replace(await put_plan(desk, plan_id, file.content, asked), events=adoption.events)
        if job is not None:
            await finish(desk, job)
    recorded = len(kept) + (_differing(earlier.content if earlier else None, file.content) if adoption.changed else 0)
    return PlanImported(adoption.plan, adoption.changed, Imported(file.rows, recorded, file.rows - recorded))


def _differing(earlier: PlanContent | None, now: PlanContent) -> int:
    """Count what a plan says otherwise or anew: itself (title, years, origin), units, nodes and indicators."""
    if earlier is None:
        return 1 + len(now.units or ()) + len(now.nodes) + len(now.indicators)
    alone: dict[str, object] = {"units": None, "nodes": (), "indicators": ()}
    count = int(now.model_copy(update=alone) != earlier.model_copy(update=alone))
    for new, old in (
        (now.units or (), earlier.units or ()),
        (now.nodes, earlier.nodes),
        (now.indicators, earlier.indicators),
    ):
        known = {item.id: item for item in old}
        count += sum(known.get(item.id) != item for item in new)
    return count


async def _proposed(desk: Desk, plan_id: str, file: tuple[PlanFile, PlanContent], asked: Asked) -> Adoption:
    try:
        return await propose(desk, plan_id, file[1], asked)
    except (PlanDoesNotFit, IndicatorBelongsElsewhere) as error:
        raise FileDoesNotFit([*file[0].faults, *(at_its_row(file[0], each) for each in error.errors)]) from error


async def finish_what_was_left(desk: Desk) -> None:
    """Finish imports that a crash has cut off; those whose plan was never adopted are dropped."""
    for job in await desk.kept.jobs_started_before(rfc3339(desk.clock() - LEFT_BEHIND)):
        plan = await desk.kept.plans.get(job.plan) if job.plan else None
        if job.plan and (plan is None or plan.plan_version < job.plan_version):
            await forget(desk, job)
            continue
        if plan is not None:
            await spread(desk, plan.id)
        await finish(desk, job)
