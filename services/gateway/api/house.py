"""What the gateway's endpoints call."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from services.gateway.edge.caller import Caller, Recognition
from services.gateway.edge.client import Client
from services.gateway.live.hub import Hub
from services.gateway.settings import Settings
from services.gateway.usecases.accounts import Accounts
from services.gateway.usecases.erasing import Erasing
from services.gateway.usecases.exporting import Exporting
from services.gateway.usecases.sessions import Sessions
from services.gateway.usecases.setup import FirstAdministrator
from services.gateway.usecases.tokens import Tokens


@dataclass(frozen=True)
class House:
    """The use cases, and what recognises callers and tells them what is new."""

    settings: Settings
    accounts: Accounts
    sessions: Sessions
    tokens: Tokens
    first: FirstAdministrator
    recognition: Recognition
    hub: Hub
    erasing: Erasing
    exporting: Exporting


def _caller(request: Request) -> Caller:
    caller = request.state.caller
    if not isinstance(caller, Caller):
        raise TypeError("The request did not come through the edge.")
    return caller


def _client(request: Request) -> str:
    client = request.state.client
    return client.key if isinstance(client, Client) else ""


CallerOf = Annotated[Caller, Depends(_caller)]


def _counted(request: Request) -> str | None:
    client = request.state.client
    return client.counted if isinstance(client, Client) else None


ClientOf = Annotated[str, Depends(_client)]
"""The client whose attempts to sign in are counted."""

CountedClient = Annotated[str | None, Depends(_counted)]
"""The client whose share is counted; this machine itself has none."""
