"""What the gateway keeps: accounts, sessions, tokens and the link of the first start."""

from collections.abc import AsyncIterator
from typing import TypeVar

from services.gateway.domain.accounts import User
from services.gateway.domain.sessions import Session
from services.gateway.domain.tokens import Setup, Token
from shared.store import Collection, CollectionOf, Document, Index, Query, Store

D = TypeVar("D", bound=Document)

USERS = CollectionOf(
    "users",
    User,
    (Index("by_name", ("key",), unique=True), Index("by_role", ("roles", "key"))),
)
SESSIONS = CollectionOf("sessions", Session, (Index("by_end", ("ends_at",)), Index("by_user", ("user",))))
TOKENS = CollectionOf(
    "tokens", Token, (Index("by_end", ("ends_at",)), Index("by_user", ("user",)), Index("by_maker", ("made_by",)))
)
SETUPS = CollectionOf("setups", Setup)


class Records:
    """The gateway's collections, opened, with its finders."""

    def __init__(self, store: Store) -> None:
        self.users: Collection[User] = store.collection(USERS)
        self.sessions: Collection[Session] = store.collection(SESSIONS)
        self.tokens: Collection[Token] = store.collection(TOKENS)
        self.setups: Collection[Setup] = store.collection(SETUPS)

    async def user_called(self, key: str) -> User | None:
        """Find an account by its folded login name."""
        page = await self.users.find(Query("by_name", equals=(key,), limit=1))
        return page.items[0] if page.items else None

    async def administrators(self) -> AsyncIterator[User]:
        """All accounts that administer now."""
        query: Query | None = Query("by_role", equals=("administrator",))
        while query:
            page = await self.users.find(query)
            for user in page.items:
                if user.administers:
                    yield user
            query = Query("by_role", equals=("administrator",), after=page.next) if page.next else None

    async def sessions_of(self, user_id: str) -> list[Session]:
        return [each async for each in _every(self.sessions, Query("by_user", (user_id,)))]

    async def tokens_of(self, user_id: str) -> list[Token]:
        """The tokens that act as somebody, or were made by them."""
        acting = [each async for each in _every(self.tokens, Query("by_user", (user_id,)))]
        made = [each async for each in _every(self.tokens, Query("by_maker", (user_id,)))]
        return list({token.id: token for token in (*acting, *made)}.values())

    async def every_user(self) -> list[User]:
        return [each async for each in _every(self.users, Query("by_name"))]


async def _every(collection: Collection[D], query: Query) -> AsyncIterator[D]:
    after: str | None = None
    while True:
        page = await collection.find(Query(query.index, query.equals, after=after, limit=1000))
        for document in page.items:
            yield document
        after = page.next
        if after is None:
            return
