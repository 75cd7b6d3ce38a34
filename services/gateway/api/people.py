"""Accounts and tokens, for administrators, and the first administrator."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, StringConstraints

from services.gateway.api.house import CallerOf, House
from services.gateway.api.sessions import Name, Password
from services.gateway.domain.accounts import LONGEST_DISPLAY_NAME, GrantedRole, User
from services.gateway.domain.tokens import LONGEST_DAYS, Token
from services.gateway.usecases.accounts import Change, NewUser
from services.gateway.usecases.tokens import NewToken
from shared.events.base import rfc3339
from shared.http import Body

DisplayName = Annotated[str, StringConstraints(max_length=LONGEST_DISPLAY_NAME)]
Unit = Annotated[str, StringConstraints(max_length=64)]
Limit = Annotated[int, Query(ge=1, le=1000)]
Cursor = Annotated[str | None, Query(max_length=1000)]


class UserBody(Body):
    user: Name
    password: Password
    roles: list[GrantedRole]
    display_name: DisplayName | None = None
    unit: Unit | None = None


class UserChange(Body):
    """What is left out stays; an empty `unit` takes it away."""

    roles: list[GrantedRole] | None = None
    unit: Unit | None = None
    display_name: DisplayName | None = None
    password: Password | None = None
    active: bool | None = None


class UserShown(BaseModel):
    id: str
    user: str
    display_name: str
    roles: list[str]
    unit: str | None
    active: bool
    made_at: str


class Users(BaseModel):
    items: list[UserShown]
    next: str | None


class TokenBody(Body):
    """`user`: the id of the account that the token acts as; left out, it is a subject of its own."""

    purpose: Annotated[str, StringConstraints(max_length=200)] = ""
    roles: list[GrantedRole]
    unit: Unit | None = None
    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)] | None = None
    user: Annotated[str, StringConstraints(max_length=64)] | None = None


class TokenShown(BaseModel):
    id: str
    purpose: str
    roles: list[str]
    unit: str | None
    user: str | None
    made_at: str
    ends_at: str


class TokenMade(TokenShown):
    """The only time that `token` is shown."""

    token: str


class TokenList(BaseModel):
    items: list[TokenShown]
    next: str | None


class Setup(Body):
    token: Annotated[str, StringConstraints(max_length=200)]
    user: Name
    password: Password


def accounts_router(house: House) -> APIRouter:
    """Make the endpoints of /users and /setup."""
    router = APIRouter(tags=["accounts"])

    @router.get("/users")
    async def users(limit: Limit = 100, cursor: Cursor = None, user: str | None = None) -> Users:
        """List accounts by login name; with `?user=` the one that is called so."""
        if user is not None:
            return Users(items=[shown_user(await house.accounts.called(user))], next=None)
        page = await house.accounts.page(limit, cursor)
        return Users(items=[shown_user(each) for each in page.items], next=page.next)

    @router.post("/users", status_code=201)
    async def add_user(body: UserBody) -> UserShown:
        """Add an account."""
        new = NewUser(body.user, body.password, tuple(body.roles), body.display_name, body.unit)
        return shown_user(await house.accounts.add(new))

    @router.get("/users/{user}")
    async def one_user(user: str) -> UserShown:
        """Read an account."""
        return shown_user(await house.accounts.one(user))

    @router.patch("/users/{user}")
    async def change_user(user: str, body: UserChange) -> UserShown:
        """Change roles, unit, name or password of an account, close it or open it again; what it loses ends at once."""
        roles = None if body.roles is None else tuple(body.roles)
        change = Change(roles, body.unit, body.display_name, body.password, body.active)
        return shown_user(await house.accounts.change(user, change))

    @router.post("/setup", status_code=201)
    async def set_up(body: Setup) -> UserShown:
        """Add the first administrator, by the link that was printed at the start."""
        return shown_user(await house.first.add(body.token, body.user, body.password))

    return router


def tokens_router(house: House) -> APIRouter:
    """Make the endpoints of /tokens."""
    router = APIRouter(tags=["tokens"])

    @router.get("/tokens")
    async def tokens(limit: Limit = 100, cursor: Cursor = None) -> TokenList:
        """List tokens by the time at which they end; never the tokens themselves."""
        page = await house.tokens.page(limit, cursor)
        return TokenList(items=[shown_token(each) for each in page.items], next=page.next)

    @router.post("/tokens", status_code=201)
    async def make_token(body: TokenBody, caller: CallerOf) -> TokenMade:
        """Make a bearer token for a program."""
        days = body.days or house.settings.token_days
        new = NewToken(body.purpose, tuple(body.roles), days, body.unit, body.user)
        text, token = await house.tokens.make(new, caller.identity.subject)
        return TokenMade(token=text, **shown_token(token).model_dump())

    @router.delete("/tokens/{token}", status_code=204)
    async def revoke_token(token: str) -> Response:
        """Revoke a token, named by its id."""
        await house.tokens.revoke(token)
        return Response(status_code=204)

    return router


def shown_user(user: User) -> UserShown:
    """An account as administrators see it."""
    return UserShown(
        id=user.id,
        user=user.name,
        display_name=user.display_name,
        roles=list(user.roles),
        unit=user.unit,
        active=user.active,
        made_at=user.made_at,
    )


def shown_token(token: Token) -> TokenShown:
    """A token as administrators see it."""
    return TokenShown(
        id=token.id,
        purpose=token.purpose,
        roles=list(token.roles),
        unit=token.unit,
        user=token.user,
        made_at=_written(token.made_at),
        ends_at=_written(token.ends_at),
    )


def _written(seconds: int) -> str:
    return rfc3339(datetime.fromtimestamp(seconds, UTC))
