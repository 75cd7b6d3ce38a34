"""The pages in a test: a client that speaks to them in process, over made-up figures."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from services.gateway.pages import Look, Person
from tests.browser.fixtures import FakeBackend
from tests.browser.preview import LOOK, preview

SURVEY = "/surveys/vision-2020"
KINDS = "/surveys/all-kinds"
PLAN = "/plan/balchik-2014-2020"


@asynccontextmanager
async def pages_client(
    cache: Path, backend: FakeBackend | None = None, look: Look = LOOK, person: Person | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """Open a client; its addresses are https, so that secure cookies come back."""
    transport = httpx.ASGITransport(preview(backend or FakeBackend(), cache, look, person))
    async with httpx.AsyncClient(transport=transport, base_url="https://megdan.test") as client:
        yield client


async def started(client: httpx.AsyncClient, survey: str = SURVEY) -> str:
    """Start a survey and return the address of its first page."""
    reply = await client.post(survey, data={"csrf": "a-token"})
    return str(reply.headers["location"])
