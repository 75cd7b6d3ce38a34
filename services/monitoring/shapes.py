"""What the API answers: plans, indicators and values in the shapes of the interface."""

from typing import Any

from services.monitoring.domain.definitions import Indicator, Node, Unit
from services.monitoring.domain.periods import period_of
from services.monitoring.domain.plan import Plan
from services.monitoring.domain.values import Given, Value
from services.monitoring.domain.watched import Watched
from shared.events.monitoring import Point
from shared.numbers import json_number

JsonObject = dict[str, Any]  # what is said in JSON: texts, numbers, lists, objects


def plan_shape(plan: Plan) -> JsonObject:
    """A plan as it was sent, with its version; sent back, it changes nothing."""
    content = plan.content
    return {
        "id": plan.id,
        "version": plan.plan_version,
        "title": content.title.model_dump(),
        "period": {"from": content.first_year, "to": content.last_year},
        "reconstructed": content.reconstructed,
        "origin": content.origin.model_dump() if content.origin else None,
        "units": [unit_shape(unit) for unit in content.units] if content.units is not None else None,
        "nodes": [_node_shape(node) for node in content.nodes],
        "indicators": [indicator_shape(indicator) for indicator in content.indicators],
    }


def plan_line(plan: Plan) -> JsonObject:
    """A plan in a list."""
    content = plan.content
    return {
        "id": plan.id,
        "title": content.title.model_dump(),
        "period": {"from": content.first_year, "to": content.last_year},
        "version": plan.plan_version,
        "reconstructed": content.reconstructed,
        "adopted_at": plan.adopted_at,
    }


def unit_shape(unit: Unit) -> JsonObject:
    return unit.model_dump()


def _node_shape(node: Node) -> JsonObject:
    return {**node.model_dump(), "weight": json_number(node.weight), "budget_eur": _number(node.budget_eur)}


def indicator_shape(indicator: Indicator) -> JsonObject:
    """A definition, with numbers as numbers."""
    band = indicator.band
    return {
        **indicator.model_dump(),
        "weight": json_number(indicator.weight),
        "tolerance": _number(indicator.tolerance),
        "band": {"low": _number(band.low), "high": _number(band.high)} if band else None,
        "baseline": _point_shape(indicator.baseline),
        "milestones": [_point_shape(point) for point in indicator.milestones],
        "target": _point_shape(indicator.target),
        "feed": indicator.feed.model_dump() if indicator.feed else None,
    }


def _number(figure: str | None) -> float | None:
    return None if figure is None else json_number(figure)


def _point_shape(point: Point | None) -> JsonObject | None:
    return {"period": point.period, "value": json_number(point.value)} if point else None


def trajectory_shape(indicator: Indicator) -> list[JsonObject]:
    """The points from baseline through milestones to target; each stands on the last day of its period."""
    points = (indicator.baseline, *indicator.milestones, indicator.target)
    return [
        {"period": point.period, "date": period_of(point.period).last.isoformat(), "value": json_number(point.value)}
        for point in points
        if point
    ]


def watched_shape(watched: Watched, values: list[Value], *, for_staff: bool) -> JsonObject:
    """An indicator with its trajectory and its values, by time; units that gave them are for staff."""
    return {
        **indicator_shape(watched.definition),
        "plan": watched.plan,
        "plan_version": watched.plan_version,
        "in_force": watched.in_force,
        "trajectory": trajectory_shape(watched.definition),
        "values": [
            {
                "period": value.period,
                **_given_shape(value, for_staff=for_staff),
                "history": [_given_shape(given, for_staff=for_staff) for given in value.history],
            }
            for value in values
        ],
    }


def _given_shape(given: Given, *, for_staff: bool) -> JsonObject:
    return {
        "value": json_number(given.figure),
        "state": given.state,
        "version": given.value_version,
        "source": given.source,
        "note": given.note,
        "evidence": given.evidence,
        "disaggregation": {
            name: {category: json_number(figure) for category, figure in figures.items()}
            for name, figures in given.disaggregation.items()
        },
        "survey": given.giver.survey,
        "given_at": given.given_at,
        "verified_at": given.verified_at,
        "unit": given.giver.unit if for_staff else None,
    }


def value_shape(value: Value) -> JsonObject:
    """A value by itself, for staff."""
    return {
        "indicator": value.indicator,
        "period": value.period,
        "plan": value.plan,
        "responsible": value.responsible,
        **_given_shape(value, for_staff=True),
        "corrections": len(value.history),
    }
