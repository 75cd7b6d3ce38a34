"""Restoring: what was there stays until the new is whole; the key must fit; a backup is whole or not there."""

import errno
import os
from pathlib import Path

import pytest
from pydantic import SecretStr

from deploy.backup.form import NoArchive
from deploy.backup.taking import in_turn, key_beside, take
from deploy.cli.__main__ import BAD_USAGE, run
from deploy.data_folder import DataFolder, RestoreWasCutOff, keep_key
from shared.errors import StorageIsFull
from tests.unit.deploy.archives import KEY, an_archive, contents


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive with its key beside it."""
    path = tmp_path / "backup.zip"
    path.write_bytes(an_archive())
    keep_key(key_beside(path), KEY)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """A folder with an installation of its own, as far as can be told from outside."""
    folder = DataFolder(tmp_path / "data")
    with folder.held():
        folder.store("surveys").write_bytes(b"what was there")
    return folder


def restoring(archive: Path, folder: DataFolder, *more: str) -> int:
    return run(["restore", str(archive), "--data", str(folder.path), *more])


def test_an_installation_is_not_overwritten(archive: Path, folder: DataFolder) -> None:
    """P-28: without --replace an installation that is there stays as it is."""
    before = contents(folder.path)

    assert (BAD_USAGE, before) == (restoring(archive, folder), contents(folder.path))


def test_what_was_replaced_lies_aside(archive: Path, folder: DataFolder) -> None:
    """P-27: with --replace the old data and its key are moved aside, and the new is in its place."""
    before = contents(folder.path)

    code = restoring(archive, folder, "--replace")

    (aside,) = folder.path.glob("replaced-*")
    assert 0 == code
    assert {name: before[name] for name in ("key", "surveys.db")} == contents(aside)
    assert KEY.get_secret_value() == folder.key.read_text()
    assert folder.store("gateway").exists()


def test_nothing_starts_on_half_a_restore(archive: Path, folder: DataFolder) -> None:
    """P-28: cut off while it moves in, the folder is refused until the restore is done again."""
    folder.restoring.mkdir()
    with pytest.raises(RestoreWasCutOff), folder.held():
        pytest.fail("it was held")

    assert 0 == restoring(archive, folder, "--replace")
    with folder.held():
        assert not folder.restoring.exists()


def test_what_a_cut_off_restore_has_built_is_nothing(archive: Path, folder: DataFolder) -> None:
    """P-28: cut off before it moves in, what was there is served as before, and the next restore begins anew."""
    folder.staging.mkdir()
    (folder.staging / "surveys.db").write_bytes(b"half")
    with folder.held():
        assert b"what was there" == folder.store("surveys").read_bytes()

    assert (0, False) == (restoring(archive, folder, "--replace"), folder.staging.exists())


def test_a_folder_that_is_served_is_left_alone(archive: Path, folder: DataFolder) -> None:
    """P-19: a restore into a folder that a process holds is refused."""
    with folder.held():
        assert BAD_USAGE == restoring(archive, folder, "--replace")
    assert b"what was there" == folder.store("surveys").read_bytes()


@pytest.mark.parametrize(
    ("more", "code"), [((), BAD_USAGE), (("--new-key",), 0), (("--key", "wrong"), BAD_USAGE), (("--key", "right"), 0)]
)
def test_without_its_key_it_is_restored_only_if_that_is_wanted(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...], code: int
) -> None:
    """P-28: an archive whose key is not found, or is another's, is refused; a new key is made only when asked for."""
    monkeypatch.chdir(tmp_path)
    key_beside(archive).rename(tmp_path / "right")
    keep_key(tmp_path / "wrong", SecretStr("w" * 64))

    assert code == restoring(archive, DataFolder(tmp_path / "data"), *more)


def test_the_key_of_the_folder_is_good_if_it_fits(archive: Path, tmp_path: Path) -> None:
    """P-27: on the same machine nobody needs to bring the key."""
    folder = DataFolder(tmp_path / "data")
    folder.path.mkdir()
    keep_key(folder.key, KEY)
    key_beside(archive).unlink()

    assert 0 == restoring(archive, folder)


async def test_half_a_backup_is_none(tmp_path: Path) -> None:
    """P-27: a backup whose sender is gone in the middle leaves no file behind."""
    whole = an_archive()
    keep_key(tmp_path / "key", KEY)
    before = contents(tmp_path)

    with pytest.raises(NoArchive):
        await take(in_turn([whole[: len(whole) // 2]]), tmp_path / "backup.zip", tmp_path / "key")

    assert before == contents(tmp_path)


async def test_a_full_disk_leaves_no_half_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """P-17: when the disk is full, a backup is refused and what was written of it is gone; the earlier one stays."""

    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    keep_key(tmp_path / "key", KEY)
    (tmp_path / "backup.zip").write_bytes(b"an earlier one")
    before = contents(tmp_path)
    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(StorageIsFull):
        await take(in_turn([an_archive()]), tmp_path / "backup.zip", tmp_path / "key")

    assert before == contents(tmp_path)
