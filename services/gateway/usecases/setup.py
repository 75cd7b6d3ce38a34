"""The first administrator: a link that is printed at the start, used once, and gone."""

import hmac
from secrets import token_urlsafe

from pydantic import SecretStr

from services.gateway.domain.accounts import User
from services.gateway.domain.tokens import LinkIsDead, Setup
from services.gateway.store import Records
from services.gateway.usecases.accounts import Accounts, NewUser
from shared.clock import Clock
from shared.errors import Stale
from shared.keys import keyed

FIRST = "first-administrator"


class FirstAdministrator:
    """Lets the first administrator in."""

    def __init__(self, records: Records, accounts: Accounts, secret: SecretStr, clock: Clock) -> None:
        self._records = records
        self._accounts = accounts
        self._secret = secret
        self._clock = clock

    async def token(self, valid_s: int) -> str | None:
        """Make the link's token, for so many seconds; earlier ones are dead. None if somebody administers already."""
        if await self._is_there():
            return None
        token = token_urlsafe(32)
        await self._records.setups.put(
            Setup(id=FIRST, hash=self._hash(token), ends_at=int(self._clock().timestamp()) + valid_s)
        )
        return token

    async def check(self, token: str) -> None:
        """Look whether a link may still be used. Raises LinkIsDead."""
        await self._standing(token)

    async def add(self, token: str, name: str, password: str) -> User:
        """Add the first administrator. Raises LinkIsDead, Invalid, NameIsTaken."""
        setup = await self._standing(token)
        return await self._use(setup, NewUser(name, password, ("administrator",)))

    async def _standing(self, token: str) -> Setup:
        setup = await self._records.setups.get(FIRST)
        now = self._clock().timestamp()
        if setup is None or setup.ends_at <= now or not hmac.compare_digest(setup.hash, self._hash(token)):
            raise LinkIsDead
        if await self._is_there():
            raise LinkIsDead
        return setup

    async def _use(self, setup: Setup, new: NewUser) -> User:
        # The link is spent before the account is there: two who hold it can't both come in. One whose name or
        # password was refused may go on with it.
        spent = setup.model_copy(update={"ends_at": 0})
        try:
            held = await self._records.setups.replace(spent)
        except Stale:
            raise LinkIsDead from None
        try:
            return await self._accounts.add(new)
        except Exception:
            await self._records.setups.replace(setup.model_copy(update={"version": held.version}))
            raise

    async def _is_there(self) -> bool:
        async for _administrator in self._records.administrators():
            return True
        return False

    def _hash(self, token: str) -> str:
        return keyed(self._secret, "setup", token)
