"""What holds whatever people do, in any order."""

import asyncio
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from services.monitoring.bodies import PlanBody
from services.monitoring.domain.feeds import estimate_of
from services.monitoring.domain.people import Person
from services.monitoring.domain.values import Entry, Value
from services.monitoring.store import collections
from services.monitoring.usecases.desk import Desk
from services.monitoring.usecases.feeding import feed_values
from services.monitoring.usecases.plans import Asked, put_plan
from services.monitoring.usecases.values import Looked, give_value, verify_value
from shared.errors import MegdanError
from shared.events.base import Event
from shared.events.monitoring import ValueRecorded, ValueVerified
from shared.events.registry import decode
from shared.store.memory import MemoryStore
from tests.unit.monitoring.builders import SECRET, Clock, a_fed_indicator, a_plan, an_estimate

PLAN = PlanBody.model_validate(a_plan(a_fed_indicator()), strict=False).content()
PEOPLE = (
    Person("olga", "roads", is_expert=False),
    Person("stefan", "parks", is_expert=False),
    Person("petya", None, is_expert=True),
    Person("sava", None, is_expert=True),
)

Action = tuple[str, Person, int]

ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("give"), st.sampled_from(PEOPLE), st.integers(0, 3)),
        st.tuples(st.just("verify"), st.sampled_from(PEOPLE), st.just(0)),
        st.tuples(st.just("hear"), st.just(PEOPLE[2]), st.integers(0, 3)),
    ),
    max_size=14,
)


@dataclass
class Office:
    """The use cases on a store in memory, and a ledger of what they answered."""

    desk: Desk
    store: MemoryStore
    figures: list[str] = field(default_factory=list)
    givers: set[str] = field(default_factory=set)
    announced: int = 0

    async def act(self, action: Action) -> bool:
        """Do one thing to the value of 2020; tell whether it was accepted."""
        what, who, number = action
        try:
            if what == "hear":
                await self._hear(number)
            elif what == "verify":
                await verify_value(self.desk, who, Looked("happy", "2020"))
            else:
                await self._give(who, Entry(str(number), "x"))
        except MegdanError:
            return False
        return True

    async def _hear(self, number: int) -> None:
        self.announced += 1
        said = an_estimate(self.announced, final=number == 3, shares={"4": number / 10}, opened_by="p")
        await feed_values(self.desk, estimate_of(said, "shard", self.announced, "now"))

    async def _give(self, who: Person, entry: Entry) -> None:
        change = await give_value(self.desk, who, ("happy", "2020"), entry)
        if change.events:
            self.figures.append(entry.figure)
            self.givers.add(who.subject)

    async def values(self) -> list[Value]:
        return await self.desk.kept.values_of("happy")

    async def events(self) -> list[Event]:
        return [decode(each.body).data for each in await self.store.outbox.unsent(limit=1_000)]


async def an_office() -> Office:
    clock = Clock()
    store = MemoryStore("monitoring", clock)
    desk = Desk(collections(store), clock, SECRET)
    await put_plan(desk, "plan", PLAN, Asked("petya"))
    return Office(desk, store)


@settings(max_examples=100, deadline=None)
@given(ACTIONS)
def test_history_never_loses_and_givers_never_verify(actions: list[Action]) -> None:
    """Every figure that a person gave stays, versions count up, and no giver's verification is accepted."""
    asyncio.run(_history_and_givers(actions))


async def _history_and_givers(actions: list[Action]) -> None:
    office = await an_office()
    for action in actions:
        accepted = await office.act(action)
        assert not (accepted and action[0] == "verify" and action[1].subject in office.givers)
    told = [each for value in await office.values() for each in (*value.history, value.present())]
    versions = [each.value_version for each in told]

    assert office.figures == [each.figure for each in told if each.giver.survey is None]
    assert versions == sorted(set(versions))


@settings(max_examples=100, deadline=None)
@given(ACTIONS)
def test_repeating_changes_nothing(actions: list[Action]) -> None:
    """Each thing done twice leaves the same as once, in the same words."""
    once, twice = (asyncio.run(_repeated(actions, times)) for times in (1, 2))

    assert once == twice


async def _repeated(actions: list[Action], times: int) -> tuple[list[Value], list[Event]]:
    office = await an_office()
    for action in actions:
        for _ in range(1 if action[0] == "hear" else times):
            await office.act(action)
    return await office.values(), await office.events()


@settings(max_examples=100, deadline=None)
@given(ACTIONS)
def test_events_tell_the_whole_state(actions: list[Action]) -> None:
    """Whoever hears the events alone knows the figure, its version and whether it is verified."""
    asyncio.run(_events_and_state(actions))


async def _events_and_state(actions: list[Action]) -> None:
    office = await an_office()
    for action in actions:
        await office.act(action)
    heard: list[tuple[str, int, str]] = []
    for event in await office.events():
        if isinstance(event, ValueRecorded):
            heard = [(event.value, event.value_version, event.state)]
        elif isinstance(event, ValueVerified):
            heard = [(event.value, event.value_version, "verified")]

    assert heard == [(value.figure, value.value_version, value.state) for value in await office.values()]
