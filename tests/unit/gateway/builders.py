"""A gateway with services that only say who asked them, and people who come to its door."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response
from pydantic import SecretStr
from starlette.types import ASGIApp, Message, Scope

from services.gateway.app import GatewayService, build, operator_app
from services.gateway.domain.accounts import GrantedRole
from services.gateway.settings import Settings
from services.gateway.usecases.accounts import NewUser
from shared.bus.memory import MemoryBus
from shared.http import EVERYBODY, Access, Reader, Role, json_response, service_app
from shared.store.memory import MemoryStore

SECRET = SecretStr("the installation's key")
PASSWORD = "четири думи една до друга"
HOME = "https://megdan.test"
ADDRESS = "203.0.113.5"
EXPERT: frozenset[Role] = frozenset({"expert"})

Json = Any  # whatever is answered


@dataclass
class Clock:
    now: datetime = datetime(2026, 11, 25, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def a_service(clock: Clock) -> FastAPI:
    """A service that tells who asked; it fails, and sends people on, where it is told to."""
    router = APIRouter()

    @router.get("/surveys/{survey}")
    async def shown(survey: str, request: Request, reader: Reader) -> dict[str, Any]:
        return {
            "survey": survey,
            "subject": reader.subject,
            "roles": sorted(reader.roles),
            "unit": reader.unit,
            "signatures": len(request.headers.getlist("megdan-identity")),
        }

    @router.put("/surveys/{survey}/responses/{response}")
    async def submit(survey: str, response: str, request: Request) -> Response:
        size = len(await request.body())
        return json_response({"survey": survey, "response": response, "size": size}, 201)

    @router.post("/surveys/import")
    async def take(request: Request) -> Response:
        return json_response({"size": len(await request.body())}, 201, {"location": "/surveys/vision"})

    @router.post("/surveys/{survey}/open")
    async def open_it(survey: str) -> dict[str, str]:
        return {"survey": survey}

    @router.get("/operations/status")
    async def status() -> dict[str, int]:
        return {"behind": 0}

    access: Access = {
        ("GET", "/surveys/{survey}"): EVERYBODY,
        ("PUT", "/surveys/{survey}/responses/{response}"): EVERYBODY,
        ("POST", "/surveys/import"): EXPERT,
        ("POST", "/surveys/{survey}/open"): EXPERT,
        ("GET", "/operations/status"): frozenset({"administrator"}),
    }
    return service_app("surveys", router, access, SECRET, clock=clock)


@dataclass
class Door:
    """A gateway, and ways to come to it."""

    gateway: GatewayService
    bus: MemoryBus
    clock: Clock
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    def client(self, *, address: str = ADDRESS, base: str = HOME, operator: bool = False) -> httpx.AsyncClient:
        """A browser or a program at an address."""
        app = operator_app(self.gateway.app) if operator else self.gateway.app
        transport = httpx.ASGITransport(app, client=(address, 4711))
        self.clients.append(httpx.AsyncClient(transport=transport, base_url=base))
        return self.clients[-1]

    async def add(self, name: str, *roles: GrantedRole, unit: str | None = None) -> str:
        """Add an account; return its id."""
        return (await self.gateway.house.accounts.add(NewUser(name, PASSWORD, roles, unit=unit))).id

    async def signed_in(self, name: str, **where: Any) -> httpx.AsyncClient:
        """A browser that has signed in; its writes carry the token."""
        client = self.client(**where)
        reply = await client.post("/api/v1/session", json={"user": name, "password": PASSWORD})
        client.headers["x-csrf-token"] = reply.raise_for_status().json()["csrf"]
        return client

    async def token(self, *roles: GrantedRole, **more: Any) -> str:
        """A bearer token made by the operator."""
        reply = await self.client(operator=True).post("/api/v1/tokens", json={"roles": roles, **more})
        return str(reply.raise_for_status().json()["token"])

    async def program(self, *roles: GrantedRole, **more: Any) -> httpx.AsyncClient:
        """A program that shows a bearer token."""
        client = self.client()
        client.headers["authorization"] = f"Bearer {await self.token(*roles, **more)}"
        return client


def cheap(cache: Path, **more: Any) -> Settings:
    """Settings under which a password costs next to nothing."""
    return Settings(password_memory_kib=8, password_rounds=1, cache=cache, **more)


@asynccontextmanager
async def a_door(settings: Settings, **services: ASGIApp) -> AsyncIterator[Door]:
    """Open a gateway; without services of one's own it has one that tells who asked."""
    clock = Clock()
    upstreams = services or {"surveys": a_service(clock)}
    store, bus = MemoryStore("gateway", clock), MemoryBus(clock)
    gateway = build(settings, store, bus, upstreams, SECRET, clock, {})
    door = Door(gateway, bus, clock)
    await bus.start()
    async with gateway.running():
        yield door
    for client in door.clients:
        await client.aclose()
    await bus.stop()


def a_scope(path: str, method: str = "GET", headers: Mapping[str, str] | None = None, query: str = "") -> Scope:
    """What a server says of a request."""
    raw = [(name.encode(), value.encode()) for name, value in {"host": "megdan.test", **(headers or {})}.items()]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": raw,
        "client": (ADDRESS, 4711),
        "server": ("megdan.test", 443),
    }


class Watching:
    """A browser that holds a live connection open."""

    def __init__(self, gateway: GatewayService, query: str = "", headers: Mapping[str, str] | None = None) -> None:
        self.lines: list[str] = []
        self.status = 0
        self._news = asyncio.Event()
        self._leaving = asyncio.Event()
        self._asked = False
        scope = a_scope("/api/v1/live", headers=headers, query=query)
        self.task = asyncio.create_task(self._run(gateway.app, scope))

    async def _run(self, app: ASGIApp, scope: Scope) -> None:
        await app(scope, self._receive, self._send)

    async def _receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._leaving.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.lines += message.get("body", b"").decode().splitlines()
        self._news.set()

    @property
    def events(self) -> list[str]:
        """What was told: names and data, one after the other."""
        return [line.split(": ", 1)[1] for line in self.lines if line.startswith(("event: ", "data: "))]

    async def until(self, line: str) -> None:
        """Wait until a line has come."""
        async with asyncio.timeout(60):
            while line not in self.lines:
                self._news.clear()
                await self._news.wait()

    async def ended(self) -> None:
        """Wait until the server has ended the connection."""
        async with asyncio.timeout(60):
            await self.task

    async def leave(self) -> None:
        """Go away."""
        self._leaving.set()
        await self.ended()
