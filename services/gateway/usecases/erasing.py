"""Erasing an account for good: what names the person is gone; what events name is a pseudonym of nobody from now on."""

from collections.abc import Awaitable, Callable

import structlog

from services.gateway.domain.accounts import User
from services.gateway.domain.sessions import NotConfirmed
from services.gateway.store import Records
from services.gateway.usecases.accounts import Accounts, Change
from services.gateway.usecases.sessions import Sessions
from shared.clock import Clock
from shared.store import Query

log = structlog.get_logger()

RECENT_S = 300
"""Whoever signed in less than so many seconds ago need not show the password again."""

NOBODY = "erased"
"""Who made a token whose maker was erased."""

Note = Callable[[str], Awaitable[None]]
"""Notes outside of the stores that an account is being erased, by its id. What it raises keeps the account."""


class Erasing:
    """Erases accounts."""

    def __init__(self, records: Records, accounts: Accounts, sessions: Sessions, clock: Clock) -> None:
        self._records = records
        self._accounts = accounts
        self._sessions = sessions
        self._clock = clock
        self._notes: list[Note] = []

    def tell(self, note: Note) -> None:
        """Have each erasure noted before it is done."""
        self._notes.append(note)

    async def confirm(self, user: User, session_id: str | None, client: str, password: str | None) -> None:
        """Make sure that it is the person who asks. Raises NotConfirmed, and with a password as `sign_in` does."""
        if password is not None:
            await self._sessions.confirm(user, password, client)
        elif not await self._came_just_now(session_id):
            raise NotConfirmed

    async def erase(self, user: User) -> None:
        """Erase an account with its sessions and tokens. Raises LastAdministrator."""
        if user.administers:
            # Closed first: of two who go at once, both see the other still there, and one of them is taken back.
            await self._accounts.change(user.id, Change(active=False))
        await self.erase_whoever_it_is(user)

    async def erase_whoever_it_is(self, user: User) -> None:
        """Erase an account, even that of the last administrator: it was erased before, and a backup brought it back."""
        for note in self._notes:
            await note(user.id)
        for token in await self._records.tokens_of(user.id):
            if token.user not in {None, user.id}:  # it acts as somebody else, whose it is
                await self._records.tokens.put(token.model_copy(update={"made_by": NOBODY}))
            else:
                await self._records.tokens.delete(token.id)
        await self._records.users.delete(user.id)
        # Last, so that nobody signs in between: without an account there are no more sessions.
        await self._records.sessions.delete_range(Query("by_user", (user.id,)))
        log.info("account.erased", user=user.id)

    async def _came_just_now(self, session_id: str | None) -> bool:
        session = await self._records.sessions.get(session_id) if session_id else None
        age = self._clock().timestamp() - session.made_at if session else RECENT_S
        return 0 <= age < RECENT_S
