"""A whole installation for a test: every service, the bus and the gateway, in one process, on a folder of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from deploy.data_folder import DataFolder
from deploy.embedded import System, embedded
from services.gateway.app import operator_app
from shared.clock import system_clock
from shared.identity import Role

DEMO = Path(__file__).parents[2] / "deploy" / "demo"

Json = Any  # whatever a file or the API holds


def demo_file(name: str) -> bytes:
    return (DEMO / name).read_bytes()


def demo_json(name: str) -> Json:
    return orjson.loads(demo_file(name))


@dataclass
class Town:
    """An installation, and people of every role who ask it things."""

    system: System
    operator: httpx.AsyncClient
    public: httpx.AsyncClient
    shift: list[timedelta]
    tokens: dict[tuple[str, str | None], str] = field(default_factory=dict)

    async def token(self, role: Role, unit: str | None = None, subject: str = "") -> str:
        """A bearer token of a role; another `subject` is another person."""
        key = (role + subject, unit)
        if key not in self.tokens:
            body = {"purpose": "test", "roles": [role], "unit": unit}
            reply = await self.operator.post("/tokens", json=body)
            self.tokens[key] = reply.raise_for_status().json()["token"]
        return self.tokens[key]

    async def ask(
        self,
        role: Role | None,
        method: str,
        path: str,
        body: Json = None,
        *,
        unit: str | None = None,
        subject: str = "",
        **more: Any,
    ) -> httpx.Response:
        """Ask as somebody of a role; None is a visitor."""
        headers = {"Accept-Language": "bg", **more.pop("headers", {})}
        if role is not None and role != "visitor":
            headers["Authorization"] = f"Bearer {await self.token(role, unit, subject)}"
        if body is not None:
            more["content"], headers["Content-Type"] = orjson.dumps(body), "application/json"
        return await self.public.request(method, path, headers=headers, **more)

    async def done(self, role: Role | None, method: str, path: str, body: Json = None, **more: Any) -> Json:
        """Ask, and be sure that it was done."""
        reply = await self.ask(role, method, path, body, **more)
        assert reply.is_success, (method, path, reply.status_code, reply.text)
        return reply.json() if reply.content else None

    @property
    def ahead(self) -> timedelta:
        """How far the installation's clock is ahead of the machine's."""
        return self.shift[0]

    @ahead.setter
    def ahead(self, shift: timedelta) -> None:
        self.shift[0] = shift

    async def settle(self) -> None:
        await self.system.quiet()


@asynccontextmanager
async def a_town(folder: Path, **settings: object) -> AsyncIterator[Town]:
    """An empty installation on a folder; `settings` are the gateway's."""
    ahead = [timedelta(0)]
    async with embedded(DataFolder(folder), lambda: system_clock() + ahead[0], settings) as system:
        operator = httpx.ASGITransport(operator_app(system.gateway.app))
        public = httpx.ASGITransport(system.gateway.app)
        base = "http://127.0.0.1:8080/api/v1"
        async with (
            httpx.AsyncClient(transport=operator, base_url=base, timeout=60) as by_operator,
            httpx.AsyncClient(transport=public, base_url=base, timeout=60) as by_all,
        ):
            yield Town(system, by_operator, by_all, ahead)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """An empty installation."""
    async with a_town(tmp_path / "data") as opened:
        yield opened


async def load_balchik(town: Town) -> None:
    """Load the demo's plan, margins, values and survey, without responses."""
    plan = demo_json("plan.json") | {"units": demo_json("units.json")}
    await town.done("expert", "PUT", "/plans/balchik-2014-2020", plan)
    margins = demo_json("margins.json")
    await town.done("expert", "PUT", f"/margins/{margins['id']}", margins)
    await town.done("expert", "POST", "/surveys/import?format=json", demo_json("vision-2020.json"))
    await town.done("expert", "POST", "/surveys/vision-2020/open")
    await town.done("expert", "POST", "/values/import?name=values.csv", content=demo_file("values.csv"))
    await town.settle()


async def load_responses(town: Town) -> Json:
    """Import the demo's example responses."""
    path = "/surveys/vision-2020/responses/import?name=responses.csv"
    told = await town.done("expert", "POST", path, content=demo_file("responses.csv"))
    await town.settle()
    return told
