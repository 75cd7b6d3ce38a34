"""All that an installation knows of one person, from the gateway's own records and from every service."""

from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.types import ASGIApp, Scope

from services.gateway.domain.accounts import User
from services.gateway.domain.sessions import Session
from services.gateway.domain.tokens import Token
from services.gateway.edge.caller import Caller
from services.gateway.edge.calling import call
from services.gateway.edge.forwarding import API, CALLER
from services.gateway.store import Records
from shared.errors import NotFound, Unavailable
from shared.events.base import rfc3339
from shared.language import Language, Text

Json = dict[str, Any]  # what is said in JSON

ASKED = ("/surveys/~mine", "/values/~mine")
"""Where services tell what they know of whoever asks."""


class Exporting:
    """Gathers own data. `services` answers for all services, by the API's addresses."""

    def __init__(self, records: Records, services: ASGIApp) -> None:
        self._records = records
        self._services = services

    async def own_data(self, user: User, caller: Caller, language: Language) -> Json:
        """Gather all of it. Raises Unavailable if a service does not answer: half of it is not all."""
        work: Json = {}
        for path in ASKED:
            work |= await self._asked(path, caller, language)
        return {
            "account": _account(user),
            "sessions": [_session(each) for each in await self._records.sessions_of(user.id)],
            "tokens": [_token(each, user) for each in await self._records.tokens_of(user.id)],
            "work": work,
        }

    async def _asked(self, path: str, caller: Caller, language: Language) -> Json:
        scope: Scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "https",
            "path": f"{API}{path}",
            "raw_path": f"{API}{path}".encode(),
            "query_string": b"",
            "headers": [(b"accept-language", language.encode())],
            CALLER: caller,
        }
        try:
            called = await call(self._services, scope)
        except NotFound:
            return {}  # an installation without that service holds nothing of it
        if called.status != 200:  # noqa: PLR2004 - HTTP's own
            raise Unavailable(
                Text(
                    bg="Една от услугите не отговори, а половината данни не са всички. Опитайте отново след малко.",
                    en="One of the services did not answer, and half of the data is not all. Try again in a moment.",
                ),
                retry_after_s=5,
            )
        return dict(orjson.loads(called.body))


def _account(user: User) -> Json:
    return {
        "id": user.id,
        "user": user.name,
        "display_name": user.display_name,
        "roles": list(user.roles),
        "unit": user.unit,
        "active": user.active,
        "made_at": user.made_at,
        "password": "kept as a hash only",
    }


def _session(session: Session) -> Json:
    return {name: _written(getattr(session, name)) for name in ("made_at", "seen_at", "ends_at")}


def _token(token: Token, user: User) -> Json:
    return {
        "id": token.id,
        "purpose": token.purpose,
        "roles": list(token.roles),
        "unit": token.unit,
        "acts_as_you": token.user == user.id,
        "made_by_you": token.made_by == user.id,
        "made_at": _written(token.made_at),
        "ends_at": _written(token.ends_at),
    }


def _written(seconds: int) -> str:
    return rfc3339(datetime.fromtimestamp(seconds, UTC))
