"""Marked personal data and secrets, driven through the whole platform: nothing that tells of its work holds a mark."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import httpx

from services.gateway.edge.caller import SESSION_COOKIE
from shared.events.base import Sealed
from shared.events.monitoring import MONITORING
from shared.events.reporting import REPORTING
from shared.events.surveys import RESPONSES, SURVEYS
from tests.failure.access_town import PLAN, ROADS, SURVEY, Json, a_filled_town, a_plan, a_survey, answers_with
from tests.running import ROOT

MARK = "z7qmark"
"""Begins every text that a person says or hides."""
SECRET = f"{MARK} password of hers"
WRONG = f"{MARK} password of nobody"
NAME = f"{MARK}-maria"
SERVICES = ("surveys", "monitoring", "reporting")


@dataclass
class Witness:
    """What was sent and must not be told, and what was told."""

    marks: set[str] = field(default_factory=lambda: {MARK, MARK.upper(), quote(MARK)})
    told: list[str] = field(default_factory=list)

    def hide(self, *secrets: str) -> None:
        self.marks |= {secret for secret in secrets if secret}

    async def refused(self, client: httpx.AsyncClient, method: str, path: str, **more: Json) -> httpx.Response:
        """Ask for what is refused, and keep the words of the refusal; it may name the field, not what stood in it."""
        reply = await client.request(method, path, **more)
        assert reply.status_code >= 400, (method, path)
        said = re.sub(r'"pointer":"[^"]*"', "", reply.text)
        self.told.append(f"{said}\n{sorted(reply.headers.items())}")
        return reply

    def slips(self) -> list[tuple[str, str]]:
        """Marks that were told, each with what stands around it."""
        return [
            (mark, text[max(0, text.index(mark) - 200) : text.index(mark) + 100])
            for text in self.told
            for mark in sorted(self.marks)
            if mark in text
        ]


def _answers() -> Json:
    return answers_with(f"{MARK} my own words")


async def _people(witness: Witness, operator: httpx.AsyncClient, public: httpx.AsyncClient) -> None:
    """Accounts, sessions, tokens: made, used, misused, ended."""
    account = {"user": NAME, "display_name": f"{MARK} Мария", "password": SECRET, "roles": ["expert", "citizen"]}
    user = (await operator.post("/users", json=account)).raise_for_status().json()
    await witness.refused(operator, "POST", "/users", json=account)
    await witness.refused(operator, "POST", "/users", json=account | {"password": MARK, "user": f"{MARK} not good"})
    await witness.refused(operator, "POST", "/users", json=account | {"roles": [MARK], MARK: MARK})
    made = (await operator.post("/tokens", json={"roles": ["expert"], "user": user["id"], "purpose": MARK})).json()
    witness.hide(made["token"], made["token"].split("_", 2)[2])
    signed_in = await public.post("/session", json={"user": NAME, "password": SECRET})
    cookie = signed_in.cookies[SESSION_COOKIE]
    csrf = signed_in.raise_for_status().json()["csrf"]
    witness.hide(cookie, csrf)
    session = {"cookie": f"{SESSION_COOKIE}={cookie}"}
    await public.get("/me", headers=session)
    await witness.refused(public, "POST", "/session", json={"user": NAME, "password": WRONG})
    await witness.refused(public, "POST", "/session", json={"user": NAME, "password": SECRET, MARK: 1})
    await witness.refused(public, "POST", "/session", content=f'{{"user":"{MARK}","password":"{SECRET}",}}')
    await witness.refused(public, "PUT", "/me/password", json={"old": WRONG, "new": SECRET}, headers=session)
    await witness.refused(
        public, "PUT", "/me/password", json={"old": WRONG, "new": SECRET}, headers=session | {"x-csrf-token": csrf}
    )
    await witness.refused(public, "GET", "/users", headers={"authorization": f"Bearer {made['token']}"})
    await witness.refused(public, "GET", "/users", headers={"authorization": f"Bearer {made['token']}x"})
    await witness.refused(public, "POST", "/setup", json={"token": MARK, "user": NAME, "password": SECRET})
    await public.delete("/session", headers=session | {"x-csrf-token": csrf})
    (await operator.patch(f"/users/{user['id']}", json={"active": False})).raise_for_status()


async def _answering(witness: Witness, operator: httpx.AsyncClient, public: httpx.AsyncClient) -> None:
    """Drafts, responses, receipts: given, refused, taken back, brought in files."""
    for number in range(35):
        name = f"{MARK}-response-{number:010d}"
        await public.put(f"/surveys/{SURVEY}/drafts/{name}", json={"answers": _answers()})
        path = f"/surveys/{SURVEY}/responses/{name}"
        given = (await public.put(path, json={"answers": _answers(), "token": MARK})).raise_for_status().json()
        witness.hide(given["receipt"], given["receipt"].replace("-", ""))
    path = f"/surveys/{SURVEY}/responses/{MARK}-other-{'x' * 20}"
    for answers in ({"one": f"{MARK}"}, {MARK: MARK}, {"own": [MARK]}, {"roads": MARK}, {"each": {MARK: 1}}, MARK):
        await witness.refused(public, "PUT", path, json={"answers": answers})
    for body in (f'{{"answers": {{"own": "{MARK}"}}, "answers": 1}}', f"{MARK}", f'["{MARK}"', f'{{"{MARK}": NaN}}'):
        await witness.refused(public, "PUT", path, content=body.encode())
    for receipt in (f"{MARK}", given["receipt"][:-1], MARK * 50):
        await witness.refused(public, "POST", "/withdrawals", json={"receipt": receipt})
    await public.post("/withdrawals", json={"receipt": given["receipt"]})
    await witness.refused(public, "POST", "/withdrawals", json={"receipt": given["receipt"]})
    await witness.refused(public, "GET", f"/surveys/{SURVEY}/drafts/{MARK}-none")
    file = f"own,roads,one\n{MARK} said,9999,a\n{MARK},4,{MARK}\n".encode()
    await witness.refused(operator, "POST", f"/surveys/{SURVEY}/responses/import?name=r.csv", content=file)


async def _staff(witness: Witness, operator: httpx.AsyncClient, public: httpx.AsyncClient) -> None:
    """Values with their notes; what is refused of them."""
    said = {"value": 3, "source": f"{MARK} source", "note": f"{MARK} note"}
    (await operator.put(f"/indicators/{ROADS}/values/2023", json=said)).raise_for_status()
    await witness.refused(operator, "PUT", f"/indicators/{ROADS}/values/2023", json=said | {"value": MARK, MARK: 1})
    await witness.refused(operator, "PUT", f"/indicators/{ROADS}/values/2023", json=said | {"evidence": f"{MARK}:x"})
    await witness.refused(public, "GET", f"/surveys/{MARK}")
    for service in SERVICES:
        await witness.refused(operator, "POST", f"/operations/{service}/rebuild/{MARK}")
        await witness.refused(operator, "GET", f"/operations/{service}/dead-letters/{MARK}")


async def _told_by_operations(witness: Witness, operator: httpx.AsyncClient) -> None:
    for service in SERVICES:
        for method, path in (("GET", "status"), ("POST", "verify"), ("GET", "dead-letters")):
            reply = await operator.request(method, f"/operations/{service}/{path}")
            witness.told.append(reply.raise_for_status().text)


async def _loaded(operator: httpx.AsyncClient) -> None:
    (await operator.put(f"/plans/{PLAN}", json=a_plan())).raise_for_status()
    (await operator.post("/surveys/import?format=json", json=a_survey())).raise_for_status()
    (await operator.post(f"/surveys/{SURVEY}/open")).raise_for_status()


@asynccontextmanager
async def _a_process(folder: Path) -> AsyncIterator[tuple[str, Path]]:
    """A real `megdan up` that logs all it can into a file; its address and the file."""
    logged = folder.parent / "log"
    environment = {**os.environ, "MEGDAN_LOG_LEVEL": "debug", "MEGDAN_GATEWAY_FREE_FAILURES": "100"}
    command = [sys.executable, "-m", "deploy.cli", "up", "--data", str(folder), "--port", "0"]
    with logged.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log
        )
        assert process.stdout is not None
        said = ""
        async with asyncio.timeout(60):
            while (address := re.search(r"http://127\.0\.0\.1:\d+/$", said.strip())) is None:
                line = await process.stdout.readline()
                assert line, "it did not start"
                said += line.decode()
        try:
            yield address.group().rstrip("/"), logged
        finally:
            process.terminate()
            await process.communicate()


def _owner(folder: Path) -> httpx.AsyncClient:
    # A socket's address holds about a hundred bytes; from here it is short.
    transport = httpx.AsyncHTTPTransport(uds=os.path.relpath(folder / "megdan.sock"))
    return httpx.AsyncClient(transport=transport, base_url="http://megdan/api/v1", timeout=60)


async def test_nothing_that_tells_of_the_work_tells_of_people(tmp_path: Path) -> None:
    """P-70: logs at their fullest, refusals, metrics and operations' answers hold no answer, name, secret or id."""
    witness, folder = Witness(), tmp_path / "data"
    async with (
        _a_process(folder) as (address, logged),
        _owner(folder) as operator,
        httpx.AsyncClient(base_url=f"{address}/api/v1", timeout=60) as public,
    ):
        await _loaded(operator)
        for part in (_answering, _people, _staff):
            await part(witness, operator, public)
        await _told_by_operations(witness, operator)
        for path in ("/metrics", "/health/ready"):
            witness.told.append((await public.get(f"{address}{path}")).text)
    witness.told.append(logged.read_text())

    assert [] == witness.slips()
    assert "sign-in.refused" in witness.told[-1]
    assert "megdan_responses_accepted_total 35" in witness.told[-3]


