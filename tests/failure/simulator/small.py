"""Runs of the simulator's own services, and what must hold of their figures."""

from collections import Counter, defaultdict
from collections.abc import Coroutine, Iterator
from random import Random
from typing import Any

from shared.events.surveys import RESPONSES, SURVEYS, ResponseSubmitted
from shared.log import Entry
from tests.failure.simulator import mishaps
from tests.failure.simulator.checker import Letters, broken, set_aside, unread
from tests.failure.simulator.clients import Clients
from tests.failure.simulator.faults import Faults
from tests.failure.simulator.ledger import OK, REFUSED, Ledger
from tests.failure.simulator.processes import Service
from tests.failure.simulator.record import Left, left_by
from tests.failure.simulator.square import (
    CHANNELS,
    COUNTING,
    GIVEN,
    ODD,
    PLACES,
    POISON,
    SQUARE,
    STEP,
    TOTALS,
    UNANSWERABLE,
    builds_square,
    linked,
    submission,
)
from tests.failure.simulator.town import HEARD, TOWN, Heard, build_town
from tests.failure.simulator.world import World

KEYS = tuple(f"survey-{number}" for number in range(4))


def a_small_world(random: Random, faults: Faults | None = None) -> World:
    square = Service(SQUARE, builds_square(Counter()), (TOTALS, CHANNELS), random.choice((1, 1, 2, 3)))
    town = Service(TOWN, build_town, (HEARD,), random.choice((1, 1, 2)))
    return World(random, (square, town), faults)


async def live(world: World) -> list[str]:
    """Let everything happen, then name all that is broken."""
    await come(world, _going_wrong(world))
    return await checked(world)


async def come(world: World, going_wrong: dict[str, Any], *beside: Coroutine[Any, Any, None]) -> None:
    """Let clients come while things go wrong; what is to end by itself first stands `beside` them."""
    world.furnish()
    clients = Clients(world.random, world.ledger, lambda work: world.ask(SQUARE, work))
    await world.live([*clients.arriving(), *beside], going_wrong)


async def checked(world: World) -> list[str]:
    """Name all that is broken."""
    square, town = [await left_by(world, service) for service in world.services]
    found = [*await _square(world, square), *await _town(square, town), *set_aside(town, unread(world, town))]
    return [*found, *await broken(world)]


def _going_wrong(world: World) -> dict[str, Any]:
    return {
        "weather": mishaps.weather(world),
        "clocks": mishaps.clocks(world),
        "rebalances": mishaps.rebalances(world),
        "poison": mishaps.poison(world, {RESPONSES: KEYS, SURVEYS: KEYS}),
        "operator": mishaps.operator(world),
    }


async def _square(world: World, left: Left) -> list[str]:
    given, places = await left.documents(GIVEN), await left.documents(PLACES)
    changes = Counter(name for place in places.values() for name in place.changes)
    stored = Counter(given.keys()) + changes
    logged = Counter(submission(entry).response_id for entry in left.entries)
    return [
        *accounted(world.ledger, stored),
        *(
            f"{name}: {logged[name]} events of {stored[name]} responses"
            for name in {*logged, *given}
            if logged[name] != 1
        ),
        *(f"an event tells of {name}, which is not there" for name in logged if name not in given),
        *set_aside(left, unread(world, left) | _failing(left)),
        *_sums(left, await left.documents(TOTALS), await left.documents(CHANNELS)),
    ]


def accounted(ledger: Ledger, stored: Counter[str]) -> Iterator[str]:
    """What was accepted is there once, what is unknown at most once, what was refused is not there."""
    yield from (
        f"{name} was accepted and is there {stored[name]} times" for name in ledger.that_are(OK) if stored[name] != 1
    )
    yield from (f"{name} was refused and is there" for name in ledger.that_are(REFUSED) if stored[name])
    yield from (
        f"{name} is there {count} times" for name, count in stored.items() if count > 1 or name not in ledger.told
    )


def _failing(left: Left) -> Letters:
    letters: Letters = set()
    for entry in left.entries:
        name = submission(entry).response_id
        if name.startswith((POISON, ODD)):
            letters.add((COUNTING.name, entry.shard, entry.position))
        if name.startswith(UNANSWERABLE):
            letters.add(("answering", entry.shard, entry.position))
    return letters


def _counted(entries: list[Entry]) -> list[tuple[Entry, ResponseSubmitted]]:
    events = [(entry, submission(entry)) for entry in entries]
    return [(entry, event) for entry, event in events if not event.response_id.startswith((POISON, ODD))]


def _sums(left: Left, totals: dict[str, Any], channels: dict[str, Any]) -> Iterator[str]:
    """Counted again, straight from the log."""
    counts, chains, by_channel = Counter[str](), defaultdict[str, str](str), Counter[str]()
    for entry, event in _counted(left.entries):
        counts[event.survey_id] += 1
        by_channel[event.channel] += 1
        chains[event.survey_id] = linked(chains[event.survey_id], entry.envelope.id)
    if counts != {key: total.responses for key, total in totals.items()}:
        yield f"totals are {[(key, total.responses) for key, total in totals.items()]}, should be {dict(counts)}"
    if chains != {key: total.chain for key, total in totals.items()}:
        yield "totals were counted in another order than the log's"
    if by_channel != {key: channel.responses for key, channel in channels.items()}:
        yield f"channels are {[(key, each.responses) for key, each in channels.items()]}, should be {dict(by_channel)}"


async def _town(square: Left, town: Left) -> list[str]:
    heard, totals = await town.documents(HEARD), await square.documents(TOTALS)
    places, answered = await square.documents(PLACES), defaultdict[str, list[str]](list)
    for entry in square.entries:
        event = submission(entry)
        if not event.response_id.startswith(UNANSWERABLE):
            answered[event.survey_id].append(event.response_id)
    found: list[str] = []
    for survey in {*heard, *totals, *places, *answered}:
        said = heard.get(survey) or Heard(id=survey)
        steps = totals[survey].responses // STEP if survey in totals else 0
        changes = len(places[survey].changes) if survey in places else 0
        found += _differs(f"steps of {survey}", list(range(1, steps + 1)), list(said.steps))
        found += _differs(f"versions of {survey}", list(range(1, changes + 1)), list(said.versions))
        found += _differs(f"answers of {survey}", sorted(answered[survey]), sorted(said.answered))
    return found


def _differs(what: str, expected: list[Any], actual: list[Any]) -> list[str]:
    return [f"{what}: {actual} were heard, should be {expected}"] if expected != actual else []
