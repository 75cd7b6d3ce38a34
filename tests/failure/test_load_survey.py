"""A survey with very many responses: figures, cross-tabs and exports keep to set memory and time."""

import asyncio
import csv
import io
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from deploy.demo.responses import FILE
from tests.failure.flooded import MEGABYTE, Flooded, flooded
from tests.running import ROOT, ask, settle
from tests.system.test_the_loop import SURVEY

RESPONSES, NIGHTLY = 5_000, 100_000
MEMORY = 64 * MEGABYTE
"""What the process may take more for one of these works, whatever the number of responses."""

FIGURES_S = 5.0
EXPORT_S = {RESPONSES: 60.0, NIGHTLY: 300.0}


@dataclass(frozen=True)
class Square:
    """An installation whose survey has so many responses."""

    process: Flooded
    responses: int


def a_file(responses: int) -> bytes:
    """A file of responses, every second with a word of its own."""
    ages, sexes, places = ("15_29", "30_44", "45_64", "65_plus"), ("female", "male"), ("02508", "62788")
    out = io.StringIO()
    writer = csv.DictWriter(out, FILE.read_text("utf-8").partition("\n")[0].strip().split(","), restval="")
    writer.writeheader()
    for number in range(responses):
        row: dict[str, object] = {
            "response": f"many{number:018d}",
            "channel": "web",
            "language": "bg",
            "settlement": places[number % 2],
        }
        row |= {"age": ages[number % 4], "sex": sexes[number // 4 % 2], "roads": 1 + number % 5, "water": 3}
        row |= {"cleanliness": 4, "employment": 1 + number % 3, "influence": 2, "priorities": "water|jobs"}
        row |= {"idea": f"предложение {number}" if number % 2 else ""}
        writer.writerow(row)
    return out.getvalue().encode()


@pytest.fixture(scope="module")
def square(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Square]:
    responses = NIGHTLY if request.config.getoption("--nightly") else RESPONSES
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        with flooded(tmp_path_factory.mktemp("survey") / "data") as process, process.owner() as owner:
            owner.timeout = httpx.Timeout(600)
            path = f"/surveys/{SURVEY}/responses/import?name=responses.csv"
            assert responses == ask(owner, "POST", path, content=a_file(responses))["accepted"]
            settle(owner)
            yield Square(process, responses)


@dataclass(frozen=True)
class Cost:
    """What a work has cost: seconds, the most memory beyond what was held before, the longest wait of others."""

    took_s: float
    memory: int
    others_waited_s: float


async def cost_of(process: Flooded, path: str) -> tuple[Cost, int]:
    """Ask for something as the owner, reading it piece by piece; return what that cost and its lines or bytes."""
    memory, most, waited, size = process.memory(), 0, 0.0, 0
    transport = httpx.AsyncHTTPTransport(uds=str(process.data / "megdan.sock"))
    done = asyncio.Event()

    async def watch() -> None:
        nonlocal most, waited
        async with httpx.AsyncClient(base_url=process.url, timeout=600) as others:
            while not done.is_set():
                asked = time.monotonic()
                await others.get("/health/live")
                waited, most = max(waited, time.monotonic() - asked), max(most, process.memory() - memory)
                await asyncio.sleep(0.02)

    began = time.monotonic()
    watching = asyncio.create_task(watch())
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://megdan/api/v1", timeout=600) as owner,
        owner.stream("GET", path) as reply,
    ):
        assert reply.status_code == 200
        async for piece in reply.aiter_bytes():
            size += piece.count(b"\n") if path.endswith("csv") else len(piece)
    took = time.monotonic() - began
    done.set()
    await watching
    return Cost(took, most, waited), size


@pytest.mark.slow
@pytest.mark.parametrize("query", ["", "?by=age", "?by=settlement&weighted=false"])
def test_figures_of_very_many_responses_take_set_memory_and_time(square: Square, query: str) -> None:
    """P-34: what very many responses say, whole or cut, is told within set memory and time."""
    cost, _ = asyncio.run(cost_of(square.process, f"/surveys/{SURVEY}/results{query}"))

    assert cost.took_s < FIGURES_S
    assert cost.memory < MEMORY


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_exports_of_very_many_responses_take_set_memory_and_time(square: Square, kind: str) -> None:
    """P-34: very many responses are exported within set memory and time, and others are answered meanwhile."""
    cost, size = asyncio.run(cost_of(square.process, f"/surveys/{SURVEY}/responses.{kind}"))

    assert size >= square.responses + 1
    assert cost.took_s < EXPORT_S[square.responses]
    assert cost.memory < MEMORY
    assert cost.others_waited_s < 2.0
