"""Events that were recorded once are read and folded as they were, whatever the contracts have become since."""

from typing import Any

import orjson
import pytest

from deploy.services import SERVICES
from shared.events import registry
from shared.events.base import sealed
from shared.events.registry import BY_TYPE, UPCASTERS, decode
from tests.contract.golden import folded_now, folded_once, stream

STREAMS = tuple(SERVICES)


def test_every_type_and_version_has_been_recorded() -> None:
    """P-50: there are recorded events of every type and version that can be read."""
    recorded = {orjson.loads(body)["type"] for service in STREAMS for body in stream(service)}

    assert {*BY_TYPE, *UPCASTERS} == recorded


@pytest.mark.parametrize("service", STREAMS)
async def test_recorded_events_fold_as_they_did(service: str) -> None:
    """P-50: the projections of recorded events are what they were when the events were new."""
    assert folded_once(service) == await folded_now(service)


@pytest.mark.parametrize("service", STREAMS)
def test_a_recorded_event_of_today_is_the_same_bytes(service: str) -> None:
    """P-50: an event of a version that is still written is sealed to the bytes that it was sealed to."""
    bodies = [body for body in stream(service) if orjson.loads(body)["type"] in BY_TYPE]

    assert bodies == [sealed(decode(body)).body for body in bodies]


async def test_an_event_of_an_older_version_folds_by_its_upcaster(monkeypatch: pytest.MonkeyPatch) -> None:
    """P-50: events of a version before today's fold to the same, if their upcaster says how they become today's."""
    old = "bg.megdan.monitoring.value.recorded.v0"
    today = "bg.megdan.monitoring.value.recorded.v1"

    def to_today(data: dict[str, Any]) -> dict[str, Any]:
        return {**data, "value": data["figure"]}

    def to_old(body: bytes) -> bytes:
        event = orjson.loads(body)
        if event["type"] == today:
            event["data"]["figure"] = event["data"].pop("value")
        return orjson.dumps(event | {"type": old if event["type"] == today else event["type"]})

    monkeypatch.setattr(registry, "UPCASTERS", {old: (today, to_today)})
    monkeypatch.setattr("tests.contract.golden.stream", lambda service: [to_old(body) for body in stream(service)])

    assert folded_once("reporting") == await folded_now("reporting")
