"""Backups of a real process under load: taken at any moment, each is one moment of the whole installation."""

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from deploy.backup.reading import Archive, opened
from deploy.cli.__main__ import run
from deploy.data_folder import read_key
from services.surveys.domain.responses import ResponseKeys
from services.surveys.store import submission_id
from tests.running import ROOT, Process, ask, load, settle
from tests.system.test_the_loop import SURVEY, an_answer

BACKUPS = 3
SEED = 20261125


@dataclass
class Giving:
    """Clients that give responses as fast as they can, and know when each was accepted."""

    port: int
    accepted: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def begin(self) -> None:
        self.threads = [threading.Thread(target=self._give, args=(worker,)) for worker in range(3)]
        for thread in self.threads:
            thread.start()

    def end(self) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def _give(self, worker: int) -> None:
        with httpx.Client(base_url=f"http://127.0.0.1:{self.port}/api/v1", timeout=60) as client:
            for number in range(100_000):
                if self.stop.is_set():
                    return
                response = f"w{worker:03d}n{number:018d}"
                ask(client, "PUT", f"/surveys/{SURVEY}/responses/{response}", an_answer(number))
                self.accepted.append(response)


@pytest.fixture
def process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Process]:
    monkeypatch.chdir(ROOT)
    process = Process(tmp_path / "data")
    yield process
    if process.process is not None and process.process.poll() is None:
        process.kill()


@dataclass
class Inside:
    """What an archive holds of surveys and the bus."""

    responses: set[str]
    outbox: dict[str, Any]
    bus: dict[str, Any]


def inside(archive: Archive) -> Inside:
    events = [orjson.loads(body) for *_, body in archive.entries()]
    return Inside(
        responses={name for name, *_ in archive.documents("surveys", "responses")},
        outbox={name: orjson.loads(body) for name, _, _, body in archive.outbox("surveys")},
        bus={event["id"]: event for event in events},
    )


def taken_but_not_logged(archive: Archive) -> set[str]:
    """Responses' events that a group has acknowledged, and has no entry of."""
    cursors = {(group, topic, shard): at for group, topic, shard, at in archive.cursors()}
    log = {name for name, *_ in archive.documents("surveys", "log")}
    return {
        orjson.loads(body)["id"]
        for at, topic, shard, _, body in archive.entries()
        if at <= cursors.get(("surveys", topic, shard), 0) and topic == "megdan.responses"
    } - log


def parts(path: Path) -> Any:
    with opened(path) as archive:
        return archive.manifest.parts


def backed_up(process: Process, file: Path) -> Path:
    assert 0 == run(["backup", str(file), "--data", str(process.data)])
    return file


def restored(file: Path, folder: Path) -> Path:
    assert 0 == run(["restore", str(file), "--data", str(folder)])
    return folder


@pytest.mark.slow
def test_a_backup_under_load_is_one_moment_of_everything(process: Process, tmp_path: Path) -> None:
    """P-27: taken at random moments under load: no event without its state, nothing sent and forgotten."""
    moments = random.Random(SEED)  # noqa: S311 - moments are to be repeatable
    process.start()
    with process.owner() as owner:
        load(owner)
    giving, known = Giving(process.port), []
    giving.begin()
    for number in range(BACKUPS):
        time.sleep(moments.uniform(0.05, 0.5))
        known.append(list(giving.accepted))
        backed_up(process, tmp_path / f"{number}.zip")
    giving.end()
    process.stop()

    keys = ResponseKeys(read_key(process.data / "key"))
    for number, accepted in enumerate(known):
        restored(tmp_path / f"{number}.zip", tmp_path / f"restored-{number}")
        with opened(tmp_path / f"{number}.zip") as archive:
            found = inside(archive)
            told = {name: event for name, event in (found.outbox | found.bus).items() if "response_id" in event["data"]}
            assert set() == {event["data"]["response_id"] for event in told.values()} - found.responses
            assert set() == {submission_id(response) for response in found.responses} - told.keys()
            assert set() == taken_but_not_logged(archive)
            assert set() == {keys.response_id(SURVEY, response) for response in accepted} - found.responses
    assert len(known[-1]) > 0


@pytest.mark.slow
def test_a_restored_backup_is_the_installation_that_it_was_taken_of(process: Process, tmp_path: Path) -> None:
    """P-27: the same ids, versions, positions and hashes in every part; and served, it counts each response once."""
    process.start()
    with process.owner() as owner:
        load(owner)
        giving = Giving(process.port)
        giving.begin()
        while len(giving.accepted) < 50:
            time.sleep(0.01)
        first = backed_up(process, tmp_path / "first.zip")
        giving.end()
    process.stop()

    again = Process(restored(first, tmp_path / "again"))
    second = backed_up(again, tmp_path / "second.zip")
    assert parts(first) == parts(second)
    assert 0 == run(["verify", "--data", str(again.data)])

    again.start()
    with again.owner() as owner:
        settle(owner)
        counted = ask(owner, "GET", f"/surveys/{SURVEY}/results")["responses"]
    again.stop()
    with opened(first) as archive:
        assert len(list(archive.documents("surveys", "responses"))) == counted


@pytest.mark.slow
def test_a_backup_is_for_its_owner_alone(process: Process, tmp_path: Path) -> None:
    """P-27: nobody else on the machine may read archive or key, and nobody gets one over the network."""
    process.start()
    file = backed_up(process, tmp_path / "backup.zip")
    with process.owner() as owner:
        token = ask(owner, "POST", "/tokens", {"purpose": "test", "roles": ["administrator"]})["token"]
    over_network = httpx.get(
        f"http://127.0.0.1:{process.port}/api/v1/operations/backup", headers={"authorization": f"Bearer {token}"}
    )
    process.stop()

    assert [0o600, 0o600] == [path.stat().st_mode & 0o777 for path in (file, tmp_path / "backup.zip.key")]
    assert 404 == over_network.status_code
