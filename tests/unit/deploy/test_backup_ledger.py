"""The ledger of erasures: what it holds, which days it covers, and what it survives."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from deploy.backup.ledger import Ledger, Noted, mark_of, places, read
from deploy.cli.keeping import ranges
from deploy.data_folder import DataFolder
from shared.errors import Unavailable

KEY, OTHER = SecretStr("k" * 64), SecretStr("o" * 64)
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@dataclass
class Clock:
    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger"


def test_what_was_erased_is_found_by_who_has_the_key(path: Path, clock: Clock) -> None:
    """P-72: the ledger tells an erased account from others, and holds no id."""
    Ledger(path, KEY, clock).erased("account", "maria")
    found = read([path], KEY)

    assert (True, False) == (mark_of(KEY, "account", "maria") in found.marks, b"maria" in path.read_bytes())
    assert mark_of(KEY, "response", "maria") not in found.marks


def test_another_installations_lines_say_nothing(path: Path, clock: Clock) -> None:
    """P-72: a ledger of somebody else's erases nothing here, and covers no day."""
    Ledger(path, OTHER, clock).erased("account", "maria")

    assert Noted() == read([path], KEY)


def test_a_line_that_was_cut_off_spoils_no_other(path: Path, clock: Clock) -> None:
    """P-72: after a power cut the ledger goes on with a line of its own."""
    ledger = Ledger(path, KEY, clock)
    ledger.erased("account", "maria")
    with path.open("ab") as file:
        file.write(b'{"at":"2026-11')
    ledger.erased("account", "ivan")

    assert {mark_of(KEY, "account", name) for name in ("maria", "ivan")} == read([path], KEY).marks


def test_what_cant_be_noted_is_not_erased(tmp_path: Path, clock: Clock) -> None:
    """P-72: where the ledger can't be written, its writer is told."""
    with pytest.raises(Unavailable):
        Ledger(tmp_path / "nowhere" / "ledger", KEY, clock).erased("account", "maria")


@pytest.mark.parametrize(
    ("begun", "ended", "made_at", "uncovered"),
    [
        (0, 2, "2026-11-23T10:00:00.000Z", []),
        (0, 1, "2026-11-23T10:00:00.000Z", [25]),
        (1, 2, "2026-11-23T10:00:00.000Z", [23, 24]),
        (0, 2, "2026-11-23T08:00:00.000Z", [23]),
        (0, 2, "2026-11-22T10:00:00.000Z", [22, 23]),
    ],
)
def test_the_days_that_nobody_noted_are_told(
    path: Path, clock: Clock, begun: int, ended: int, made_at: str, uncovered: list[int]
) -> None:
    """P-72: a restore says for which days since the backup no ledger was kept, in part or in whole."""
    for day in range(begun, ended + 1):
        clock.now = MONDAY + timedelta(days=day)
        Ledger(path, KEY, clock).alive({})

    found = read([path], KEY).uncovered(made_at, MONDAY + timedelta(days=2))
    assert [date(2026, 11, day) for day in uncovered] == found


def test_what_other_ledgers_say_is_taken_over(path: Path, tmp_path: Path, clock: Clock) -> None:
    """P-72: after a restore elsewhere the new ledger knows what the old one knew, so that a second restore does too."""
    Ledger(tmp_path / "old", KEY, clock).erased("account", "maria")
    Ledger(path, KEY, clock).restored(read([tmp_path / "old"], KEY))
    found = read([path], KEY)

    assert {mark_of(KEY, "account", "maria")} == found.marks
    assert [] == found.uncovered("2026-11-23T10:00:00.000Z", MONDAY)


def test_it_lies_outside_of_what_is_lost_with_the_folder(tmp_path: Path) -> None:
    """P-72: as configured, else beside the data folder, so that a folder that is deleted takes no ledger along."""
    folder = DataFolder(tmp_path / "data")

    assert tmp_path / "elsewhere" == places(folder, tmp_path / "elsewhere")[0]
    assert tmp_path / "data.erasures" == places(folder, None)[0]


def test_days_are_told_as_people_tell_them() -> None:
    """P-72: days that follow one another are told as from – to."""
    days = [date(2026, 11, day) for day in (23, 24, 25, 28)]

    assert ["2026-11-23 – 2026-11-25", "2026-11-28"] == list(ranges(days))
