"""The mutations: each takes one mechanism out of the product, in one place. The tests must notice every one."""

from dataclasses import dataclass

SIMULATOR = "simulator"

PUBLISH = "await self._bus.publish(events)"
CLEAR = "await self._store.outbox.clear([event.id for event in events])"
HANDLE = "await self._subscription.handle(self._shard, batch)"
ACKNOWLEDGE = "await self._entries.acknowledge(group, self._shard, batch[-1].offset)"
REPLACE = "await collection.replace(document, events=events)"

_OTHER_ID = 'event.body.replace(event.id.encode(), __import__("random").randbytes(16).hex().encode())'


@dataclass(frozen=True)
class Mutation:
    """One mechanism taken out: `old`, which stands once in the file, becomes `new`.

    `noticed_by` is the simulator or a file of tests. One that is `quick` is seen by one of the first seeds.
    """

    name: str
    file: str
    old: str
    new: str
    noticed_by: str = SIMULATOR
    quick: bool = True


MUTATIONS: tuple[Mutation, ...] = (
    Mutation("commit before append", "shared/bus/in_process.py", HANDLE, f"{ACKNOWLEDGE}; {HANDLE}"),
    Mutation(
        "commit past a failure",
        "shared/bus/in_process.py",
        HANDLE,
        "await asyncio.gather(self._subscription.handle(self._shard, batch), return_exceptions=True)",
    ),
    Mutation(
        "commit of one shard passes the others",
        "shared/bus/in_process.py",
        ACKNOWLEDGE,
        "[await self._entries.acknowledge(group, each, batch[-1].offset)"
        " for each in self._entries.shards(sorted(self._subscription.topics))]",
    ),
    Mutation("no dedupe", "shared/log.py", "id=event.envelope.id,", 'id=f"{event.envelope.id} {position}",'),
    Mutation("relay clears before publishing", "shared/store/outbox.py", PUBLISH, f"{CLEAR}; {PUBLISH}"),
    Mutation(
        "state and events in two writes",
        "shared/bench.py",
        REPLACE,
        "await collection.replace(await collection.replace(document), events=events)",
        quick=False,
    ),
    Mutation("no version check", "shared/bench.py", REPLACE, "await collection.put(document, events=events)"),
    Mutation("no unique position", "shared/log.py", '("shard", "position"), unique=True', '("shard", "position")'),
    Mutation(
        "position saved apart from counts",
        "shared/bench.py",
        "document.seen.get(entry.shard, 0) >= entry.position",
        "False",
    ),
    Mutation(
        "poison takes its batch along",
        "shared/projections.py",
        "await self.dead.keep_unreadable(message, str(fault))",
        "return await self.dead.keep_unreadable(message, str(fault))",
    ),
    Mutation(
        "ids drawn at publishing",
        "shared/store/outbox.py",
        PUBLISH,
        f'await self._bus.publish([event.model_copy(update={{"body": {_OTHER_ID}}}) for event in events])',
    ),
    Mutation(
        "key ignored", "shared/bus/memory.py", "shard_of(event.topic, event.key)", "shard_of(event.topic, event.id)"
    ),
    Mutation(
        "client's id ignored",
        "services/surveys/usecases/responses.py",
        "id=desk.keys.response_id(survey.id, client_id),",
        "id=desk.keys.response_id(survey.id, salt),",
    ),
    Mutation(
        "a commit does not wait for the disk",
        "shared/sqlite.py",
        'connection.pragma("synchronous", "full")',
        'connection.pragma("synchronous", "normal")',
        noticed_by="tests/failure/test_power.py",
        quick=False,
    ),
    Mutation(
        "another owner's position overwritten",
        "shared/cursors.py",
        "(self._kept.replace(cursor) if cursor.version else self._kept.insert(cursor))",
        "self._kept.put(cursor)",
    ),
    Mutation(
        "a repeat counts as a follower",
        "shared/log.py",
        "await self._unknown(_first_occurrences(arrived))",
        "_first_occurrences(arrived)",
        quick=False,
    ),
    Mutation(
        "a rebuild that failed is forgotten",
        "shared/projections.py",
        "folded = await self._fold_all(fold)\n",
        "self._half_dropped.discard(fold.name); folded = await self._fold_all(fold)\n",
        quick=False,
    ),
    Mutation(
        "a rebuild tells again",
        "shared/projections.py",
        "await self._fold_all(fold)  #",
        "#",
        noticed_by="tests/failure/test_rebuilds_cut_off.py",
        quick=False,
    ),
)
