"""Live updates."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from services.gateway.edge.caller import VISITOR, Caller
from services.gateway.live.calm import Calm
from services.gateway.live.hub import Hub
from services.gateway.live.notices import Notice, notice_of
from services.gateway.live.stream import MOST_WAITING, Stream
from shared.bus import Message
from shared.bus.memory import MemoryBus
from shared.events.base import Envelope, Event, Sealed, sealed
from shared.events.reporting import EvaluationChanged
from shared.events.surveys import EstimateChanged, ResponseSubmitted, ResponseWithdrawn, SurveyClosed
from shared.identity import Identity
from tests.unit.gateway.builders import Clock, Door, Watching, a_door, a_scope, cheap

OPENED = "retry: 3000"


def an_estimate(survey: str = "vision") -> Event:
    return EstimateChanged(survey_id=survey, number=1, final=False, responses=40, published=35, questions=())


def a_response(survey: str = "vision") -> Event:
    return ResponseSubmitted(survey_id=survey, response_id="r", channel="web", seal="0" * 64)


def an_evaluation(plan: str = "balchik") -> Event:
    return EvaluationChanged(plan_id=plan, score=0.8, coverage=1, provisional=0, status="behind", position="x:1")


def on_the_bus(event: Event, number: int = 1) -> Sealed:
    return sealed(
        Envelope[Event](
            id=f"e{number}",
            source="test",
            type=event.TYPE,
            subject=event.subject,
            time="2026-11-25T12:00:00.000Z",
            partitionkey=event.key,
            sequence=number,
            correlationid="c",
            data=event,
        )
    )


async def test_changes_are_told_to_whoever_watches(door: Door) -> None:
    """Figures of a survey and the evaluation of a plan, each with its name and what changed."""
    watching = Watching(door.gateway)
    await watching.until(OPENED)
    await door.bus.publish([on_the_bus(an_estimate()), on_the_bus(an_evaluation(), 2)])
    await watching.until('data: {"plan":"balchik"}')
    await watching.until('data: {"survey":"vision"}')
    await watching.leave()

    told = set(zip(watching.events[::2], watching.events[1::2], strict=True))
    assert {("survey.results", '{"survey":"vision"}'), ("evaluation.changed", '{"plan":"balchik"}')} == told
    assert (200, 0) == (watching.status, door.gateway.hub.streams)


async def test_one_may_watch_what_one_looks_at(door: Door) -> None:
    """With ?survey= only that survey is heard of, and no plan."""
    watching = Watching(door.gateway, "survey=vision")
    await watching.until(OPENED)
    for event in (an_evaluation(), an_estimate("roads"), an_estimate("vision")):
        door.gateway.hub.hear(on_the_bus(event).body)
    await watching.until('data: {"survey":"vision"}')
    await watching.leave()

    assert ["survey.results", '{"survey":"vision"}'] == watching.events


async def test_what_is_no_event_is_passed_over(door: Door) -> None:
    """Poison, and events that nobody watches, are told to nobody."""
    watching = Watching(door.gateway)
    await watching.until(OPENED)
    for body in (None, b"\xff", b"{}", on_the_bus(SurveyClosed(survey_id="vision")).body):
        door.gateway.hub.hear(body)
    door.gateway.hub.hear(on_the_bus(an_evaluation()).body)
    await watching.until('data: {"plan":"balchik"}')
    await watching.leave()

    assert ["evaluation.changed", '{"plan":"balchik"}'] == watching.events


@pytest.mark.parametrize("event", [a_response(), ResponseWithdrawn(survey_id="vision", response_id="r")])
def test_single_responses_are_told_calmly(event: Event) -> None:
    """A response moves how many have answered; that is told at most once a second."""
    notice = notice_of(event)

    assert notice is not None
    assert ("survey.results", True) == (notice.event, notice.calm)


async def test_many_responses_are_told_as_few() -> None:
    """One notice a moment after the first, then one in each pause, the last never lost."""
    told: list[float] = []
    loop = asyncio.get_running_loop()
    calm = Calm(lambda _: told.append(loop.time()), lambda: 0.5)
    notice = Notice("survey.results", "survey", "vision", calm=True)
    began = loop.time()
    while loop.time() < began + 0.6:
        calm.hear(notice)
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.6)

    assert [True] * len(told) == [
        later - earlier >= 0.49 for earlier, later in zip([began - 1, *told], told, strict=False)
    ]
    assert (True, True) == (2 <= len(told) <= 3, told[0] - began >= 0.25)


async def test_after_stopping_nothing_is_told() -> None:
    """What was due is dropped."""
    told: list[Notice] = []
    calm = Calm(told.append, lambda: 1)
    calm.hear(Notice("survey.results", "survey", "vision", calm=True))
    calm.stop()
    await asyncio.sleep(0.3)

    assert [] == told


async def test_a_reader_who_does_not_read_keeps_the_latest_only() -> None:
    """P-32: of each thing one notice waits, however often it changes; of many things a bounded number."""
    stream = Stream(VISITOR, {})
    for number in range(5000):
        stream.offer(Notice("survey.results", "survey", f"s{number % 2000}"))

    assert MOST_WAITING == len(stream._waiting)


async def test_each_role_hears_only_what_is_for_it() -> None:
    """Checked at the moment of sending, by the roles held then."""
    officer, visitor = Stream(Caller(Identity("o", frozenset({"officer"}))), {}), Stream(VISITOR, {})
    alert = Notice("alert.raised", "indicator", "i01", roles=frozenset({"officer", "expert"}))
    heard = []
    for stream in (officer, visitor):
        stream.offer(alert)
        stream.offer(Notice("evaluation.changed", "plan", "p"))
        parts = stream.sent(5)
        await anext(parts)
        heard.append((await anext(parts)).split(b"\n")[0])
        await parts.aclose()  # type: ignore[attr-defined]  # it is a generator

    assert [b"event: alert.raised", b"event: evaluation.changed"] == heard


async def test_a_quiet_connection_shows_that_it_lives(tmp_path: Path) -> None:
    """A comment comes after each quiet while."""
    async with a_door(cheap(tmp_path, live_heartbeat_s=0.01)) as door:
        watching = Watching(door.gateway)
        await watching.until(": ")
        await watching.leave()

    assert [] == watching.events


async def test_stopping_ends_all_streams_and_opens_no_more(door: Door) -> None:
    """So that the server can end."""
    watching = [Watching(door.gateway) for _ in range(3)]
    for each in watching:
        await each.until(OPENED)
    door.gateway.end_streams()
    for each in watching:
        await each.ended()

    assert 503 == (await door.client().get("/api/v1/live")).status_code


async def test_there_are_only_so_many_connections(tmp_path: Path) -> None:
    """One more is told to come later."""
    async with a_door(cheap(tmp_path, live_streams=1)) as door:
        watching = Watching(door.gateway)
        await watching.until(OPENED)
        reply = await door.client().get("/api/v1/live")
        await watching.leave()

    assert (503, "15") == (reply.status_code, reply.headers["retry-after"])


async def test_a_connection_that_breaks_before_it_began_leaves_nothing_behind(door: Door) -> None:
    """Its place is free again."""

    async def gone(_message: object) -> None:
        raise ConnectionResetError

    async def waits() -> dict[str, str]:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    with pytest.raises(ConnectionResetError):
        await door.gateway.app(a_scope("/api/v1/live"), waits, gone)

    assert (0, 0) == (door.gateway.hub.streams, door.gateway.hub._slots.taken)


async def test_one_client_cannot_take_all_connections(tmp_path: Path) -> None:
    """Over its share it is told to come later; when it leaves, its place is free again; others are let in."""
    async with a_door(cheap(tmp_path, live_per_client=1)) as door:
        watching = Watching(door.gateway)
        await watching.until(OPENED)
        refused = await door.client().get("/api/v1/live")
        other = door.gateway.hub.open(VISITOR, {}, "198.51.100.7")
        door.gateway.hub.close(other)
        await watching.leave()
        again = Watching(door.gateway)
        await again.until(OPENED)
        await again.leave()

    assert (503, 200) == (refused.status_code, again.status)


async def test_a_bus_that_fails_is_watched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub tries again after a pause, and hears what comes then."""
    monkeypatch.setattr("services.gateway.live.hub.BUS_PAUSE_S", 0.01)

    failures = iter((ConnectionError, ConnectionError))

    bus = MemoryBus(Clock())
    await bus.start()
    watch = bus.watch

    def failing(topics: Sequence[str]) -> AbstractAsyncContextManager[AsyncIterator[Message]]:
        for failure in failures:
            raise failure
        return watch(topics)

    monkeypatch.setattr(bus, "watch", failing)
    hub = Hub(bus, lambda _: asyncio.sleep(0, {}), cheap(tmp_path))
    running = asyncio.create_task(hub.run())
    stream = hub.open(VISITOR, {})
    async with asyncio.timeout(60):
        while not stream._waiting:
            await bus.publish([on_the_bus(an_evaluation())])
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await bus.stop()

    assert 0 == len(list(failures))
