"""Who asks: recognised by a bearer token, a session's cookie, or the socket of the machine itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import SecretStr
from starlette.types import Scope

from services.gateway.domain.accounts import User
from services.gateway.domain.tokens import OPERATOR, Token, TokenIsDead
from services.gateway.edge.headers import Headers
from services.gateway.store import Records
from services.gateway.usecases.sessions import Sessions
from services.gateway.usecases.tokens import Tokens
from shared.identity import EVERYBODY, STAFF, Identity
from shared.keys import keyed

# Browsers take a Secure cookie, `__Host-` names included, over plain http from loopback too (seen in Chromium 156).
SESSION_COOKIE = "__Host-megdan"
VISITOR_COOKIE = "__Host-megdan-visitor"
LOCAL_OPERATOR = "megdan.local_operator"
"""Set in the scope of what came through the machine's own socket."""


@dataclass(frozen=True)
class Credential:
    """What somebody was recognised by: the id of a kept session or token."""

    kind: Literal["session", "token"]
    id: str


@dataclass(frozen=True)
class Caller:
    """Whoever asks. `csrf` is the token that their forms must carry, where a cookie speaks for them."""

    identity: Identity = field(default_factory=Identity)
    name: str = ""
    credential: Credential | None = None
    csrf: str = ""

    @property
    def session(self) -> str | None:
        """The id of the session whose cookie speaks for the caller; None if it is not a cookie that does."""
        return self.credential.id if self.credential and self.credential.kind == "session" else None


VISITOR = Caller()
LOCAL = Caller(Identity(OPERATOR, STAFF | EVERYBODY), OPERATOR)


class Recognition:
    """Recognises callers, and tells which of those recognised earlier still stand."""

    def __init__(self, records: Records, sessions: Sessions, tokens: Tokens, secret: SecretStr) -> None:
        self._records = records
        self._sessions = sessions
        self._tokens = tokens
        self._secret = secret

    async def caller(self, scope: Scope, headers: Headers) -> Caller:
        """Recognise who asks. Raises TokenIsDead; a cookie that is worth nothing makes a visitor."""
        if scope.get(LOCAL_OPERATOR):
            return LOCAL
        authorization = headers.text(b"authorization")
        if authorization is not None:
            scheme, _, text = authorization.partition(" ")
            if scheme.lower() != "bearer":
                raise TokenIsDead
            return _by_token(await self._tokens.shown(text.strip()))
        cookie = headers.cookie(SESSION_COOKIE)
        found = await self._sessions.shown(cookie) if cookie else None
        if found is None:
            return VISITOR
        session, user = found
        credential = Credential("session", session.id)
        return Caller(identity_of(user), user.display_name, credential, self.session_csrf(session.id))

    async def standing(self, credentials: Sequence[Credential]) -> Mapping[Credential, Identity]:
        """Tell who is behind these credentials now; those that are dead are left out."""
        sessions = [credential for credential in credentials if credential.kind == "session"]
        result = dict(await self._standing_sessions(sessions))
        for credential in credentials:
            if credential.kind == "token":
                try:
                    result[credential] = _by_token(await self._tokens.kept(credential.id)).identity
                except TokenIsDead:
                    continue
        return result

    def session_csrf(self, session_id: str) -> str:
        """The token that forms and writes of a session carry."""
        return keyed(self._secret, "csrf", "session", session_id)

    def visitor_csrf(self, cookie: str) -> str:
        """The token that forms of a visitor carry, who holds this cookie."""
        return keyed(self._secret, "csrf", "visitor", cookie)

    async def _standing_sessions(self, credentials: Sequence[Credential]) -> Mapping[Credential, Identity]:
        sessions = await self._records.sessions.get_many([credential.id for credential in credentials])
        users = await self._records.users.get_many(list({session.user for session in sessions.values()}))
        return {
            Credential("session", session.id): identity_of(user)
            for session in sessions.values()
            if (user := users.get(session.user)) and self._sessions.lives(session, user)
        }


def identity_of(user: User) -> Identity:
    """The identity that a service sees of an account."""
    return Identity(user.id, frozenset(user.roles) | EVERYBODY, user.unit)


def _by_token(token: Token) -> Caller:
    identity = Identity(token.subject, frozenset(token.roles) | EVERYBODY, token.unit)
    return Caller(identity, token.purpose, Credential("token", token.id))
