"""The gateway, put together. Nothing here decides; it only says what is joined to what."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import monotonic

from fastapi import FastAPI
from pydantic import SecretStr
from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.api.house import House
from services.gateway.api.own import own_app
from services.gateway.backend import EdgeBackend
from services.gateway.edge.caller import LOCAL_OPERATOR, Recognition
from services.gateway.edge.forwarding import OWN, Forwarding
from services.gateway.edge.front import Front, Rooms
from services.gateway.edge.plain import description_routes, health_routes, metrics_route, plain_app
from services.gateway.health import Check
from services.gateway.live.hub import Hub
from services.gateway.metrics import Gauge, Metrics
from services.gateway.openapi import Json, described
from services.gateway.pace import SignInPace, WritePace
from services.gateway.pages import Look, Pages, time_zone
from services.gateway.pages.assets import Assets
from services.gateway.passwords import Passwords
from services.gateway.setting_up import SettingUp
from services.gateway.settings import Settings
from services.gateway.showing import Showing
from services.gateway.signing_in import SigningIn
from services.gateway.store import Records
from services.gateway.usecases.accounts import Accounts
from services.gateway.usecases.erasing import Erasing
from services.gateway.usecases.exporting import Exporting
from services.gateway.usecases.sessions import Locks, Sessions
from services.gateway.usecases.setup import FirstAdministrator
from services.gateway.usecases.tokens import Tokens
from shared.bus import Bus
from shared.clock import Clock
from shared.errors import Invalid
from shared.language import Text
from shared.store import Store
from shared.sweeps import Sweep

SWEEP_S = 600.0


@dataclass(frozen=True)
class GatewayService:
    """The gateway as a process runs it.

    `app` serves while it is `running`; when it is to end, `end_streams` comes first.
    """

    app: ASGIApp
    hub: Hub
    house: House
    sweeps: Sequence[Sweep]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Hear the bus for the live pages as long as the context is open."""
        hearing = asyncio.create_task(self.hub.run(), name="live")
        try:
            yield
        finally:
            self.end_streams()
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)

    def end_streams(self) -> None:
        """End all live connections and open no more, so that a server that waits for requests can end."""
        self.hub.stop()

    async def first_administrator_token(self) -> str | None:
        """Make the token of the one-time link `/setup/{token}`; None if somebody administers already."""
        return await self.house.first.token(self.house.settings.setup_link_s)


def house_of(
    settings: Settings, store: Store, bus: Bus, secret: SecretStr, clock: Clock, services: Forwarding
) -> House:
    """Open the collections and make the use cases; `services` are those that own data is asked of."""
    records, passwords = Records(store), Passwords(settings)
    accounts = Accounts(records, passwords, clock)
    sessions = Sessions(records, Locks(secret, passwords, SignInPace(settings, monotonic)), settings, clock)
    tokens = Tokens(records, secret, clock)
    recognition = Recognition(records, sessions, tokens, secret)
    first = FirstAdministrator(records, accounts, secret, clock)
    hub = Hub(bus, recognition.standing, settings)
    erasing, exporting = Erasing(records, accounts, sessions, clock), Exporting(records, services)
    return House(settings, accounts, sessions, tokens, first, recognition, hub, erasing, exporting)


def build(  # noqa: PLR0913, PLR0917 - everything that the gateway is joined to is named once, here
    settings: Settings,
    store: Store,
    bus: Bus,
    upstreams: Mapping[str, ASGIApp],
    secret: SecretStr,
    clock: Clock,
    checks: Mapping[str, Check],
    *,
    gauges: Sequence[Gauge] = (),
) -> GatewayService:
    """Put the gateway together. `upstreams` are the services by name; `checks` tell which part is not ready."""
    house = house_of(settings, store, bus, secret, clock, Forwarding(upstreams, secret, clock))
    services: dict[str, ASGIApp] = {**upstreams, OWN: own_app(house, secret, clock)}
    api = Forwarding(services, secret, clock)
    pages = Pages(EdgeBackend(api), _look(settings), settings.cache, clock)
    signing = SigningIn(house.sessions, pages, settings)
    setting_up = SettingUp(house.first, house.sessions, pages, settings)
    showing = Showing(pages, [*pages.routes, *signing.routes(), *setting_up.routes()], house.recognition)
    metrics = Metrics([_streams(house.hub), *gauges])
    plain, paths = plain_app(
        [
            *health_routes(checks),
            metrics_route(metrics, settings.metrics_networks),
            *description_routes(_description(services), Assets(settings.cache).url("site")),
        ]
    )
    rooms = Rooms(api, plain, paths, showing, showing.render_error)
    front = Front(rooms, house.recognition, WritePace(settings.writes_per_client, monotonic), metrics, settings)
    sweeps = [Sweep("sessions", SWEEP_S, house.sessions.sweep), Sweep("tokens", SWEEP_S, house.tokens.sweep)]
    return GatewayService(front, house.hub, house, sweeps)


def operator_app(app: ASGIApp) -> ASGIApp:
    """Serve whoever may open the machine's own socket as the operator, who holds all roles of staff."""

    async def as_operator(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, LOCAL_OPERATOR: True}, receive, send)

    return as_operator


def _description(services: Mapping[str, ASGIApp]) -> Callable[[], Json]:
    @cache
    def description() -> Json:
        return described({name: app for name, app in services.items() if isinstance(app, FastAPI)})

    return description


def _look(settings: Settings) -> Look:
    return Look(
        municipality=Text(bg=settings.municipality_bg, en=settings.municipality_en),
        hero=_picture(settings.hero),
        phone=settings.phone,
        mail=settings.mail,
        zone=time_zone(settings.time_zone),
    )


def _picture(path: Path | None) -> str | None:
    try:
        return path.read_text("utf-8") if path else None
    except (OSError, UnicodeDecodeError):
        raise Invalid(
            Text(
                bg=f"Картината {path} не се чете. Поправете MEGDAN_GATEWAY_HERO.",
                en=f"The picture {path} can't be read. Mend MEGDAN_GATEWAY_HERO.",
            )
        ) from None


def _streams(hub: Hub) -> Gauge:
    async def read() -> Mapping[str, float]:
        return {"": hub.streams}

    return Gauge("megdan_live_streams", "Live connections that are open.", "", read)
