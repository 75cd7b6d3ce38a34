"""The API fuzzed by its own description: whatever fits or does not fit, no answer is a fault of ours."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error

from tests.running import ROOT, Process, ask, load

HARMFUL = ("/operations/", "/session", "/live", "/tokens", "/users")
"""What would rebuild for minutes, end the fuzzer's own rights or never end; each has tests of its own."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    process = Process(tmp_path_factory.mktemp("fuzz") / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        process.start()
        with process.owner() as owner:
            load(owner)
            roles = ["expert", "evaluator", "citizen"]
            token = ask(owner, "POST", "/tokens", {"purpose": "fuzz", "roles": roles})["token"]
    yield f"http://127.0.0.1:{process.port}", {"Authorization": f"Bearer {token}"}
    process.kill()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_request_is_answered_with_a_fault_of_ours(running: tuple[str, dict[str, str]]) -> None:
    """Valid and invalid requests, made from the OpenAPI description, are all answered below 500."""
    address, headers = running
    description: Any = httpx.get(f"{address}/api/openapi.json").raise_for_status().json()
    schema = schemathesis.openapi.from_dict(description)
    tried: list[str] = []
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]  # a description that is not valid fails the test
        if not any(part in operation.path for part in HARMFUL):
            tried.append(operation.label)
            _fuzz(operation, address, headers)

    assert len(tried) > 20


def _fuzz(operation: Any, address: str, headers: dict[str, str]) -> None:
    both = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode))

    @settings(max_examples=20, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(both)
    def fuzz(case: Any) -> None:
        case.call_and_validate(base_url=address, headers=headers, checks=[not_a_server_error])

    fuzz()
