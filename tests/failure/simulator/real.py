"""Runs of the real surveys service: its use cases, folds, reactions and sweeps, with responses that say something."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from random import Random
from typing import Any

from pydantic import SecretStr

from services.surveys.domain.responses import NoSuchReceipt, Response, ResponseKeys
from services.surveys.handlers import SUBSCRIBES, folds, reactions
from services.surveys.settings import Settings
from services.surveys.store import NAME, RESPONSES, ROW_STEPS, STEPS, SURVEYS, TALLIES
from services.surveys.usecases.desk import Desk, desk
from services.surveys.usecases.responses import Submission, submit_response, withdraw_response
from services.surveys.usecases.schedule import do_what_is_due
from services.surveys.usecases.surveys import close_survey, import_survey, open_survey
from shared.clock import Clock
from shared.errors import Conflict, MegdanError, Stale, Unavailable
from shared.events.surveys import RESPONSES as TOPIC
from shared.events.surveys import SURVEYS as ANNOUNCED
from shared.events.surveys import ResponseSubmitted, ResponseWithdrawn
from shared.projections import Projector
from shared.store import Query, Store
from shared.sweeps import Sweep
from tests.failure.simulator import mishaps
from tests.failure.simulator.checker import broken, set_aside, unread
from tests.failure.simulator.faults import Faults, Lost
from tests.failure.simulator.ledger import OK, REFUSED
from tests.failure.simulator.processes import START, Process, Service
from tests.failure.simulator.record import MOST, Left, left_by
from tests.failure.simulator.small import accounted
from tests.failure.simulator.town import HEARD, TOWN, Heard, build_town
from tests.failure.simulator.world import World
from tests.unit.surveys.builders import raw_question, raw_questionnaire

SECRET = SecretStr("a key of the simulator")
KEYS = ResponseKeys(SECRET)
SURVEY = "vision"
SETTINGS = {"step": 3, "base": 10}
DUE_EVERY_S = 2.0


def a_real_world(random: Random, faults: Faults | None = None) -> World:
    surveys = Service(NAME, build, (TALLIES, STEPS, ROW_STEPS), random.choice((1, 1, 2)), sweeps)
    return World(random, (surveys, Service(TOWN, build_town, (HEARD,), 1)), faults)


def at_desk(store: Store, clock: Clock, salt: Callable[[], str] = lambda: "00") -> Desk:
    return desk(store, SECRET, clock, Settings.model_validate(SETTINGS), salt)


def build(store: Store, bus: Any, clock: Clock) -> Projector:
    at = at_desk(store, clock)
    return Projector(
        store, bus, clock, topics=SUBSCRIBES, folds=folds(store, at.thresholds), reactions=reactions(at.documents)
    )


def desk_of(process: Process) -> Desk:
    """What a process has in memory between requests: among others, surveys that it has read lately."""
    if "desk" not in process.memory:
        salt = partial(_drawn, process)
        process.memory["desk"] = at_desk(process.store, process.clock, salt)
    made: Desk = process.memory["desk"]
    return made


def _drawn(process: Process) -> str:
    process.memory["salts"] = process.memory.get("salts", 0) + 1
    return f"{process.name} {process.clock()} {process.memory['salts']}"


def sweeps(process: Process) -> Sequence[Sweep]:
    return [Sweep("due", DUE_EVERY_S, lambda: do_what_is_due(desk_of(process)))]


async def live(world: World) -> list[str]:
    """Let everything happen, then name all that is broken."""
    world.furnish()
    await _opened(at_desk(world.stores[NAME], lambda: START))
    topics = {TOPIC: (SURVEY, "other"), ANNOUNCED: (SURVEY,)}
    going_wrong = {
        "weather": mishaps.weather(world),
        "rebalances": mishaps.rebalances(world),
        "poison": mishaps.poison(world, topics),
        "operator": mishaps.operator(world),
    }
    await world.live([*_clients(world), _expert(world)], going_wrong)
    surveys, town = [await left_by(world, service) for service in world.services]
    found = [*await _responses(world, surveys), *await _announced(surveys, town)]
    found += [*set_aside(surveys, unread(world, surveys)), *set_aside(town, unread(world, town))]
    is_forgetful = any(response.state == "emptied" for response in (await _all_responses(surveys)).values())
    found += await broken(world, forgetful=frozenset([NAME] if is_forgetful else []))
    return [*found, *(f"rebuilt: {each}" for each in await _responses(world, surveys))]


async def _opened(at: Desk) -> None:
    asked = raw_questionnaire(raw_question("sex", "single"), raw_question("roads"), publish="live")
    await import_survey(at, asked)
    await open_survey(at, SURVEY, "expert")


def _clients(world: World) -> list[Coroutine[Any, Any, None]]:
    return [_client(world, number) for number in range(world.random.randint(8, 26))]


async def _client(world: World, number: int) -> None:
    """Answer, now and then twice; some take it back."""
    random, name = world.random, f"response-{number:020d}"
    answers = {"sex": random.choice("abc"), "roads": random.randint(1, 5)}
    await asyncio.sleep(random.random() * 15)
    world.ledger.asks(name)
    heard = await _asking(world, name, lambda process: _giving(process, name, answers))
    if random.random() < 0.15 and heard == OK:
        await asyncio.sleep(random.random() * 3)
        world.ledger.asks(f"back {name}")
        await _asking(world, f"back {name}", lambda process: _taking_back(process, name))


async def _asking(world: World, name: str, work: Callable[[Process], Coroutine[Any, Any, str]]) -> str | None:
    heard = None
    for _ in range(world.random.choice((1, 2, 6, 30))):
        try:
            heard = await world.ask(NAME, work)
        except (Unavailable, Lost, Stale):
            await asyncio.sleep(world.random.random() * 2)
            continue
        world.ledger.hears(name, heard)
        if heard == REFUSED or world.random.random() < 0.75:
            break
    return heard


async def _giving(process: Process, name: str, answers: dict[str, Any]) -> str:
    try:
        await submit_response(desk_of(process), SURVEY, name, Submission(answers))
    except Conflict:
        return REFUSED  # it is closed
    return OK


async def _taking_back(process: Process, name: str) -> str:
    try:
        await withdraw_response(desk_of(process), KEYS.receipt(SURVEY, name))
    except NoSuchReceipt:
        return OK  # its own withdrawal, whose reply was lost: no receipt is known any more
    return OK


async def _expert(world: World) -> None:
    """Close the survey at some time, often before the last have answered."""
    await asyncio.sleep(world.random.random() * 25)
    while world.random.random() < 0.98:
        try:
            await world.ask(NAME, lambda process: close_survey(desk_of(process), SURVEY, "expert"))
        except (MegdanError, Lost):
            await asyncio.sleep(world.random.random())
        else:
            await asyncio.sleep(14)
            return


async def _all_responses(left: Left) -> dict[str, Response]:
    page = await left.store.collection(RESPONSES).find(Query("survey", (SURVEY,), limit=MOST))
    return {response.id: response for response in page.items}


async def _responses(world: World, left: Left) -> list[str]:
    """Each accepted response is there once, told once, counted once; each that was taken back is counted nowhere."""
    responses = await _all_responses(left)
    names = {KEYS.response_id(SURVEY, name): name for name in world.ledger.told}
    stored = Counter(names.get(key, f"unheard of {key}") for key in responses)
    taken = Counter(f"back {names[key]}" for key, each in responses.items() if each.state != "given" and key in names)
    given = Counter(e.event.response_id for e in left.entries if isinstance(e.event, ResponseSubmitted))
    back = Counter(e.event.response_id for e in left.entries if isinstance(e.event, ResponseWithdrawn))
    there = [response for response in responses.values() if response.state == "given"]
    return [
        *accounted(world.ledger, stored + taken),
        *_same("told as given", Counter(responses.keys()), given),
        *_same("told as taken back", Counter(key for key, each in responses.items() if each.state != "given"), back),
        *(
            f"{key} still says something"
            for key, each in responses.items()
            if each.state == "withdrawn" or (each.state == "emptied" and each.answers)
        ),
        *_same("tallies", _said(there), await _tallied(left)),
        *await _steps(left, len(there)),
    ]


def _same(what: str, expected: Counter[Any], actual: Counter[Any]) -> list[str]:
    return [f"{what}: {actual - expected} too many, {expected - actual} too few"] if expected != actual else []


def _said(responses: list[Response]) -> Counter[Any]:
    return Counter((question, str(answer)) for each in responses for question, answer in each.answers.items())


async def _tallied(left: Left) -> Counter[Any]:
    counted = Counter[Any]()
    for tally in (await left.documents(TALLIES)).values():
        for question, counts in tally.counts.items():
            counted.update({(question, key): count for key, count in counts.items() if key in "abc12345"})
    return counted


async def _steps(left: Left, given: int) -> list[str]:
    steps = await left.store.collection(STEPS).get(SURVEY)
    counted = steps.given if steps is not None else 0
    return [f"steps say {counted} were given, should be {given}"] if counted != given else []


async def _announced(surveys: Left, town: Left) -> list[str]:
    """Steps are heard in order, each once; the last one that was completed is heard all the same."""
    steps, heard = await surveys.store.collection(STEPS).get(SURVEY), await town.documents(HEARD)
    numbers = list((heard.get(SURVEY) or Heard(id=SURVEY)).steps)
    last = steps.announced.number if steps is not None and steps.announced is not None else None
    found = [] if numbers == sorted(set(numbers)) else [f"steps were heard as {numbers}"]
    if last != (numbers[-1] if numbers else None):
        found.append(f"the last step is {last}, heard were {numbers}")
    survey = await surveys.store.collection(SURVEYS).get(SURVEY)
    if survey is not None and survey.state == "closed" and survey.completed_at is None:
        found.append("the survey is closed and never completed")
    return found
