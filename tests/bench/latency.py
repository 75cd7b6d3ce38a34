"""How long an answer takes to be in every figure: `python -m tests.bench.latency [--rate 20] [--seconds 20] [--json]`.

Answers come at a steady pace, whether or not the ones before were taken. After every fourth one somebody asks over HTTP
what staff see until it is in; others ask all the time for the public results and the plan's public evaluation. They ask
no oftener, so as not to be the load that they look at. Times run from the moment at which an answer was due to be sent.
A completing answer completes a step of the question that feeds the indicator; which answers stand behind the
evaluation's figure is told by the public results.
"""

import argparse
import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from shared.language import Text
from tests.bench.measures import B, Measure, Yardstick, at_most, beside, tell
from tests.bench.sampling import bodies
from tests.bench.standing import Ours, ours, raw, until_quiet
from tests.bench.wire import Wire, wired
from tests.running import ask

Json = Any  # whatever the API answers

BENCH = "latency"
RESULTS = "/surveys/vision-2020/results"
NODE, INDICATOR = "o3.p1.m1", "satisfied_roads"
EVALUATION = f"/evaluation/balchik-2014-2020?under={NODE}"
GOOD = frozenset({"4", "5"})
BARE_S = 5
WARM = 45
"""Answers before those that are timed: from the thirtieth on figures are shown."""
LOOK_S, PUBLIC_LOOK_S, REST_S = 0.01, 0.02, 0.5
EACH = 4
"""Of so many answers one is looked for by staff."""
LONGEST_S = 30.0
STAFF_MS, PUBLIC_MS = 100.0, 250.0
GIVERS = 8


