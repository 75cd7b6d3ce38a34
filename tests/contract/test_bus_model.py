"""Whatever is published, however handlers fail and a Bus restarts, every group gets everything in order."""

import asyncio
import os
import shutil
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from shared.bus import Message, Shard, shard_of
from tests.contract.samples import BUSES, a_message, quiet

EXAMPLES = int(os.environ.get("MEGDAN_EXAMPLES", "40"))
TOPICS = {"first": ["t"], "second": ["t", "u"]}

keys = st.sampled_from(["a", "b", "c", "d"])
topics = st.sampled_from(["t", "u", "nobody's"])


class Group:
    """A group's memory of what it was given; `failures` is how often it fails from now on."""

    def __init__(self) -> None:
        self.failures = 0
        self.received: dict[Shard, list[bytes | None]] = defaultdict(list)
        self.acknowledged: dict[Shard, int] = {}
        self.went_back = False

    async def handle(self, shard: Shard, batch: Sequence[Message]) -> None:
        offsets = [message.offset for message in batch]
        self.went_back |= offsets[0] <= self.acknowledged.get(shard, 0) or offsets != sorted(set(offsets))
        await asyncio.sleep(0)
        if self.failures:
            self.failures -= 1
            self.received[shard].append(batch[0].body)
            raise RuntimeError("told to fail")
        self.received[shard].extend(message.body for message in batch)
        self.acknowledged[shard] = offsets[-1]

    def first_occurrences(self) -> dict[Shard, list[bytes | None]]:
        return {shard: list(dict.fromkeys(bodies)) for shard, bodies in self.received.items()}


class BusModel(RuleBasedStateMachine):
    """Publishes, fails, stops, restarts; at each `all_is_told` the groups must have all of it."""

    adapter: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(mkdtemp())
        self.published: dict[Shard, list[bytes | None]] = defaultdict(list)
        self.number = 0
        self.groups = {name: Group() for name in TOPICS}
        self.runs = False
        self.open()

    def open(self) -> None:
        self.bus = self.run(BUSES[self.adapter](self.folder))
        for name, group in self.groups.items():
            self.bus.subscribe(TOPICS[name], name, group.handle)

    def run(self, call: Any) -> Any:  # what a call gives is known where it is made
        return self.loop.run_until_complete(call)

    def teardown(self) -> None:
        self.all_is_told()
        self.stop()
        self.run(self.bus.close())
        self.loop.close()
        shutil.rmtree(self.folder)

    @rule(topic=topics, several=st.lists(keys, max_size=5))
    def publish(self, topic: str, several: Sequence[str]) -> None:
        first = self.number
        self.number += len(several)
        messages = [a_message(number, key, topic) for number, key in enumerate(several, first)]
        for message in messages:
            self.published[shard_of(topic, message.key)].append(message.body)

        self.run(self.bus.publish(messages))

    @rule(name=st.sampled_from(sorted(TOPICS)), failures=st.integers(1, 3))
    def fail(self, name: str, failures: int) -> None:
        self.groups[name].failures = failures

    @rule(turns=st.integers(1, 5))
    def let_it_work(self, turns: int) -> None:
        for _ in range(turns):
            self.run(asyncio.sleep(0))

    @precondition(lambda self: not self.runs)
    @rule()
    def start(self) -> None:
        self.run(self.bus.start())
        self.runs = True

    @rule()
    def stop(self) -> None:
        self.run(self.bus.stop())
        self.runs = False

    @precondition(lambda self: self.adapter != "memory")
    @rule()
    def reopen(self) -> None:
        self.stop()
        self.run(self.bus.close())
        self.open()

    @rule()
    def all_is_told(self) -> None:
        if not self.runs:
            self.start()
        self.run(quiet(self.bus))

        for name, group in self.groups.items():
            expected = {shard: bodies for shard, bodies in self.published.items() if shard.topic in TOPICS[name]}
            assert (expected, False) == (group.first_occurrences(), group.went_back)


class MemoryBusModel(BusModel):
    adapter = "memory"


class SqliteBusModel(BusModel):
    adapter = "sqlite"


BUDGET = settings(max_examples=EXAMPLES, stateful_step_count=25, deadline=None)
TestMemoryBus = MemoryBusModel.TestCase
TestMemoryBus.settings = BUDGET
TestSqliteBus = SqliteBusModel.TestCase
TestSqliteBus.settings = BUDGET
