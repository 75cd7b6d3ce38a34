"""Signing in and out, and what a session's cookie is worth now."""

from dataclasses import dataclass
from secrets import token_urlsafe

import structlog
from pydantic import SecretStr

from services.gateway.domain.accounts import LONGEST_PASSWORD, User, folded
from services.gateway.domain.sessions import Session, WrongNameOrPassword
from services.gateway.pace import SignInPace
from services.gateway.passwords import Passwords
from services.gateway.settings import Settings
from services.gateway.store import Records
from shared.clock import Clock
from shared.errors import Stale, Unavailable
from shared.keys import keyed
from shared.store import Query
from shared.terms import Terms

log = structlog.get_logger()


@dataclass(frozen=True)
class SignedIn:
    """A new session: `cookie` is for the browser and is not kept."""

    cookie: str
    session: Session
    user: User


@dataclass(frozen=True)
class Locks:
    """What signing in is secured with: the installation's key, the hashing of passwords, the pace of attempts."""

    secret: SecretStr
    passwords: Passwords
    pace: SignInPace


@dataclass(frozen=True)
class _Claim:
    key: str
    password: str
    client: str


class Sessions:
    """The sessions of an installation."""

    def __init__(self, records: Records, locks: Locks, settings: Settings, clock: Clock) -> None:
        self._records = records
        self._locks = locks
        self._settings = settings
        self._clock = clock
        self._terms = Terms(clock)

    async def sign_in(self, name: str, password: str, client: str) -> SignedIn:
        """Begin a session.

        Raises:
            WrongNameOrPassword: whatever of the two it is.
            TooMany: after wrong attempts, until a pause is over.
            Unavailable: too many are signing in at once.
        """
        key = folded(name)
        user = await self._records.user_called(key)
        known = await self._confirmed(_Claim(key, password, client), user)
        return await self.begin(await self._rehashed(known, password))

    async def confirm(self, user: User, password: str, client: str) -> None:
        """Have somebody who is signed in show the password again. Raises as `sign_in` does."""
        await self._confirmed(_Claim(user.key, password, client), user)

    async def begin(self, user: User) -> SignedIn:
        """Begin a session of somebody who has shown who they are."""
        cookie, now = token_urlsafe(32), self._now()
        session = Session(
            id=self.key(cookie),
            user=user.id,
            epoch=user.epoch,
            made_at=now,
            seen_at=now,
            ends_at=now + min(self._settings.session_idle_s, self._settings.session_longest_s),
        )
        log.info("sign-in.done", user=user.id)
        return SignedIn(cookie, await self._records.sessions.insert(session), user)

    async def end(self, session_id: str) -> None:
        """End a session: its cookie is worth nothing from now on."""
        await self._records.sessions.delete(session_id)

    async def shown(self, cookie: str) -> tuple[Session, User] | None:
        """Tell whose session a cookie is, and note that it was used; None if it is worth nothing."""
        session = await self._records.sessions.get(self.key(cookie))
        if session is None:
            return None
        user = await self._records.users.get(session.user)
        if user is None or not self.lives(session, user):
            return None
        await self._touch(session)
        return session, user

    def lives(self, session: Session, user: User) -> bool:
        """Tell whether a session of a user holds now."""
        return session.lives(self._now()) and user.active and user.epoch == session.epoch

    async def sweep(self) -> None:
        """Forget the sessions that have ended."""
        if over_by := self._terms.over_by():
            await self._records.sessions.delete_range(Query("by_end", below=int(over_by.timestamp()) + 1))

    def key(self, cookie: str) -> str:
        """The hash under which a cookie's session is kept."""
        return keyed(self._locks.secret, "session", cookie)

    async def _confirmed(self, claim: _Claim, user: User | None) -> User:
        account = keyed(self._locks.secret, "sign-in", claim.key)
        # Counted as wrong until it is known to be right: many at once are not more than one after the other.
        self._locks.pace.begin(account, claim.client)
        hashed = user.password_hash if user and user.active else None
        try:
            fits = await self._locks.passwords.fits(claim.password[: LONGEST_PASSWORD + 1], hashed)
        except Unavailable:
            self._locks.pace.undo(account, claim.client)
            raise
        if user is None or not fits:
            log.info("sign-in.refused")
            raise WrongNameOrPassword
        self._locks.pace.succeeded(account, claim.client)
        return user

    async def _touch(self, session: Session) -> None:
        touched = session.seen(self._now(), self._settings.session_idle_s, self._settings.session_longest_s)
        if touched is not session:
            try:
                await self._records.sessions.replace(touched)
            except Stale:
                return  # Another request of the same browser noted it, or it ended just now.

    async def _rehashed(self, user: User, password: str) -> User:
        if not self._locks.passwords.is_outdated(user.password_hash):
            return user
        hashed = await self._locks.passwords.hash(password)
        try:
            return await self._records.users.replace(user.model_copy(update={"password_hash": hashed}))
        except Stale:
            return user  # Somebody is changing the account; the next sign-in renews the hash.

    def _now(self) -> int:
        return int(self._clock().timestamp())
