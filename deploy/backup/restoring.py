"""Putting an archive in the place of an installation: built and checked beside it, then moved in."""

import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from secrets import token_hex

from pydantic import SecretStr, ValidationError

from deploy.backup.forgetting import forget_again
from deploy.backup.form import STORES, Manifest, broken
from deploy.backup.ledger import Ledger, Noted
from deploy.backup.noting import WITH_PEOPLE
from deploy.backup.reading import Archive, refusing
from deploy.backup.writing import BUS
from deploy.data_folder import KEY_BYTES, DataFolder, keep_key, sync_folder
from deploy.services import SERVICES, Service
from services.gateway.store import Records
from shared.bus.sqlite import SqliteBus
from shared.clock import Clock
from shared.errors import Conflict, StorageIsFull, Unavailable
from shared.language import Text
from shared.sqlite_snapshot import fill_bus, fill_store, wiped
from shared.store import CollectionOf, Document, Store
from shared.store.clashes import KeyTaken
from shared.store.sqlite import SqliteStore

TIMES = 3
"""Databases with their indexes and logs, in relation to the parts of an archive, take at most so much."""
BESIDE = ("key", "demo-accounts.json")
"""What belongs to an installation beside its databases."""


class FolderIsNotEmpty(Conflict):
    """There is an installation already."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            Text(
                bg=f"В {path} вече има инсталация. С --replace тя се премества настрана, а не се трие.",
                en=f"There is an installation in {path}. With --replace it is moved aside, not deleted.",
            )
        )


@dataclass(frozen=True)
class Wish:
    """How to restore: `key` is the installation's, None makes a new one; `noted` is what ledgers say."""

    key: SecretStr | None
    replace: bool
    noted: Noted
    ledger: Path
    clock: Clock


@dataclass(frozen=True)
class Restored:
    """What was done. `uncovered` are the days since the backup whose erasures no ledger holds."""

    made_at: str
    entries: int
    forgotten: int
    uncovered: list[date]
    aside: Path | None


async def restore(
    archive: Archive, folder: DataFolder, wish: Wish, tell: Callable[[float], None] = lambda _done: None
) -> Restored:
    """Restore an archive that has been checked. What was there stays as it was until the new one is whole.

    Raises FolderIsInUse, FolderIsNotEmpty, StorageIsFull, NoArchive.
    """
    with folder.locked():
        if not wish.replace and not folder.restoring.exists() and _databases(folder.path):
            raise FolderIsNotEmpty(folder.path)
        _check_space(folder.path, archive.size * TIMES)
        shutil.rmtree(folder.staging, ignore_errors=True)
        folder.staging.mkdir(mode=0o700)
        secret = wish.key or SecretStr(token_hex(KEY_BYTES))
        try:
            staged = DataFolder(folder.staging)
            forgotten = await _build(archive, staged, secret, wish, tell)
        except BaseException:
            shutil.rmtree(folder.staging, ignore_errors=True)
            raise
        aside = _swap(folder, wish.clock())
        with suppress(Unavailable):  # it is told by the positions of the log, too
            Ledger(wish.ledger, secret, wish.clock).restored(wish.noted)
    manifest = archive.manifest
    entries = sum(head.position for heads in manifest.heads.values() for head in heads.values())
    uncovered = wish.noted.uncovered(manifest.made_at, wish.clock())
    return Restored(manifest.made_at, entries, forgotten, uncovered, aside)


async def _build(
    archive: Archive, staged: DataFolder, secret: SecretStr, wish: Wish, tell: Callable[[float], None]
) -> int:
    keep_key(staged.key, secret)
    with refusing("."):
        await _fill(archive, staged, wish.clock)
    tell(0.5)
    await _check(staged, secret, archive.manifest, wish.clock)
    tell(0.8)
    if not wish.noted.marks:
        return 0
    forgotten = await forget_again(staged, wish.noted.marks, secret, wish.clock)
    for name in WITH_PEOPLE:
        wiped(staged.store(name))
    return forgotten


async def _fill(archive: Archive, staged: DataFolder, clock: Clock) -> None:
    for name in STORES:
        store = await SqliteStore.open(staged.store(name), name, clock)
        collections = archive.collections(name)
        for collection in collections:
            store.collection(CollectionOf(collection, Document))
        await store.close()
        documents = {each: archive.documents(name, each) for each in collections}
        fill_store(staged.store(name), documents, archive.outbox(name))
    bus = await SqliteBus.open(staged.store(BUS), clock)
    await bus.close()
    fill_bus(staged.store(BUS), archive.entries(), archive.cursors())


async def _check(staged: DataFolder, secret: SecretStr, manifest: Manifest, clock: Clock) -> None:
    """Open what was built as the services do, and hold its record against itself and the archive's heads."""
    try:
        async with _services(staged, secret, clock) as services:
            for name, service in services.items():
                faults = await service.projector.verify()
                heads = await service.projector.log.heads(service.projector.shards)
                promised = {shard: (head.position, head.hash) for shard, head in manifest.heads.get(name, {}).items()}
                if faults or promised != {shard: (head.position, head.hash) for shard, head in heads.items()}:
                    raise broken("Записът в него е променян.", "The record in it was altered.")
    except (ValidationError, KeyTaken) as fault:
        raise broken(
            "В него има документи, които не са на Мегдан.", "It holds documents that are none of ours."
        ) from fault


@asynccontextmanager
async def _services(staged: DataFolder, secret: SecretStr, clock: Clock) -> AsyncIterator[Mapping[str, Service]]:
    async with AsyncExitStack() as closing:
        bus = await SqliteBus.open(staged.store(BUS), clock)
        closing.push_async_callback(bus.close)
        stores: dict[str, Store] = {}
        for name in STORES:
            stores[name] = await SqliteStore.open(staged.store(name), name, clock)
            closing.push_async_callback(stores[name].close)
        Records(stores["gateway"])
        yield {name: build(stores[name], bus, secret, clock) for name, build in SERVICES.items()}


def _swap(folder: DataFolder, now: datetime) -> Path | None:
    """Move what was there aside, and what was built in. Cut off in between, nothing starts until it is done again."""
    shutil.rmtree(folder.restoring, ignore_errors=True)  # of a restore that was cut off while it moved in
    folder.staging.rename(folder.restoring)
    sync_folder(folder.path)
    old = [*_databases(folder.path), *(folder.path / name for name in BESIDE if (folder.path / name).exists())]
    aside = folder.path / f"replaced-{now.strftime('%Y%m%dT%H%M%SZ')}-{token_hex(2)}"
    for path in old:
        aside.mkdir(mode=0o700, exist_ok=True)
        path.rename(aside / path.name)
    for path in [*_databases(folder.restoring), folder.restoring / "key"]:
        path.rename(folder.path / path.name)
    sync_folder(folder.path)
    shutil.rmtree(folder.restoring)
    return aside if old else None


def _databases(path: Path) -> list[Path]:
    return sorted(each for name in (*STORES, BUS) for each in path.glob(f"{name}.db*"))


def _check_space(path: Path, needed: int) -> None:
    if shutil.disk_usage(path).free < needed:
        size = f"{needed / 1024**2:.0f} MiB"
        raise StorageIsFull(
            Text(
                bg=f"Нужни са {size} свободно място в {path}. Освободете и опитайте отново.",
                en=f"{size} of free space are needed in {path}. Free some and try again.",
            )
        )
