"""What one person has done here, for the export of own data."""

from typing import Any

from services.monitoring.domain.values import Given, Value
from services.monitoring.usecases.desk import Desk
from shared.numbers import json_number

JsonObject = dict[str, Any]  # what is said in JSON: texts, numbers, lists, objects


async def own_work(desk: Desk, pseudonym: str) -> JsonObject:
    """All versions of values that somebody gave or verified, the plans adopted and the imports under way."""
    values = await desk.kept.values_of_person(pseudonym)
    plans = [plan for plan in await desk.kept.every_plan() if plan.adopted_by == pseudonym]
    jobs = [job for job in await desk.kept.jobs_started_before(desk.now()) if job.subject == pseudonym]
    return {
        "values": [each for value in values for each in _of_value(value, pseudonym)],
        "plans": [{"plan": plan.id, "version": plan.plan_version, "adopted_at": plan.adopted_at} for plan in plans],
        "imports": [{"started_at": job.started_at, "unit": job.unit} for job in jobs],
    }


def _of_value(value: Value, pseudonym: str) -> list[JsonObject]:
    return [
        {"indicator": value.indicator, "period": value.period, "version": given.value_version, **_of(given, pseudonym)}
        for given in (*value.history, value.present())
        if pseudonym in {given.giver.subject, given.verified_by}
    ]


def _of(given: Given, pseudonym: str) -> JsonObject:
    said: JsonObject = {}
    if given.giver.subject == pseudonym:
        said |= {
            "given_at": given.given_at,
            "value": json_number(given.figure),
            "unit": given.giver.unit,
            "source": given.source,
            "note": given.note,
            "evidence": given.evidence,
            "disaggregation": given.disaggregation,
        }
    if given.verified_by == pseudonym:
        said["verified_at"] = given.verified_at
    return said
