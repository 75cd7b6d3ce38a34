"""A small installation with people of every role, for tests that try what somebody should not be able to do."""

import asyncio
import socket
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import httpx
import uvicorn
from starlette.types import ASGIApp

from deploy.slow_heads import ImpatientHttp
from services.gateway.domain.accounts import GRANTED, GrantedRole
from tests.system.conftest import Town, a_town

Json = Any  # whatever the API takes and answers

PASSWORD = "четири думи една до друга"
BASE = "http://127.0.0.1:8080"
SURVEY, PLAN, ROADS, WATER, FED = "vote", "town", "i-roads", "i-water", "i-said"
CHEAP: Mapping[str, object] = {"password_memory_kib": 8, "password_rounds": 1}
"""Settings under which a password costs next to nothing."""


def a_survey(said: str = "Думи", survey: str = SURVEY) -> Json:
    """A questionnaire that says the same in each of its texts."""
    text = {"bg": said, "en": said}
    choices = [{"code": code, "text": text} for code in ("a", "b")]
    ends: Json = {"low": 1, "high": 5, "low_text": text, "high_text": text}
    questions: list[Json] = [
        {"id": "one", "kind": "single", "required": True, "choices": choices, "other": True},
        {"id": "many", "kind": "multiple", "choices": choices, "other": True},
        {"id": "roads", "kind": "scale", **ends},
        {"id": "each", "kind": "matrix", **ends, "rows": [{"code": "r", "text": text}]},
        {"id": "order", "kind": "rank", "choices": choices},
        {"id": "own", "kind": "text"},
    ]
    pages = [{"id": "p1", "title": text, "questions": [{"text": text, "hint": text, **each} for each in questions]}]
    return {"id": survey, "title": text, "publish": "live", "note": text, "pages": pages}


def a_plan(said: str = "Думи") -> Json:
    """A plan of two units that says the same in each of its texts; a survey feeds the third indicator."""
    text = {"bg": said, "en": said}
    units = [{"id": unit, "title": text, "origin": text, "source": text} for unit in ("roads", "water")]
    indicators = [
        _an_indicator(said, ROADS, "roads"),
        _an_indicator(said, WATER, "water"),
        _an_indicator(said, FED, "roads")
        | {"feed": {"survey": SURVEY, "question": "roads", "statistic": "mean", "choices": [], "period": "2025"}},
    ]
    return {
        "title": text,
        "period": {"from": 2021, "to": 2027},
        "origin": text,
        "reconstructed": True,
        "units": units,
        "nodes": [
            {"id": "o1", "parent": None, "kind": "objective", "title": text, "origin": text},
            {"id": "m1", "parent": "o1", "kind": "measure", "title": text, "origin": text},
        ],
        "indicators": indicators,
    }


def _an_indicator(said: str, name: str, unit: str) -> Json:
    text = {"bg": said, "en": said}
    return {
        "id": name,
        "node": "m1",
        "title": text,
        "unit": said[:100],
        "direction": "up",
        "baseline": {"period": "2021", "value": 0},
        "milestones": [],
        "target": {"period": "2027", "value": 10},
        "shape": "linear",
        "accumulation": "last",
        "level": "result",
        "decimals": 1,
        "source": said,
        "origin": text,
        "frequency": "year",
        "responsible": unit,
    }


def answers_with(said: str = "Думи") -> Json:
    """Answers to the survey, with the same own words wherever there may be some."""
    own = {"code": "other", "text": said}
    return {
        "one": own,
        "many": ["a", own],
        "roads": 4,
        "each": {"r": 2},
        "order": ["a", "b"],
        "own": said,
    }


@dataclass
class Someone:
    """Somebody with an account: a browser that has signed in, and a token that acts as the account."""

    user: str
    name: str
    browser: httpx.AsyncClient
    bearer: dict[str, str]

    async def program(self, peopled: "Peopled", method: str, path: str, body: Json = None) -> httpx.Response:
        """Ask with the token, in a program."""
        return await peopled.town.public.request(method, path, json=body, headers=self.bearer)


