"""Accounts: who may have one, and what an administrator changes."""

import pytest

from services.gateway.domain.accounts import (
    GrantedRole,
    LastAdministrator,
    NameIsTaken,
    NoSuchUser,
    check_display_name,
    check_name,
    check_password,
    check_roles,
    folded,
)
from services.gateway.usecases.accounts import Change, NewUser
from shared.errors import Invalid
from tests.unit.gateway.builders import PASSWORD, Door


@pytest.mark.parametrize("name", ["Ivan", "ivan ", "ＩＶＡＮ", "iVaN"])
def test_spellings_of_a_name_are_one_name(name: str) -> None:
    """Case, width and blanks around do not make another name."""
    assert "ivan" == folded(name)


@pytest.mark.parametrize("name", ["ab", "x" * 65, "a b c", "<b>", "a/b/c", ""])
def test_odd_login_names_are_refused(name: str) -> None:
    """A login name is 3 to 64 plain characters."""
    with pytest.raises(Invalid) as refused:
        check_name(name)

    assert ["/user"] == [fault.pointer for fault in refused.value.errors]


@pytest.mark.parametrize("shown", ["", "  ", "x" * 121, "два\nреда"])
def test_odd_display_names_are_refused(shown: str) -> None:
    """A name to show stands on one line."""
    with pytest.raises(Invalid):
        check_display_name(shown)


@pytest.mark.parametrize("password", ["кратка", "x" * 257, "aaaaaaaaaaaaa", "MariaMaria12"])
def test_weak_passwords_are_refused_in_both_languages(password: str) -> None:
    """Short, endless, one character over and over, or made of the name: refused with words that help."""
    with pytest.raises(Invalid) as refused:
        check_password(password, "maria")

    (fault,) = refused.value.errors
    assert ("/password", True, True) == (fault.pointer, bool(fault.message.bg), bool(fault.message.en))


@pytest.mark.parametrize(("roles", "unit"), [((), None), (("king",), None), (("service",), None), (("officer",), None)])
def test_roles_must_exist_and_officers_belong_to_a_unit(roles: tuple[str, ...], unit: str | None) -> None:
    """No role, an unknown one, or an officer of nowhere is refused."""
    with pytest.raises(Invalid):
        check_roles(roles, unit)


async def test_a_name_is_had_once(door: Door) -> None:
    """A second account with another spelling of a name is refused."""
    await door.add("Мария", "expert")

    with pytest.raises(NameIsTaken):
        await door.add("МАРИЯ", "expert")


async def test_a_password_is_kept_as_argon2id_only(door: Door) -> None:
    """What is stored is an Argon2id hash, and the password is nowhere in it."""
    user = await door.gateway.house.accounts.one(await door.add("maria", "expert"))

    assert (True, False) == (user.password_hash.startswith("$argon2id$"), PASSWORD in user.model_dump_json())


async def test_the_last_administrator_stays(door: Door) -> None:
    """Nobody can close or demote the only administrator; with a second one it works."""
    accounts = door.gateway.house.accounts
    first = await door.add("first", "administrator")

    for change in (Change(active=False), Change(roles=("expert",))):
        with pytest.raises(LastAdministrator):
            await accounts.change(first, change)
    await door.add("second", "administrator")

    assert not (await accounts.change(first, Change(active=False))).active


async def test_an_administrator_manages_accounts_over_the_api(door: Door) -> None:
    """Added, found by name, changed, listed: the answers say what stands now, and never a password."""
    operator = door.client(operator=True)
    body = {"user": "petar", "password": PASSWORD, "roles": ["officer"], "unit": "roads", "display_name": "Петър"}
    added = await operator.post("/api/v1/users", json=body)
    user = added.json()["id"]
    changed = await operator.patch(f"/api/v1/users/{user}", json={"roles": ["expert"], "unit": ""})
    found = await operator.get("/api/v1/users", params={"user": "PETAR"})
    listed = await operator.get("/api/v1/users", params={"limit": 1})

    expected = added.json() | {"roles": ["expert"], "unit": None}
    assert (201, expected, [expected]) == (added.status_code, changed.json(), found.json()["items"])
    assert [expected] == listed.json()["items"]
    assert "password" not in added.text


async def test_what_is_not_there_is_404(door: Door) -> None:
    """An unknown account can be neither read nor changed."""
    operator = door.client(operator=True)

    read = await operator.get("/api/v1/users/nobody")
    changed = await operator.patch("/api/v1/users/nobody", json={})
    found = await operator.get("/api/v1/users", params={"user": "nobody"})

    assert [404, 404, 404] == [read.status_code, changed.status_code, found.status_code]
    with pytest.raises(NoSuchUser):
        await door.gateway.house.accounts.called("nobody")


@pytest.mark.parametrize("extra", [{"epoch": 5}, {"key": "x"}, {"active": True}])
async def test_fields_that_are_not_the_askers_to_set_are_refused(door: Door, extra: dict[str, object]) -> None:
    """A body with a field that it does not take is 422."""
    body = {"user": "petar", "password": PASSWORD, "roles": ["expert"], **extra}

    assert 422 == (await door.client(operator=True).post("/api/v1/users", json=body)).status_code


async def test_rights_that_are_taken_away_are_gone_at_once(door: Door) -> None:
    """A session whose account loses a role loses it with the next request."""
    user = await door.add("maria", "expert")
    browser = await door.signed_in("maria")
    before = await browser.post("/api/v1/surveys/vision/open")
    await door.gateway.house.accounts.change(user, Change(roles=("citizen",)))
    after = await browser.post("/api/v1/surveys/vision/open")

    assert (200, 403) == (before.status_code, after.status_code)


@pytest.mark.parametrize("change", [Change(active=False), Change(password="съвсем друга парола")])
async def test_closing_an_account_or_changing_its_password_ends_sessions_and_tokens(door: Door, change: Change) -> None:
    """Whoever was in with the old password, or into a closed account, is out."""
    user = await door.add("maria", "expert")
    browser = await door.signed_in("maria")
    program = await door.program("expert", user=user)
    await door.gateway.house.accounts.change(user, change)

    statuses = [(await each.get("/api/v1/me")).status_code for each in (browser, program)]

    assert [401, 401] == statuses


async def test_an_account_can_be_opened_again_but_old_sessions_stay_dead(door: Door) -> None:
    """Who comes back signs in anew."""
    user = await door.add("maria", "expert")
    browser = await door.signed_in("maria")
    for active in (False, True):
        await door.gateway.house.accounts.change(user, Change(active=active))

    old, new = await browser.get("/api/v1/me"), await (await door.signed_in("maria")).get("/api/v1/me")

    assert (401, 200) == (old.status_code, new.status_code)


async def test_a_new_account_may_hold_several_roles(door: Door) -> None:
    """Roles are kept once each, in order."""
    roles: tuple[GrantedRole, ...] = ("moderator", "expert", "expert")

    user = await door.gateway.house.accounts.add(NewUser("maria", PASSWORD, roles))

    assert ("expert", "moderator") == user.roles
