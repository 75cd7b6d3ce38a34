"""Bearer tokens: what a program shows instead of a session. Shown once, kept hashed, expiring, revocable."""

from services.gateway.domain.accounts import GrantedRole
from shared.errors import NotFound, Unauthorised
from shared.language import Text
from shared.store import Document

OPERATOR = "operator"
"""The subject of whoever works on the machine itself, through its socket."""
PREFIX = "megdan_"
LONGEST_DAYS = 366
MOST_GENERATIONS = 5
"""Tokens that are made one with the other: each asks all before it whether it stands."""


class Token(Document):
    """A bearer token; `id` is the part of it that names it. Times in seconds since 1970.

    One with a `user` acts as that user, never with more rights than the user has now. One without is a subject of its
    own and stands as long as its maker does, and as the maker's account stood when the token was made. `epoch` is that
    of the user, else of the maker's account. `generation` counts the tokens before it, each made with the other.
    """

    hash: str
    purpose: str
    roles: tuple[GrantedRole, ...]
    unit: str | None
    user: str | None
    epoch: int
    made_by: str
    made_at: int
    ends_at: int
    generation: int = 0

    @property
    def subject(self) -> str:
        return self.user or f"{SUBJECT}{self.id}"


SUBJECT = "token-"


class Setup(Document):
    """The one-time link for the first administrator; only its hash is kept. `ends_at` in seconds since 1970."""

    hash: str
    ends_at: int


class NoSuchToken(NotFound):
    def __init__(self) -> None:
        super().__init__(Text(bg="Няма такъв токен.", en="There is no such token."))


class TokenIsDead(Unauthorised):
    def __init__(self) -> None:
        super().__init__(
            Text(
                bg="Токенът е непознат, изтекъл или отнет. Поискайте нов.",
                en="The token is unknown, expired or revoked. Ask for a new one.",
            )
        )


class LinkIsDead(NotFound):
    def __init__(self) -> None:
        super().__init__(
            Text(
                bg="Връзката е използвана или изтекла. Влезте в профила си или стартирайте отново за нова връзка.",
                en="The link was used or has expired. Sign in, or start again for a new link.",
            )
        )
