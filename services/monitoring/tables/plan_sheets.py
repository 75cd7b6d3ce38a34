"""Nodes, indicators, units and the plan's own row, from sheets to what a plan is made of and back."""

from typing import Any

from services.monitoring.domain.definitions import Feed, Indicator, Node, PlanContent, Unit
from services.monitoring.tables.cells import Row
from shared.events.monitoring import Band, Point
from shared.language import Text
from shared.numbers import number_cell, read_number
from shared.tables import Cell

_KINDS = {"objective": "цел", "priority": "приоритет", "measure": "мярка"}
_DIRECTIONS = {"up": "нагоре", "down": "надолу", "hold": "задържане"}
_SHAPES = {"linear": "равномерно", "step": "на стъпки"}
_ACCUMULATIONS = {"last": "последна", "sum": "сбор", "mean": "средна"}
_LEVELS = {"input": "вложени средства", "output": "продукт", "result": "резултат", "impact": "въздействие"}
_FREQUENCIES = {"year": "година", "quarter": "тримесечие", "month": "месец"}
_STATISTICS = {"share": "дял", "mean": "средна"}
_NEVER = "никога"
_STALE_AFTER = 2


def unit_from(row: Row) -> Unit:
    return Unit.model_validate(
        {"id": row.needed("id"), "title": row.title(), "source": row.texts("source"), **_origin_from(row)}
    )


def node_from(row: Row) -> Node:
    return Node.model_validate(
        {
            "id": row.needed("id"),
            "parent": row.text("parent"),
            "kind": row.one_of("kind", _KINDS),
            "title": row.title(),
            "weight": row.number_of("weight") or "1",
            "budget_eur": row.number_of("budget_eur"),
            **_origin_from(row),
        }
    )


def indicator_from(row: Row) -> Indicator:
    return Indicator.model_validate(
        {
            "id": row.needed("id"),
            "node": row.needed("node"),
            "title": row.title(),
            "unit": row.needed("unit"),
            "unit_text": row.texts("unit"),
            "direction": row.one_of("direction", _DIRECTIONS),
            "level": row.one_of("level", _LEVELS),
            "weight": row.number_of("weight") or "1",
            "decimals": row.whole("decimals", 0),
            "source": row.text("source"),
            "responsible": row.needed("responsible"),
            "continues": row.text("continues"),
            "feed": _feed_from(row),
            **_trajectory_from(row),
            **_origin_from(row),
        }
    )


def _trajectory_from(row: Row) -> dict[str, Any]:  # fields of an indicator, checked by its model
    low, high = row.number_of("band_low"), row.number_of("band_high")
    return {
        "tolerance": row.number_of("tolerance"),
        "band": Band(low=low, high=high) if low or high else None,
        "baseline": _point_from(row, "baseline"),
        "milestones": _milestones_from(row),
        "target": _point_from(row, "target"),
        "shape": row.one_of("shape", _SHAPES, "linear"),
        "accumulation": row.one_of("accumulation", _ACCUMULATIONS, "last"),
        "stale_after": _stale_after_from(row),
        "frequency": row.one_of("frequency", _FREQUENCIES, "year"),
    }


def _point_from(row: Row, name: str) -> Point | None:
    period, value = row.text(f"{name}_period"), row.number_of(f"{name}_value")
    if period and not row.text(f"{name}_value"):
        row.fail(f"{name}_value", "Има период, но няма стойност.", "There is a period but no value.")
    if value and not period:
        row.fail(f"{name}_period", "Има стойност, но няма период.", "There is a value but no period.")
    return Point(period=period, value=value) if period and value else None


def _milestones_from(row: Row) -> tuple[Point, ...]:
    points = []
    for part in row.listed("milestones"):
        period, _, written = part.partition("=")
        value = read_number(written)
        if value is None:
            row.fail(
                "milestones",
                "Етапните цели се пишат 2017=14; 2018=15,5.",
                "Milestones are written 2017=14; 2018=15.5.",
            )
        else:
            points.append(Point(period=period.strip(), value=value))
    return tuple(points)


def _stale_after_from(row: Row) -> int | None:
    if (row.text("stale_after") or "").lower() in (_NEVER, "never"):
        return None
    return row.whole("stale_after", _STALE_AFTER)


def _feed_from(row: Row) -> Feed | None:
    survey = row.text("feed_survey")
    if survey is None:
        return None
    return Feed.model_validate(
        {
            "survey": survey,
            "question": row.needed("feed_question"),
            "statistic": row.one_of("feed_statistic", _STATISTICS, "share"),
            "choices": row.listed("feed_choices"),
            "period": row.needed("feed_period"),
        }
    )


def _origin_from(row: Row) -> dict[str, bool | Text | None]:
    return {"reconstructed": row.is_yes("reconstructed"), "origin": row.texts("origin")}


def plan_row(content: PlanContent) -> list[Cell]:
    return [*_texts(content.title), content.first_year, content.last_year, *_origin(content)]


def unit_row(unit: Unit) -> list[Cell]:
    return [unit.id, *_texts(unit.title), *_origin(unit), *_texts(unit.source)]


def node_row(node: Node) -> list[Cell]:
    named: list[Cell] = [node.id, node.parent, node.kind, *_texts(node.title)]
    return [*named, number_cell(node.weight), number_cell(node.budget_eur), *_origin(node)]


def indicator_row(indicator: Indicator) -> list[Cell]:
    band, feed = indicator.band or Band(), indicator.feed
    return [
        *(indicator.id, indicator.node, *_texts(indicator.title)),
        *(indicator.unit, *_texts(indicator.unit_text)),
        *(indicator.direction, *(number_cell(each) for each in (indicator.tolerance, band.low, band.high))),
        *_point(indicator.baseline),
        "; ".join(f"{point.period}={point.value}" for point in indicator.milestones) or None,
        *_point(indicator.target),
        *(indicator.shape, indicator.accumulation, indicator.level, indicator.decimals),
        _NEVER if indicator.stale_after is None else indicator.stale_after,
        *(
            number_cell(indicator.weight),
            indicator.source,
            indicator.frequency,
            indicator.responsible,
            indicator.continues,
        ),
        *_feed(feed),
        *_origin(indicator),
    ]


def _point(point: Point | None) -> tuple[str | None, Cell]:
    return (point.period, number_cell(point.value)) if point else (None, None)


def _feed(feed: Feed | None) -> list[Cell]:
    if feed is None:
        return [None] * 5
    return [feed.survey, feed.question, feed.statistic, "; ".join(feed.choices) or None, feed.period]


def _texts(text: Text | None) -> tuple[str | None, str | None]:
    return (text.bg, text.en) if text else (None, None)


def _origin(item: PlanContent | Unit | Node | Indicator) -> list[Cell]:
    return ["да" if item.reconstructed else None, *_texts(item.origin)]
