"""How fast one client may go."""

from pathlib import Path

import pytest

from services.gateway import pace as pacing
from services.gateway.pace import SignInPace, Window, WritePace
from shared.errors import TooMany
from tests.unit.gateway.builders import ADDRESS, a_door, cheap

WRITE = "/api/v1/surveys/v/responses/r"


class Ticks:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


def a_pace(ticks: Ticks) -> SignInPace:
    return SignInPace(cheap(Path(), free_failures=2, slowest_s=8, signins_per_client=20), ticks)


def test_the_pause_doubles_and_stays_bounded(ticks: Ticks) -> None:
    """1, 2, 4, 8, 8 seconds after the second wrong password and on."""
    pace, pauses = a_pace(ticks), []
    pace.begin("maria", ADDRESS)
    for _ in range(5):
        pace.begin("maria", ADDRESS)
        with pytest.raises(TooMany) as paused:
            pace.check("maria", ADDRESS)
        pauses.append(paused.value.retry_after_s)
        ticks.at += pauses[-1] or 0

    assert [1, 2, 4, 8, 8] == pauses


def test_trying_within_a_pause_does_not_lengthen_it(ticks: Ticks) -> None:
    """Whoever hammers can't keep the owner out: the pause ends when it was said to."""
    pace = a_pace(ticks)
    for _ in range(2):
        pace.begin("maria", ADDRESS)
    for _ in range(100):
        with pytest.raises(TooMany):
            pace.check("maria", ADDRESS)
    ticks.at += 1

    pace.check("maria", ADDRESS)


def test_another_client_and_another_account_are_free(ticks: Ticks) -> None:
    """A pause is for one account from one client."""
    pace = a_pace(ticks)
    for _ in range(2):
        pace.begin("maria", ADDRESS)

    pace.check("maria", "elsewhere")
    pace.check("petar", ADDRESS)


def test_coming_in_clears_the_pause(ticks: Ticks) -> None:
    """After the right password the count starts anew."""
    pace = a_pace(ticks)
    for _ in range(2):
        pace.begin("maria", ADDRESS)
    pace.succeeded("maria", ADDRESS)

    pace.check("maria", ADDRESS)


def test_an_attempt_that_was_not_looked_at_does_not_count(ticks: Ticks) -> None:
    """Whoever was told to come later may come."""
    pace = a_pace(ticks)
    for _ in range(5):
        pace.begin("maria", ADDRESS)
        pace.undo("maria", ADDRESS)

    pace.check("maria", ADDRESS)


def test_many_at_once_are_not_more_than_one_after_the_other(ticks: Ticks) -> None:
    """An attempt counts from its beginning, so that the third of a volley is refused."""
    pace = a_pace(ticks)
    pace.begin("maria", ADDRESS)
    pace.begin("maria", ADDRESS)

    with pytest.raises(TooMany):
        pace.begin("maria", ADDRESS)


def test_a_town_hall_signs_in_from_one_address(ticks: Ticks) -> None:
    """Right passwords do not count against the client."""
    pace = a_pace(ticks)
    for number in range(100):
        pace.begin(f"account {number}", ADDRESS)
        pace.succeeded(f"account {number}", ADDRESS)

    pace.check("maria", ADDRESS)


def test_guessing_over_many_accounts_is_slowed_too(ticks: Ticks) -> None:
    """One client's wrong passwords are counted over all accounts."""
    pace = a_pace(ticks)
    for number in range(20):
        pace.begin(f"account {number}", ADDRESS)

    with pytest.raises(TooMany):
        pace.check("maria", ADDRESS)


def test_a_crowd_guessing_at_one_account_does_not_slow_its_owner(ticks: Ticks) -> None:
    """Clients that have come into the account before are let in; strangers have to wait."""
    pace = a_pace(ticks)
    pace.succeeded("maria", "home")
    for number in range(20):
        pace.begin("maria", f"stranger {number}")

    pace.check("maria", "home")
    with pytest.raises(TooMany):
        pace.check("maria", "another stranger")


def test_what_is_remembered_is_bounded(ticks: Ticks, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many clients come, only so many are remembered, the latest ones."""
    monkeypatch.setattr(pacing, "MOST_KEYS", 3)
    pace, window = a_pace(ticks), Window(1, 60, ticks)
    for number in range(10):
        pace.begin("maria", str(number))
        window.count(str(number))

    assert (["7", "8", "9"], True) == ([client for _, client in pace._pairs], len(window._counts) <= 4)


def test_a_window_ends(ticks: Ticks) -> None:
    """What was counted is forgotten with its minute, and the answer says how long that is."""
    pace = WritePace(1, ticks)
    pace.take(ADDRESS)
    with pytest.raises(TooMany) as refused:
        pace.take(ADDRESS)
    ticks.at += refused.value.retry_after_s or 0

    pace.take(ADDRESS)


async def test_one_client_over_its_limit_does_not_touch_the_others(tmp_path: Path) -> None:
    """P-30: the third write of a minute is 429 with Retry-After; another client's passes; reading always does."""
    async with a_door(cheap(tmp_path, writes_per_client=2)) as door:
        eager, other = door.client(), door.client(address="198.51.100.7")
        statuses = [(await eager.put(WRITE, content=b"{}")).status_code for _ in range(3)]
        others = (await other.put(WRITE, content=b"{}")).status_code
        read = (await eager.get("/api/v1/surveys/v")).status_code

    assert ([201, 201, 429], 201, 200) == (statuses, others, read)


async def test_a_forged_forwarding_header_is_no_help(tmp_path: Path) -> None:
    """P-30: only configured proxies may say for whom they ask."""
    async with a_door(cheap(tmp_path, writes_per_client=2)) as door:
        statuses = [
            (await door.client().put(WRITE, content=b"{}", headers={"x-forwarded-for": f"10.0.0.{n}"})).status_code
            for n in range(3)
        ]

    assert [201, 201, 429] == statuses


async def test_phones_behind_a_configured_proxy_are_clients_of_their_own(tmp_path: Path) -> None:
    """Two hundred phones behind our proxy pass, each within its own limit."""
    settings = cheap(tmp_path, writes_per_client=1, trusted_proxies=("203.0.113.0/24",))
    async with a_door(settings) as door:
        proxy = door.client()
        statuses = {
            (await proxy.put(WRITE, content=b"{}", headers={"x-forwarded-for": f"198.51.100.{n}"})).status_code
            for n in range(200)
        }

    assert {201} == statuses


async def test_two_hundred_phones_behind_one_address_pass(tmp_path: Path) -> None:
    """P-30: with the limits as they come, a hall full of people answers from one address."""
    async with a_door(cheap(tmp_path)) as door:
        hall = door.client()
        statuses = {(await hall.put(WRITE, content=b"{}")).status_code for _ in range(200)}

    assert {201} == statuses


async def test_this_machine_itself_is_not_counted(tmp_path: Path) -> None:
    """What runs here may write as fast as it can, unless it passes on what others ask."""
    async with a_door(cheap(tmp_path, writes_per_client=1)) as door:
        here = door.client(address="127.0.0.1")
        own = [(await here.put(WRITE, content=b"{}")).status_code for _ in range(3)]
        passed_on = [
            (await here.put(WRITE, content=b"{}", headers={"x-forwarded-for": "198.51.100.1"})).status_code
            for _ in range(2)
        ]

    assert ([201] * 3, [201, 429]) == (own, passed_on)