def answers(count: int) -> list[dict[str, Any]]:
    """Responses of people drawn from the census who leave nothing out that moves the indicator.

    The share of those who are content rises, so that no two steps show the same figure.
    """
    people = [body for body in bodies(-(-count // 800)) if "sex" in body["answers"]][:count]
    content = [number * (25 * count + 35 * number) // (100 * count) for number in range(count + 1)]
    return [_an_answer(body, after > before) for body, before, after in zip(people, content, content[1:], strict=False)]


def _an_answer(body: Any, is_content: bool) -> dict[str, Any]:  # noqa: FBT001 - JSON; one of two
    said = {"roads": 5 if is_content else 1, "water": 3, "cleanliness": 4, "employment": 2, "influence": 4}
    who = {name: body["answers"][name] for name in ("settlement", "age", "sex")}
    return {"answers": {**who, **said, "vision": "nature", "priorities": ["roads", "water"]}, "channel": "web"}


@dataclass
class Seen:
    """When each answer was due, answered 201 and counted, and each value of the indicator seen, by one clock.

    `shown` tells how many answers stand behind a value.
    """

    due: dict[int, float] = field(default_factory=dict)
    answered: dict[int, float] = field(default_factory=dict)
    counted: dict[int, float] = field(default_factory=dict)
    valued: dict[float, float] = field(default_factory=dict)
    shown: dict[float, int] = field(default_factory=dict)
    looked_for: "asyncio.Queue[int]" = field(default_factory=asyncio.Queue)

    def note_shown(self, results: Json) -> None:
        for question in results["questions"]:
            if question["id"] == "roads":
                shares = [choice["share"] for choice in question["choices"] if choice["code"] in GOOD]
                if None not in shares:  # a few choosers are not told apart
                    self.shown.setdefault(round(sum(shares) * 100, 3), question["n"])

    def note_valued(self, evaluation: Json) -> None:
        value = next(each["value"] for each in evaluation["tree"][0]["children"] if each["id"] == INDICATOR)
        if value is not None:
            self.valued.setdefault(round(value, 3), time.perf_counter())

    def evaluated(self) -> dict[int, float]:
        """When the evaluation had moved, by the number of the answer that completed the step.

        A step announces the state kept by the step before and keeps the present one. So the answer that completes it is
        the last one of the state that is shown next.
        """
        shown = sorted((behind, value) for value, behind in self.shown.items())
        return {
            completing: self.valued[value]
            for (_, value), (completing, _) in pairwise(shown)
            if value in self.valued and completing in self.due
        }


async def _give(port: int, seen: Seen, given: list[dict[str, Any]], rate: float) -> None:
    async with AsyncExitStack() as wires:
        idle: asyncio.Queue[Wire] = asyncio.Queue()
        for _ in range(GIVERS):
            idle.put_nowait(await wires.enter_async_context(wired(port)))
        await _paced(idle, seen, given, rate)


async def _paced(idle: asyncio.Queue[Wire], seen: Seen, given: list[dict[str, Any]], rate: float) -> None:
    async def one(number: int, body: dict[str, Any]) -> None:
        wire = await idle.get()
        reply = await wire.ask("PUT", f"/surveys/vision-2020/responses/{number:024d}", body)
        seen.answered[number] = time.perf_counter()
        if number % EACH == 0:
            seen.looked_for.put_nowait(number)
        reply.json()
        idle.put_nowait(wire)

    async with asyncio.TaskGroup() as sending:
        began = time.perf_counter()
        for number, body in enumerate(given, 1):
            seen.due[number] = began + number / rate
            await asyncio.sleep(max(0.0, seen.due[number] - time.perf_counter()))
            sending.create_task(one(number, body))


async def _look(port: int, path: str, note: Callable[[Any], None], pause_s: float) -> None:
    async with wired(port) as wire:
        last = b""
        while True:
            reply = await wire.ask("GET", path)
            if reply.body != last:
                note(reply.json())
                last = reply.body
            await asyncio.sleep(pause_s)


async def _look_as_staff(port: int, token: str, seen: Seen) -> None:
    async with wired(port, token) as wire:
        while True:
            number = await seen.looked_for.get()
            while (await wire.ask("GET", RESULTS)).json()["published"] < number:
                await asyncio.sleep(LOOK_S)
            seen.counted[number] = time.perf_counter()


async def watched(running: Ours, given: list[dict[str, Any]], rate: float) -> Seen:
    """Give answers and look until the last is in everything. Raises TimeoutError."""
    seen = Seen()
    staff = ask(running.owner, "POST", "/tokens", {"purpose": "bench", "roles": ["evaluator"], "unit": None})["token"]
    looks = [
        _look_as_staff(running.port, staff, seen),
        _look(running.port, RESULTS, seen.note_shown, PUBLIC_LOOK_S),
        _look(running.port, EVALUATION, seen.note_valued, LOOK_S),
    ]
    lookers = [asyncio.create_task(look) for look in looks]
    await _give(running.port, seen, given, rate)
    async with asyncio.timeout(LONGEST_S):
        while len(seen.counted) < len(given) // EACH:
            await _told(lookers, LOOK_S)
    await asyncio.to_thread(until_quiet, running, LONGEST_S)
    await _told(lookers, REST_S)
    for looker in lookers:
        looker.cancel()
    await asyncio.gather(*lookers, return_exceptions=True)
    return seen


async def _told(lookers: list[asyncio.Task[None]], for_s: float) -> None:
    """Let the lookers look; they never end but by a fault, which is raised."""
    done, _ = await asyncio.wait(lookers, timeout=for_s, return_when=asyncio.FIRST_COMPLETED)
    for looker in done:
        looker.result()


def p99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]


def measured(rate: float = 20, seconds: float = 20) -> list[Measure]:
    """Run the bench."""
    count = WARM + int(rate * seconds)
    with ours() as running:
        seen = asyncio.run(watched(running, answers(count), rate))
    evaluated = seen.evaluated()
    with raw("loop") as other:
        bare = Seen()
        asyncio.run(_give(other.port, bare, answers(int(rate * BARE_S)), rate))
    taken = {
        "answer": [seen.answered[number] - seen.due[number] for number in range(WARM, count + 1)],
        "staff": [at - seen.due[number] for number, at in seen.counted.items() if number > WARM],
        "public": [at - seen.due[number] for number, at in evaluated.items() if number > WARM],
    }
    taken["bare"] = [bare.answered[number] - due for number, due in bare.due.items()]
    ms = {name: p99(times) * 1000 for name, times in taken.items()}
    answered = Text(bg=f"отговор 201 при {rate:g}/s, p99", en=f"answer 201 at {rate:g}/s, p99")
    return [
        at_most(BENCH, answered, ms["answer"], "ms", STAFF_MS),
        beside(BENCH, answered, "ms", [ms["answer"]], Yardstick(B, [ms["bare"]])),
        at_most(BENCH, Text(bg="отговор → екипът вижда, p99", en="answer → staff, p99"), ms["staff"], "ms", STAFF_MS),
        at_most(
            BENCH,
            Text(bg="завършващ отговор → публична оценка, p99", en="completing answer → public evaluation, p99"),
            ms["public"],
            "ms",
            PUBLIC_MS,
        ),
    ]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rate", type=float, default=20, help="answers a second")
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    tell(measured(given.rate, given.seconds), as_json=given.json)


if __name__ == "__main__":
    main()
