"""Whoever alters the files of a record while nothing runs is found, and the first entry that is not right is named."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import orjson
import pytest

from deploy.cli.__main__ import run
from deploy.data_folder import DataFolder
from shared.clock import system_clock
from shared.cursors import CURSORS
from shared.log import GENESIS, LOG, Logged, chained
from shared.store import Query, Store
from shared.store.sqlite import SqliteStore
from tests.system.conftest import Town, a_town, load_balchik
from tests.system.test_the_loop import an_answer

ENTRIES, KEPT_EARLIER = 12, 8

Alter = Callable[[Store, Sequence[Logged]], Awaitable[None]]
"""Does something to the entries of the one shard of a store's log."""


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a record of twelve entries in one shard; beside it the heads as they were at two times."""
    folder = tmp_path_factory.mktemp("record")
    earlier, later = asyncio.run(make_record(folder / "data"))
    (folder / "earlier.json").write_bytes(earlier)
    (folder / "heads.json").write_bytes(later)
    return folder


async def make_record(folder: Path) -> tuple[bytes, bytes]:
    async with a_town(folder) as town:
        await load_balchik(town)
        await give(town, 0, KEPT_EARLIER)
        earlier = await told_heads(town)
        await give(town, KEPT_EARLIER, ENTRIES)
        return earlier, await told_heads(town)


async def give(town: Town, first: int, last: int) -> None:
    for number in range(first, last):
        await town.done(None, "PUT", f"/surveys/vision-2020/responses/{number:022d}", an_answer(number))
    await town.settle()


async def told_heads(town: Town) -> bytes:
    """What `./megdan verify --json` prints."""
    services = ("surveys", "monitoring", "reporting")
    told = {name: await town.done("administrator", "POST", f"/operations/{name}/verify") for name in services}
    return orjson.dumps(told)


def altered(record: Path, folder: Path, alter: Alter) -> Path:
    """Copy a record and alter the copy, as somebody who can write the files may."""
    shutil.copytree(record / "data", folder)
    asyncio.run(alter_in(folder, alter))
    return folder


async def alter_in(folder: Path, alter: Alter) -> None:
    store = await SqliteStore.open(DataFolder(folder).store("surveys"), "surveys", system_clock)
    log = store.collection(LOG)
    (shard,) = {entry.shard for entry in (await store.collection(LOG).find(Query("by_position"))).items}
    await alter(store, (await log.find(Query("by_position", (shard,)))).items)
    await store.close()


async def change(store: Store, entries: Sequence[Logged]) -> None:
    log = store.collection(LOG)
    await log.put(entries[4].model_copy(update={"body": entries[4].body.replace("web", "api")}))


async def drop(store: Store, entries: Sequence[Logged]) -> None:
    log = store.collection(LOG)
    await log.delete(entries[4].id)


async def exchange(store: Store, entries: Sequence[Logged]) -> None:
    """Give the fifth entry's place to an event of another id."""
    log = store.collection(LOG)
    await log.delete(entries[4].id)
    await log.insert(entries[4].model_copy(update={"id": "another", "version": 0}))


async def add(store: Store, entries: Sequence[Logged]) -> None:
    """Put an entry in the fifth place that follows the fourth as it should; those behind it move up."""
    log = store.collection(LOG)
    for entry in reversed(entries[4:]):
        await log.put(entry.model_copy(update={"position": entry.position + 1}))
    body = entries[4].body.replace(entries[4].id, "another")
    fifth = entries[4]
    seal = chained(fifth.shard, 5, fifth.recorded_at, entries[3].hash, body, more=fifth.more)
    await log.insert(fifth.model_copy(update={"id": "another", "version": 0, "body": body, "hash": seal}))


async def move(store: Store, entries: Sequence[Logged]) -> None:
    """Let the fifth and the eighth entry change places."""
    log = store.collection(LOG)
    await log.put(entries[7].model_copy(update={"position": 100}))
    await log.put(entries[4].model_copy(update={"position": 8}))
    await log.put(entries[7].model_copy(update={"position": 5}))