async def test_no_event_and_no_dead_letter_tells_of_people(tmp_path: Path) -> None:
    """P-70: of everything that goes over the bus, and of what is set aside from it, nothing holds a mark."""
    witness = Witness()
    async with a_filled_town(tmp_path / "data") as peopled:
        town, seen = peopled.town, asyncio.Event()

        async def watch() -> None:
            async with town.system.bus.watch((SURVEYS, RESPONSES, MONITORING, REPORTING)) as messages:
                seen.set()
                async for message in messages:
                    witness.told.append((message.body or b"").decode("utf-8", "replace"))

        watching = asyncio.create_task(watch())
        await seen.wait()
        for part in (_answering, _people, _staff):
            await part(witness, town.operator, town.public)
        await town.settle()
        passed = len(witness.told)
        poison = [b"{" + MARK.encode(), b'{"type": "bg.megdan.surveys.response.submitted.v1", "data": {"x": "%b"}}']
        bodies = [poison[0], poison[1] % MARK.encode(), b"\xff" + MARK.encode()]
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await town.system.bus.publish(
            [Sealed(id=f"poison-{number}", topic=RESPONSES, key="k", body=body) for number, body in enumerate(bodies)]
        )
        await town.settle()
        await _told_by_operations(witness, town.operator)
        letters = (await town.operator.get("/operations/surveys/dead-letters")).json()["items"]

    assert [] == witness.slips()
    assert (True, 3) == (passed > 60, len(letters))
