"""Looks whether what a run has left agrees with what clients were told, and with itself. One function: `broken`."""

from collections import defaultdict
from collections.abc import Iterator

from shared.events.base import derived_id
from tests.failure.simulator.record import Left, carried, left_by, readable, told_of_death
from tests.failure.simulator.world import World

Letters = set[tuple[str, str, int]]


async def broken(world: World, *, forgetful: frozenset[str] = frozenset()) -> list[str]:
    """Name every promise of any service that does not hold. Call it when all is quiet.

    A `forgetful` service has lost, on purpose, what some of its entries were about: made anew, it may look different.
    """
    left = [await left_by(world, service) for service in world.services]
    found = [*world.ledger.took_back, *_keys(world)]
    for watching in world.watching.values():
        found += watching.went_back
    for each in left:
        found += [*_log(world, each), *_letters_told(world, each), *await _chain(each)]
        found += await _rebuilt(each, may_differ=each.service.group in forgetful)
    return [*found, *(f"not sent or delivered: {name}" for name, count in (await world.waiting()).items() if count)]


def _keys(world: World) -> Iterator[str]:
    """One key, one shard."""
    shards: dict[tuple[str, str], set[str]] = defaultdict(set)
    for shard, messages in carried(world).items():
        for envelope in readable(messages):
            shards[shard.topic, envelope.partitionkey].add(str(shard))
    yield from (f"key {key} is in {sorted(where)}" for key, where in shards.items() if len(where) > 1)


def _log(world: World, left: Left) -> Iterator[str]:
    """A log is the first occurrences of what its topics carried, in order; its time does not go back."""
    for shard, messages in carried(world).items():
        if shard.topic in left.projector.topics:
            came = list(dict.fromkeys(envelope.id for envelope in readable(messages)))
            entries = left.log.get(str(shard), [])
            logged = [entry.envelope.id for entry in entries]
            if came != logged:
                yield f"log of {left.service.group} {shard}: {_difference(came, logged)}"
            times = [entry.recorded_at for entry in entries]
            if times != sorted(times):
                yield f"time goes back in {left.service.group} {shard}"
            keys = [entry.envelope.partitionkey for entry in entries]
            yield from (
                f"{left.service.group} {entry.cut} says that more of its key follow"
                for entry in entries
                if entry.more and entry.envelope.partitionkey not in keys[entry.position :]
            )


def _difference(expected: list[str], actual: list[str]) -> str:
    missing, more = set(expected) - set(actual), set(actual) - set(expected)
    twice = len(actual) - len(set(actual))
    return f"{len(missing)} missing, {len(more)} more, {twice} twice" if missing or more or twice else "another order"


def _letters_told(world: World, left: Left) -> Iterator[str]:
    told = told_of_death(world)
    yield from (
        f"letter of {left.service.group} {each.place} was not told" for each in left.letters if each.id not in told
    )


async def _chain(left: Left) -> list[str]:
    return [
        f"{left.service.group} {each.shard}:{each.position} is {each.what}" for each in await left.projector.verify()
    ]


async def _rebuilt(left: Left, *, may_differ: bool) -> list[str]:
    """Made anew, projections are the same byte for byte, and nothing is said again."""
    live = await left.figures()
    for name in left.projector.folds:
        await left.projector.rebuild(name)
    again = await left.figures()
    said = await left.store.outbox.unsent(limit=9)
    differing = () if may_differ else sorted(key for key in {*live, *again} if live.get(key) != again.get(key))
    return [f"{left.service.group} rebuilt: {key} differs" for key in differing] + [f"said again: {e.id}" for e in said]


def set_aside(left: Left, expected: Letters) -> Iterator[str]:
    """What is poison, and nothing else, is in the dead letters."""
    actual = {(letter.handler, letter.shard, letter.place) for letter in left.letters}
    yield from (f"{left.service.group}: not set aside: {each}" for each in sorted(expected - actual))
    yield from (f"{left.service.group}: set aside: {each}" for each in sorted(actual - expected))
    wrong = [
        letter.id for letter in left.letters if letter.id != derived_id(letter.handler, letter.shard, letter.place)
    ]
    yield from (f"{left.service.group}: letter {each} has a foreign id" for each in wrong)


def unread(world: World, left: Left) -> Letters:
    """The letters that raw poison becomes."""
    return {("", str(shard), offset) for shard, offset in world.poison if shard.topic in left.projector.topics}
