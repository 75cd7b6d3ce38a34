"""Addresses beside pages and API: health, metrics, and the API's description."""

from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route, Router

from services.gateway.asyncapi import events_described
from services.gateway.edge.caller import Caller
from services.gateway.edge.client import Client
from services.gateway.edge.forwarding import CALLER, CLIENT, NoSuchAddress
from services.gateway.health import Check, parts
from services.gateway.metrics import MEDIA_TYPE, Metrics
from services.gateway.openapi import Json, documentation
from services.gateway.settings import Network
from shared.http import json_response, reader_language


def health_routes(checks: Mapping[str, Check]) -> list[Route]:
    """Make /health/live (this process answers) and /health/ready (each part does; it says which does not)."""

    async def live(_request: Request) -> Response:
        return json_response({"status": "ok"}, headers={"cache-control": "no-store"})

    async def ready(_request: Request) -> Response:
        found = await parts(checks)
        is_ready = not any(found.values())
        content = {
            "status": "ready" if is_ready else "not ready",
            "parts": {name: fault or "ok" for name, fault in found.items()},
        }
        return json_response(content, 200 if is_ready else 503, {"cache-control": "no-store"})

    return [Route("/health/live", live), Route("/health/ready", ready)]


def metrics_route(metrics: Metrics, networks: tuple[Network, ...]) -> Route:
    """Make /metrics: for this machine, the networks named in the settings, and administrators; nothing for others."""

    async def figures(request: Request) -> Response:
        caller: Caller = request.scope[CALLER]
        client: Client = request.scope[CLIENT]
        forwarded = "x-forwarded-for" in request.headers
        if not caller.identity.holds("administrator") and (forwarded or not client.is_in(networks)):
            raise NoSuchAddress
        return PlainTextResponse(await metrics.text(), media_type=MEDIA_TYPE, headers={"cache-control": "no-store"})

    return Route("/metrics", figures)


def description_routes(described: Callable[[], Json], style: str) -> list[Route]:
    """Make /api/openapi.json, /api/asyncapi.json and /api/docs; `style` is the address of a style sheet."""

    async def openapi(_request: Request) -> Response:
        return json_response(described())

    async def docs(request: Request) -> Response:
        return HTMLResponse(documentation(described(), style, reader_language(request)))

    async def asyncapi(_request: Request) -> Response:
        return json_response(events_described())

    return [
        Route("/api/openapi.json", openapi),
        Route("/api/asyncapi.json", asyncapi),
        Route("/api/docs", docs),
    ]


def plain_app(routes: list[Route]) -> tuple[Router, frozenset[str]]:
    """Join routes into an application; also tell its addresses."""
    return Router(routes, redirect_slashes=False), frozenset(route.path for route in routes)
