"""Every event contract by its type, and the way from each old version to today's."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from pydantic import ValidationError

from shared.events import monitoring, reporting, surveys
from shared.events.base import Envelope, Event

CONTRACTS: tuple[type[Event], ...] = (
    surveys.SurveyOpened,
    surveys.SurveyChanged,
    surveys.SurveyClosed,
    surveys.ResponseSubmitted,
    surveys.ResponseWithdrawn,
    surveys.ResponsesCompleted,
    surveys.EstimateChanged,
    monitoring.NodesDefined,
    monitoring.IndicatorsDefined,
    monitoring.PlanAdopted,
    monitoring.ValueRecorded,
    monitoring.ValueVerified,
    monitoring.ValueWentStale,
    reporting.EvaluationChanged,
)

BY_TYPE: Mapping[str, type[Event]] = {contract.TYPE: contract for contract in CONTRACTS}

TOPICS: tuple[str, ...] = tuple(sorted({contract.TOPIC for contract in CONTRACTS}))

JsonObject = dict[str, Any]  # what an old version's data was is only known to its upcaster

UPCASTERS: Mapping[str, tuple[str, Callable[[JsonObject], JsonObject]]] = {}
"""Old type -> (next type, how its data becomes the next version's)."""


class Undecodable(ValueError):
    """A body is no event that is known here: not JSON, no envelope, unknown type, or data that break the contract."""


def decode(body: bytes | None) -> Envelope[Event]:
    """Read a body as it came over the bus. Raises Undecodable, and nothing else, whatever the body is."""
    try:
        raw = orjson.loads(body or b"")
        kind, data = upcast(raw["type"], raw["data"])
        contract = BY_TYPE[kind]
        return Envelope[Event].model_validate(raw | {"type": kind, "data": contract.model_validate(data)})
    except (ValueError, ValidationError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise Undecodable(f"{type(fault).__name__}: not an event known here") from fault


def upcast(kind: str, data: JsonObject) -> tuple[str, JsonObject]:
    """Bring the data of an old version to today's, one version at a time."""
    while kind in UPCASTERS:
        kind, step = UPCASTERS[kind][0], UPCASTERS[kind][1]
        data = step(data)
    return kind, data
