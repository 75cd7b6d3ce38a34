"""The gateway's own application: one more service behind the edge, guarded like all others."""

from fastapi import APIRouter, FastAPI
from pydantic import SecretStr

from services.gateway.api.access import ACCESS
from services.gateway.api.house import House
from services.gateway.api.live import live_router
from services.gateway.api.me import me_router
from services.gateway.api.people import accounts_router, tokens_router
from services.gateway.api.sessions import sessions_router
from shared.clock import Clock
from shared.http import service_app


def own_app(house: House, secret: SecretStr, clock: Clock) -> FastAPI:
    """Build the application of the gateway's own endpoints."""
    router = APIRouter()
    for part in (sessions_router, me_router, accounts_router, tokens_router, live_router):
        router.routes.extend(part(house).routes)
    return service_app("gateway", router, ACCESS, secret, clock=clock)