@dataclass
class Peopled:
    """A town, and somebody of each role in it; `officer` is of the unit `roads`."""

    town: Town
    people: dict[str, Someone] = field(default_factory=dict)

    async def add(self, name: str, *roles: GrantedRole, unit: str | None = None, password: str = PASSWORD) -> Someone:
        """Make an account, sign it in and make a token that acts as it."""
        body = {"user": name, "password": password, "roles": list(roles), "unit": unit}
        user = (await self.town.operator.post("/users", json=body)).raise_for_status().json()["id"]
        token = await self.town.operator.post("/tokens", json={"roles": list(roles), "user": user, "unit": unit})
        bearer = {"Authorization": f"Bearer {token.raise_for_status().json()['token']}"}
        self.people[name] = Someone(user, name, await self.signed_in(name, password), bearer)
        return self.people[name]

    async def signed_in(self, name: str, password: str = PASSWORD) -> httpx.AsyncClient:
        """A browser that signs in; its writes carry the token."""
        browser = self.browser()
        reply = await browser.post("/api/v1/session", json={"user": name, "password": password})
        browser.headers["x-csrf-token"] = reply.raise_for_status().json()["csrf"]
        return browser

    def browser(self, address: str = "203.0.113.5") -> httpx.AsyncClient:
        """A browser that nobody has signed in with yet; over https, since cookies are secure."""
        transport = httpx.ASGITransport(self.town.system.gateway.app, client=(address, 4711))
        return httpx.AsyncClient(transport=transport, base_url="https://megdan.test", timeout=60)

    async def respond(self, said: str = "Думи", response: str | None = None) -> Json:
        """Answer the survey; return the response's id and its receipt."""
        path = f"/surveys/{SURVEY}/responses/{response or token_urlsafe(24)}"
        return await self.town.done(None, "PUT", path, {"answers": answers_with(said), "language": "bg"})


async def filled(town: Town, said: str = "Думи") -> Peopled:
    """Fill a town: a plan with values, an open survey with responses, somebody of each role."""
    peopled = Peopled(town)
    for role in GRANTED:
        await peopled.add(role, role, unit="roads" if role == "officer" else None)
    await peopled.add("second", "expert")
    await peopled.add("water", "officer", unit="water")
    await town.done("expert", "PUT", f"/plans/{PLAN}", a_plan(said))
    await town.done("expert", "POST", "/surveys/import?format=json", a_survey(said))
    await town.done("expert", "POST", f"/surveys/{SURVEY}/open")
    await town.settle()
    value = {"value": 3, "source": said, "note": said}
    for name, indicator in (("officer", ROADS), ("water", WATER)):
        path = f"/indicators/{indicator}/values/2024"
        (await peopled.people[name].program(peopled, "PUT", path, value)).raise_for_status()
    for _ in range(31):
        await peopled.respond(said)
    await town.settle()
    return peopled


def all_that_is_kept(folder: Path) -> dict[str, list[str]]:
    """Every row of every table that an embedded installation keeps, for comparing before with after."""
    found: dict[str, list[str]] = {}
    for file in sorted(folder.glob("*.db")):
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for name in names:
                found[f"{file.stem}.{name}"] = sorted(map(repr, database.execute(f'SELECT * FROM "{name}"')))  # noqa: S608 - names of our own tables
    return found


@asynccontextmanager
async def a_filled_town(folder: Path, said: str = "Думи", **settings: object) -> AsyncIterator[Peopled]:
    """An installation with something of everything in it."""
    async with a_town(folder, **{**CHEAP, **settings}) as town:
        peopled = await filled(town, said)
        try:
            yield peopled
        finally:
            for someone in peopled.people.values():
                await someone.browser.aclose()


@asynccontextmanager
async def on_a_port(app: ASGIApp) -> AsyncIterator[int]:
    """Serve an application on a free port of loopback, as `megdan up` does."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        http=ImpatientHttp,
        lifespan="off",
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        async with asyncio.timeout(60):
            await serving
