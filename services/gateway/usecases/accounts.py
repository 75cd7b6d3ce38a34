"""Accounts: add, change, set a password, close."""

from dataclasses import dataclass
from secrets import token_hex

import structlog

from services.gateway.domain.accounts import (
    GrantedRole,
    LastAdministrator,
    NameIsTaken,
    NoSuchUser,
    User,
    check_display_name,
    check_name,
    check_password,
    check_roles,
    folded,
)
from services.gateway.passwords import Passwords
from services.gateway.store import Records
from shared.clock import Clock
from shared.errors import Exists
from shared.events.base import rfc3339
from shared.store import Page, Query

log = structlog.get_logger()


@dataclass(frozen=True)
class NewUser:
    """What an account is made of."""

    name: str
    password: str
    roles: tuple[GrantedRole, ...]
    display_name: str | None = None
    unit: str | None = None


@dataclass(frozen=True)
class Change:
    """What to change in an account; None leaves it as it is. An empty `unit` takes the unit away."""

    roles: tuple[GrantedRole, ...] | None = None
    unit: str | None = None
    display_name: str | None = None
    password: str | None = None
    active: bool | None = None


class Accounts:
    """The accounts of an installation."""

    def __init__(self, records: Records, passwords: Passwords, clock: Clock) -> None:
        self._records = records
        self._passwords = passwords
        self._clock = clock

    async def add(self, new: NewUser) -> User:
        """Add an account. Raises Invalid, NameIsTaken."""
        check_name(new.name)
        check_display_name(new.display_name or new.name)
        check_password(new.password, new.name)
        check_roles(new.roles, new.unit)
        user = User(
            id=token_hex(16),
            key=folded(new.name),
            name=new.name.strip(),
            display_name=new.display_name or new.name.strip(),
            password_hash=await self._passwords.hash(new.password),
            roles=tuple(sorted(set(new.roles))),
            unit=new.unit or None,
            made_at=rfc3339(self._clock()),
        )
        try:
            added = await self._records.users.insert(user)
        except Exists:
            raise NameIsTaken from None
        log.info("account.added", user=added.id, roles=added.roles)
        return added

    async def called(self, name: str) -> User:
        """Find an account by its login name. Raises NoSuchUser."""
        user = await self._records.user_called(folded(name))
        if user is None:
            raise NoSuchUser
        return user

    async def one(self, user_id: str) -> User:
        """Read an account. Raises NoSuchUser."""
        user = await self._records.users.get(user_id)
        if user is None:
            raise NoSuchUser
        return user

    async def page(self, limit: int, after: str | None) -> Page[User]:
        """List accounts by login name."""
        return await self._records.users.find(Query("by_name", limit=limit, after=after))

    async def change(self, user_id: str, change: Change) -> User:
        """Change an account. What it may no longer do, its sessions and tokens lose at once.

        Raises:
            NoSuchUser: there is no such account.
            Invalid: roles, unit, name or password are not good.
            LastAdministrator: nobody would be left to administer.
        """
        user = await self.one(user_id)
        changed = await self._changed(user, change)
        if user.administers and not changed.administers:
            await self.keep_one_administrator(user)
        stored = await self._records.users.replace(changed)
        if user.administers and not stored.administers:
            await self._take_back_the_last(user, stored)
        log.info("account.changed", user=stored.id, roles=stored.roles, active=stored.active)
        return stored

    async def _changed(self, user: User, change: Change) -> User:
        roles = user.roles if change.roles is None else tuple(sorted(set(change.roles)))
        unit = user.unit if change.unit is None else change.unit or None
        check_roles(roles, unit)
        shown = user.display_name if change.display_name is None else change.display_name
        check_display_name(shown)
        active = user.active if change.active is None else change.active
        secret = user.password_hash
        if change.password is not None:
            check_password(change.password, user.name)
            secret = await self._passwords.hash(change.password)
        steps_down = "administrator" in user.roles and "administrator" not in roles
        epoch = user.epoch + (secret != user.password_hash or active != user.active or steps_down)
        return user.model_copy(
            update={
                "roles": roles,
                "unit": unit,
                "display_name": shown,
                "active": active,
                "password_hash": secret,
                "epoch": epoch,
            }
        )

    async def _take_back_the_last(self, before: User, stored: User) -> None:
        # Two administrators who take the role from one another at once each saw the other still there.
        try:
            await self.keep_one_administrator(stored)
        except LastAdministrator:
            again = {"roles": before.roles, "active": before.active, "version": stored.version}
            await self._records.users.replace(before.model_copy(update={**again, "epoch": stored.epoch}))
            raise

    async def keep_one_administrator(self, leaving: User) -> None:
        """Raise LastAdministrator if nobody else administers."""
        async for other in self._records.administrators():
            if other.id != leaving.id:
                return
        raise LastAdministrator
