"""Bearer tokens: make, list, revoke, and what one is worth now."""

import hmac
from dataclasses import dataclass
from secrets import token_hex, token_urlsafe

import structlog
from pydantic import SecretStr

from services.gateway.domain.accounts import GrantedRole, NoSuchUser, User, check_roles
from services.gateway.domain.tokens import (
    MOST_GENERATIONS,
    OPERATOR,
    PREFIX,
    SUBJECT,
    NoSuchToken,
    Token,
    TokenIsDead,
)
from services.gateway.store import Records
from shared.clock import Clock
from shared.errors import FieldError, Invalid
from shared.keys import keyed
from shared.language import Text
from shared.store import Page, Query
from shared.terms import Terms

log = structlog.get_logger()


@dataclass(frozen=True)
class NewToken:
    """What a token is made of; `user` is the id of the account that it acts as, if it acts as one."""

    purpose: str
    roles: tuple[GrantedRole, ...]
    days: int
    unit: str | None = None
    user: str | None = None


class Tokens:
    """The bearer tokens of an installation."""

    def __init__(self, records: Records, secret: SecretStr, clock: Clock) -> None:
        self._records = records
        self._secret = secret
        self._clock = clock
        self._terms = Terms(clock)

    async def make(self, new: NewToken, made_by: str) -> tuple[str, Token]:
        """Make a token; the text is returned this once. Raises Invalid, NoSuchUser, TokenIsDead (the maker's)."""
        check_roles(new.roles, new.unit)
        user = await self._acting_as(new)
        epoch, generation = (user.epoch, 0) if user else await self._made_in(made_by)
        name, rest, now = token_hex(8), token_urlsafe(32), self._now()
        token = Token(
            id=name,
            hash=keyed(self._secret, "token", name, rest),
            purpose=new.purpose,
            roles=tuple(sorted(set(new.roles))),
            unit=new.unit,
            user=new.user,
            epoch=epoch,
            made_by=made_by,
            made_at=now,
            ends_at=now + new.days * 86400,
            generation=generation,
        )
        stored = await self._records.tokens.insert(token)
        log.info("token.made", token=stored.id, roles=stored.roles, by=made_by)
        return f"{PREFIX}{name}_{rest}", stored

    async def revoke(self, token_id: str) -> None:
        """Make a token worth nothing. Raises NoSuchToken."""
        if not await self._records.tokens.delete(token_id):
            raise NoSuchToken
        log.info("token.revoked", token=token_id)

    async def page(self, limit: int, after: str | None) -> Page[Token]:
        """List tokens by the time at which they end."""
        return await self._records.tokens.find(Query("by_end", limit=limit, after=after))

    async def shown(self, text: str) -> Token:
        """Read a token that somebody shows, with the rights that it has now. Raises TokenIsDead."""
        name, _, rest = text.removeprefix(PREFIX).partition("_")
        token = await self._records.tokens.get(name) if text.startswith(PREFIX) and name else None
        shown = keyed(self._secret, "token", name, rest)
        if token is None or not hmac.compare_digest(token.hash, shown):
            raise TokenIsDead
        return await self.standing(token)

    async def standing(self, token: Token) -> Token:
        """Narrow a token to the rights that it has now. Raises TokenIsDead."""
        if token.ends_at <= self._now():
            raise TokenIsDead
        if token.user is None:
            await self._require_maker(token)
            return token
        user = await self._records.users.get(token.user)
        if user is None or not user.active or user.epoch != token.epoch:
            raise TokenIsDead
        held = tuple(role for role in token.roles if role in user.roles)
        return token.model_copy(update={"roles": held, "unit": user.unit})

    async def kept(self, token_id: str) -> Token:
        """Read a token by its name, with the rights that it has now. Raises TokenIsDead."""
        token = await self._records.tokens.get(token_id)
        if token is None:
            raise TokenIsDead
        return await self.standing(token)

    async def sweep(self) -> None:
        """Forget the tokens that have ended."""
        if over_by := self._terms.over_by():
            await self._records.tokens.delete_range(Query("by_end", below=int(over_by.timestamp()) + 1))

    async def _acting_as(self, new: NewToken) -> User | None:
        if new.user is None:
            return None
        user = await self._records.users.get(new.user)
        if user is None or not user.active:
            raise NoSuchUser
        if not set(new.roles) <= set(user.roles):
            more = Text(
                bg="Токенът не може да има роли, които профилът няма.",
                en="A token can't have roles that its account does not have.",
            )
            raise Invalid(more, [FieldError("/roles", more)])
        return user

    async def _made_in(self, made_by: str) -> tuple[int, int]:
        """Tell the epoch of a maker's account, and how many tokens were made one with the other before this one."""
        if made_by == OPERATOR:
            return 0, 0
        if not made_by.startswith(SUBJECT):
            maker = await self._records.users.get(made_by)
            if maker is None:
                raise TokenIsDead
            return maker.epoch, 0
        earlier = await self.kept(made_by.removeprefix(SUBJECT))
        if earlier.generation + 1 >= MOST_GENERATIONS:
            raise Invalid(
                Text(
                    bg="С токен от толкова токени подред не се прави нов. Направете го с профил или от самата машина.",
                    en="So many tokens made one with the other make no more. Use an account, or the machine itself.",
                )
            )
        return 0, earlier.generation + 1

    async def _require_maker(self, token: Token) -> None:
        if token.made_by == OPERATOR:
            return
        if token.made_by.startswith(SUBJECT):
            maker = await self.kept(token.made_by.removeprefix(SUBJECT))
            stands = "administrator" in maker.roles
        else:
            user = await self._records.users.get(token.made_by)
            stands = user is not None and user.administers and user.epoch == token.epoch
        if not stands:
            raise TokenIsDead

    def _now(self) -> int:
        return int(self._clock().timestamp())
