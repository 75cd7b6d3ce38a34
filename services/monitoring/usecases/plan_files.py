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
    if file.faults or file.content is None:
        raise FileDoesNotFit(file.faults)
    asked = Asked(brought.person.subject, dry_run=brought.dry_run)
    adoption = await _proposed(desk, plan_id, (file, file.content), asked)
    watched = {each.id: each for each in watched_indicators(adoption.plan)}
    kept = await check_rows(desk, file.values, watched, brought.person)
    if not brought.dry_run:
        after = (plan_id, adoption.plan.plan_version)
        job = await begin(desk, kept, brought, after) if kept else None
        adoption = replace(await put_plan(desk, plan_id, file.content, asked), events=adoption.events)
        if job is not None:
            await finish(desk, job)
    unchanged = len(file.values) - len(kept) + (0 if adoption.changed else file.rows - len(file.values))
    return PlanImported(adoption.plan, adoption.changed, Imported(file.rows, file.rows - unchanged, unchanged))


async def _proposed(desk: Desk, plan_id: str, file: tuple[PlanFile, PlanContent], asked: Asked) -> Adoption:
    try:
        return await propose(desk, plan_id, file[1], asked)
    except (PlanDoesNotFit, IndicatorBelongsElsewhere) as error:
        raise FileDoesNotFit([at_its_row(file[0], each) for each in error.errors]) from error


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