async def cut(store: Store, entries: Sequence[Logged]) -> None:
    log = store.collection(LOG)
    for entry in entries[9:]:
        await log.delete(entry.id)


async def cut_with_positions(store: Store, entries: Sequence[Logged]) -> None:
    """Cut the tail, and set back how far folds and reactions have come."""
    await cut(store, entries)
    cursors = store.collection(CURSORS)
    for name in ("counting", "empty-withdrawn"):
        if cursor := await cursors.get(f"{name} {entries[0].shard}"):
            await cursors.put(cursor.model_copy(update={"position": 9, "told": 9}))


async def redo(store: Store, entries: Sequence[Logged]) -> None:
    """Change the fifth entry and chain all behind it anew."""
    log = store.collection(LOG)
    previous = GENESIS
    for entry in entries:
        body = entry.body.replace("web", "api") if entry.position == 5 else entry.body
        seal = chained(entry.shard, entry.position, entry.recorded_at, previous, body, more=entry.more)
        await log.put(entry.model_copy(update={"body": body, "previous": previous, "hash": seal}))
        previous = seal


def verified(capsys: pytest.CaptureFixture[str], folder: Path, *more: str) -> list[tuple[int, str]]:
    """The faults that `./megdan verify` names, by position."""
    code = run(["verify", "--json", "--data", str(folder), *more])
    faults = [fault for told in orjson.loads(capsys.readouterr().out).values() for fault in told["faults"]]
    assert code == bool(faults)
    return [(fault["position"], fault["what"]) for fault in faults]


@pytest.mark.parametrize(
    ("alter", "found"),
    [
        (change, (5, "changed")),
        (drop, (5, "missing")),
        (exchange, (5, "foreign")),
        (add, (6, "changed")),
        (move, (5, "changed")),
        (cut, (10, "missing")),
    ],
)
def test_an_altered_record_is_named_at_its_first_fault(
    record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], alter: Alter, found: tuple[int, str]
) -> None:
    """P-26: an entry that was changed, dropped, exchanged, added or moved, or a cut tail, is named by its position."""
    folder = altered(record, tmp_path / "data", alter)

    assert [found] == verified(capsys, folder)


@pytest.mark.parametrize(
    ("alter", "file", "found"),
    [
        (redo, "heads.json", [(12, "remade")]),
        (redo, "earlier.json", [(8, "remade")]),
        (cut_with_positions, "heads.json", [(10, "missing")]),
        (cut_with_positions, "earlier.json", []),
        (change, "heads.json", [(5, "changed")]),
    ],
)
def test_what_only_kept_heads_can_tell(
    record: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    alter: Alter,
    file: str,
    found: list[tuple[int, str]],
) -> None:
    """P-26: a chain made anew, or cut with the positions, passes by itself and not against heads kept elsewhere."""
    folder = altered(record, tmp_path / "data", alter)

    alone = verified(capsys, folder)
    against = verified(capsys, folder, "--heads", str(record / file))

    assert found == against
    assert alone == (found if alter is change else [])


def test_an_untouched_record_holds_all_heads_that_were_kept(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """P-26: a record that has only grown passes against heads of any earlier day."""
    kept = [verified(capsys, record / "data", "--heads", str(record / name)) for name in ("earlier.json", "heads.json")]

    assert [[], []] == kept


def test_a_file_of_something_else_is_refused(
    record: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """P-26: heads are read from what `verify --json` has told; another file is named and refused."""
    monkeypatch.setenv("MEGDAN_LANGUAGE", "en")

    code = run(["verify", "--data", str(record / "data"), "--heads", str(record / "data" / "key")])

    assert (2, True) == (code, "no file of ./megdan verify --json" in " ".join(capsys.readouterr().err.split()))
