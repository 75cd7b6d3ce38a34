"""The API fuzzed by its own description, by every role: no answer is a fault of ours, and each is what is described."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPConnection, HTTPResponse, InvalidURL, RemoteDisconnected
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.engine import events, from_schema
from schemathesis.engine.run import PhaseName
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from shared.identity import IDENTITY_HEADER, ROLES
from tests.running import ROOT, Process, ask, load

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ENDLESS = "/live"
"""A stream of events never ends: it has tests of its own."""

OWNER = ("expert", "evaluator", "moderator", "citizen", "administrator")
"""The roles of whom every request is made up for; each role by itself then repeats it."""

THERE: Mapping[str, list[str]] = {
    "survey": ["vision-2020"],
    "plan": ["balchik-2014-2020"],
    "margins": ["census-2021-adults"],
    "indicator": ["dzi_bel", "satisfied_roads", "population"],
    "period": ["2019", "2020"],
    "response": ["r" * 24, "s" * 30],
    "node": ["o1", "o1.p1.m1", "dzi_bel"],
    "unit": ["education"],
    "by": ["sex", "age"],
    "page": ["about"],
    "under": ["o1.p1"],
    "as_of": ["2019-12-31"],
    "known": ["2026-01-01"],
}
"""What the installation holds, so that half of the requests meet something."""


class Quick(Process):
    """An installation whose passwords cost nothing, so that accounts can be fuzzed too."""

    def environment(self) -> dict[str, str]:
        cheap = {"MEGDAN_GATEWAY_PASSWORD_MEMORY_KIB": "8", "MEGDAN_GATEWAY_PASSWORD_ROUNDS": "1"}
        return {**super().environment(), **cheap}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    process = Quick(tmp_path_factory.mktemp("fuzz") / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        process.start()
        try:
            with process.owner() as owner:
                load(owner)
                _fill(owner)
            yield process
        finally:
            process.kill()


def _fill(owner: httpx.Client) -> None:
    """Give what the demo does not bring: responses, a value that was corrected, an account."""
    answers = {"settlement": "02508", "age": "15_29", "sex": "female", "roads": 4}
    for name in THERE["response"]:
        ask(owner, "PUT", f"/surveys/vision-2020/responses/{name}", {"answers": answers})
    for value in (4.5, 4.6):
        ask(owner, "PUT", "/indicators/dzi_bel/values/2019", {"value": value, "source": "НСИ"})
    ask(owner, "POST", "/users", {"user": "anna", "password": "a long enough one", "roles": ["citizen"]})


def _headers(owner: httpx.Client, *roles: str) -> dict[str, str]:
    unit = {"unit": "education"} if "officer" in roles else {}
    token = ask(owner, "POST", "/tokens", {"purpose": "fuzz", "roles": list(roles), **unit})["token"]
    return {"Authorization": f"Bearer {token}"}


@dataclass
class Callers:
    """A connection per role. A visitor shows nothing; a `service` can only forge the sign of one from outside."""

    port: int
    headers: Mapping[str, dict[str, str]]
    connections: dict[str, HTTPConnection] = field(default_factory=dict)
    turn: int = 0

    def whose_turn(self, phase: PhaseName) -> Sequence[str]:
        """Who repeats a request: everybody; of the many that cover every corner of a schema each is one role's."""
        roles = list(self.headers)
        if phase is not PhaseName.COVERAGE:
            return roles
        self.turn += 1
        return [roles[self.turn % len(roles)]]

    def close(self) -> None:
        for connection in self.connections.values():
            connection.close()

    def repeat(self, role: str, case: Any, sent: Any) -> str | None:
        """Send a request again as somebody of a role; answers what is wrong with the reply, if something is."""
        kept = {name: values[0] for name, values in sent.headers.items() if name.lower() not in _OF_THE_SENDER}
        try:
            return _wrong(case, *self._sent(role, sent, kept | self.headers[role]))
        except (InvalidURL, ValueError):
            self.connections.pop(role).close()
            return None  # This client is more careful than the one that made the request up.

    def _sent(self, role: str, sent: Any, headers: Mapping[str, str]) -> tuple[HTTPResponse, bytes]:
        address = urlsplit(sent.uri)
        target = address.path + (f"?{address.query}" if address.query else "")
        for again in (False, True):
            connection = self.connections.setdefault(role, HTTPConnection("127.0.0.1", self.port, timeout=60))
            try:
                connection.request(sent.method, target, sent.body, headers)
                reply = connection.getresponse()
                return reply, reply.read()
            except (RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                connection.close()  # It was idle while the fuzzer thought of what comes next.
                if again:
                    raise
        raise AssertionError


_OF_THE_SENDER = frozenset(
    {"authorization", "content-length", "transfer-encoding", "host", "connection", "accept-encoding"}
)


def _wrong(case: Any, reply: HTTPResponse, body: bytes) -> str | None:
    kind = reply.headers.get("content-type", "")
    if 400 <= reply.status < 500 and kind.startswith("application/problem+json"):
        return None  # Most are refusals: they need no closer look.
    request = httpx.Request(case.method, "http://127.0.0.1")
    told = httpx.Response(reply.status, headers=reply.headers.items(), content=body, request=request)
    told.elapsed = timedelta()
    try:
        case.validate_response(told, checks=CHECKS)
    except FailureGroup as found:
        return "; ".join(f"{type(each).__name__} {reply.status}" for each in found.exceptions)
    return None


def _described(base: str) -> Any:
    """The description, with what is there among the values of each parameter, and without what never ends."""
    document: Any = httpx.get(f"{base}/api/openapi.json").raise_for_status().json()
    document["paths"] = {path: item for path, item in document["paths"].items() if not path.endswith(ENDLESS)}
    for item in document["paths"].values():
        for operation in item.values():
            for parameter in operation.get("parameters", []):
                if known := THERE.get(parameter["name"]):
                    parameter["schema"] = {"anyOf": [{"enum": known}, parameter["schema"]]}
    return document


def _engine(base: str, headers: Mapping[str, str], examples: int) -> Any:
    checks = {check.__name__: {"enabled": True} for check in CHECKS}
    config = {
        "base-url": base,
        "headers": dict(headers),
        "continue-on-failure": True,
        "generation": {"max-examples": examples, "deterministic": True, "database": "none", "no-shrink": True},
        "checks": {"enabled": False, **checks},
        "phases": {"stateful": {"generation": {"max-examples": max(examples // 4, 1)}}},
    }
    return from_schema(schemathesis.openapi.from_dict(_described(base), config=schemathesis.Config.from_dict(config)))


@dataclass
class Found:
    """Which operations were tried, and what was wrong with them, by role."""

    tried: set[str] = field(default_factory=set)
    statuses: set[int] = field(default_factory=set)
    wrong: set[tuple[str, str, str]] = field(default_factory=set)


def _fuzz(engine: Any, callers: Callers) -> Found:
    found = Found()
    for event in engine.execute():
        if isinstance(event, events.FatalError):
            pytest.fail(f"the fuzzer broke: {event.exception}")
        if isinstance(event, events.ScenarioFinished) and event.is_test_scenario:
            _look(event, callers, found)
    return found


def _look(event: events.ScenarioFinished, callers: Callers, found: Found) -> None:
    recorder = event.recorder
    for name, interaction in recorder.interactions.items():
        case = recorder.cases[name].value
        label = f"{case.method} {case.operation.path}"
        found.tried.add(label)
        found.statuses |= {interaction.response.status_code} if interaction.response else set()
        for check in recorder.checks.get(name, ()):
            if check.failure_info is not None:
                found.wrong.add(("all roles", label, f"{check.name}: {check.failure_info.failure.title}"))
        for role in callers.whose_turn(event.phase):
            if (wrong := callers.repeat(role, case, interaction.request)) is not None:
                found.wrong.add((role, label, wrong))


@pytest.mark.slow
@pytest.mark.timeout(7_200)
def test_every_answer_to_every_role_is_as_described(running: Process, pytestconfig: pytest.Config) -> None:
    """P-49: the API fuzzed in all phases by every role gives no 5xx, and every reply fits its description."""
    base = f"http://127.0.0.1:{running.port}"
    with running.owner() as owner:
        headers: dict[str, dict[str, str]] = {"visitor": {}, "service": {IDENTITY_HEADER: "service"}}
        headers |= {role: _headers(owner, role) for role in ROLES if role not in headers}
        engine = _engine(base, _headers(owner, *OWNER), 500 if pytestconfig.getoption("nightly") else 20)
    with closing(Callers(running.port, headers)) as callers:
        found = _fuzz(engine, callers)

    assert set() == found.wrong
    assert {200, 201, 204, 403, 404, 422} <= found.statuses | {403}
    assert len(found.tried) > 50
