"""Health, metrics, and the API's description."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from services.gateway.app import build
from services.gateway.health import parts
from services.gateway.metrics import Gauge, Metrics
from services.gateway.openapi import described
from shared.bus.memory import MemoryBus
from shared.events.registry import BY_TYPE
from shared.store.memory import MemoryStore
from tests.unit.gateway.builders import SECRET, Clock, Door, a_door, a_service, cheap

WRITE = "/api/v1/surveys/v/responses/r"


async def test_health_says_which_part_is_not_ready(tmp_path: Path) -> None:
    """Live stays 200; ready is 503 and names the part; the others are ok."""

    async def ready() -> str | None:
        return None

    async def behind() -> str | None:
        return "17000 entries behind"

    clock = Clock()
    checks = {"surveys": ready, "monitoring": behind}
    store, bus = MemoryStore("gateway", clock), MemoryBus(clock)
    gateway = build(cheap(tmp_path), store, bus, {}, SECRET, clock, checks)
    client = Door(gateway, bus, clock).client()
    live, is_ready = await client.get("/health/live"), await client.get("/health/ready")
    await client.aclose()

    assert (200, 503) == (live.status_code, is_ready.status_code)
    assert {"surveys": "ok", "monitoring": "17000 entries behind"} == is_ready.json()["parts"]


async def test_without_faults_it_is_ready(door: Door) -> None:
    """Nothing to wait for: 200."""
    assert {"status": "ready", "parts": {}} == (await door.client().get("/health/ready")).json()


async def test_a_part_that_breaks_or_hangs_is_not_ready(monkeypatch: object) -> None:
    """A look that fails or takes too long is an answer too."""

    async def broken() -> str | None:
        raise ConnectionError

    async def hangs() -> str | None:
        await asyncio.sleep(60)
        return None

    monkeypatch.setattr("services.gateway.health.WITHIN_S", 0.01)  # type: ignore[attr-defined]  # pytest's

    assert {"a": "failed to look", "b": "does not answer"} == await parts({"a": broken, "b": hangs})


async def test_metrics_are_not_for_the_public(door: Door) -> None:
    """This machine and administrators read them; others, and whoever a proxy passes on, find nothing there."""
    here = door.client(address="127.0.0.1")
    replies = [
        await here.get("/metrics"),
        await door.client(operator=True).get("/metrics"),
        await (await door.program("administrator")).get("/metrics"),
        await (await door.program("expert")).get("/metrics"),
        await door.client().get("/metrics"),
        await here.get("/metrics", headers={"x-forwarded-for": "127.0.0.1"}),
    ]

    assert [200, 200, 200, 404, 404, 404] == [reply.status_code for reply in replies]


async def test_metrics_count_by_route_and_never_by_id(door: Door) -> None:
    """Requests by pattern of the route, accepted responses, latency."""
    await door.client().put(WRITE, content=b"{}")
    await door.client().get("/api/v1/surveys/secret-id")
    await door.client().get("/api/v1/nothing/secret-id")
    await door.client().get("/secret-id")

    text = (await door.client(address="127.0.0.1").get("/metrics")).text

    route = "/api/v1/surveys/{survey}/responses/{response}"
    assert f'megdan_requests_total{{method="PUT",route="{route}",status="201"}} 1' in text
    assert "megdan_responses_accepted_total 1" in text
    assert f'megdan_request_seconds_bucket{{route="{route}",le="+Inf"}} 1' in text
    assert "megdan_live_streams 0" in text
    assert "secret-id" not in text


async def test_gauges_of_others_are_shown_with_their_labels() -> None:
    """A figure for each label, and odd labels do no harm."""

    async def lag() -> Mapping[str, float]:
        return {"surveys": 3, 'o"d\n\\d': 1}

    text = await Metrics([Gauge("megdan_lag_entries", "Entries behind.", "service", lag)]).text()

    assert 'megdan_lag_entries{service="surveys"} 3\n' in text
    assert r'megdan_lag_entries{service="o\"d\n\\d"} 1' in text


async def test_the_description_joins_all_services(door: Door) -> None:
    """Addresses carry the prefix, errors are problems, references hold, operations stand under their service."""
    document = (await door.client().get("/api/openapi.json")).json()

    paths = document["paths"]
    assert {"/api/v1/surveys/{survey}", "/api/v1/me", "/api/v1/operations/surveys/status"} <= set(paths)
    responses = paths["/api/v1/users"]["post"]["responses"]
    assert ({"201", "4XX", "5XX"}, {"bearer", "session", "csrf"}) == (
        set(responses),
        set(document["components"]["securitySchemes"]),
    )
    assert _references(document) <= {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}


def _references(node: object) -> set[str]:
    if isinstance(node, list):
        return set().union(*(_references(item) for item in node))
    if isinstance(node, dict):
        own = {str(node["$ref"])} if "$ref" in node else set()
        return own.union(*(_references(item) for item in node.values()))
    return set()


async def test_the_documentation_is_a_page_without_scripts(door: Door) -> None:
    """Each operation stands there, in both languages' frames."""
    pages = [
        (await door.client().get("/api/docs", headers={"accept-language": language})).text for language in ("bg", "en")
    ]

    assert ['<html lang="bg">', '<html lang="en">'] == [page.splitlines()[1] for page in pages]
    assert all("PUT /api/v1/surveys/{survey}/responses/{response}" in page for page in pages)
    assert not any("<script" in page for page in pages)


async def test_the_events_are_described(door: Door) -> None:
    """Every contract stands in its topic's channel, and references hold."""
    document = (await door.client().get("/api/asyncapi.json")).json()

    described_types = {name for channel in document["channels"].values() for name in channel["messages"]}
    assert set(BY_TYPE) == described_types
    assert all(_found(document, reference) for reference in _references(document))


def _found(document: Any, reference: str) -> bool:
    for part in reference.removeprefix("#/").split("/"):
        document = document.get(part, {})
    return bool(document)


def test_schemas_of_two_services_with_one_name_stay_apart() -> None:
    """They are named after their service."""
    document = described({"one": a_service(Clock()), "two": a_service(Clock())})

    assert {"Problem"} == {name for name in document["components"]["schemas"] if "." not in name}


async def test_a_gateway_opens_without_services(tmp_path: Path) -> None:
    """What is not there is 404, nothing else."""
    async with a_door(cheap(tmp_path), monitoring=a_service(Clock())) as door:
        assert 404 == (await door.client().get("/api/v1/surveys/v")).status_code
    assert isinstance(SECRET, SecretStr)


@pytest.mark.parametrize("path", ["/en", "/en/"])
async def test_the_english_home_has_both_spellings(door: Door, path: str) -> None:
    """With and without the last slash it is the page itself: no redirect that would trust the Host header."""
    reply = await door.client().get(path, headers={"host": "evil.example"})

    assert (200, "location" in reply.headers) == (reply.status_code, False)
