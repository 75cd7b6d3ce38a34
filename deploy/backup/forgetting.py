"""What was erased after a backup is erased again in what it brings back, before anybody is served."""

from collections.abc import AsyncIterator

from pydantic import SecretStr

from deploy.backup.ledger import mark_of
from deploy.data_folder import DataFolder
from deploy.embedded import System, embedded
from services.gateway.domain.accounts import User
from services.surveys.domain.responses import Response
from services.surveys.store import Collections, collections
from shared.clock import Clock
from shared.projections import ALL
from shared.store import Query


async def forget_again(folder: DataFolder, marks: frozenset[str], secret: SecretStr, clock: Clock) -> int:
    """Erase the accounts and withdraw the responses that a ledger names, and wait until nothing of them is left."""
    forgotten = 0
    async with embedded(folder, clock) as system:
        async for user in _users(system):
            if mark_of(secret, "account", user.id) in marks:
                await system.gateway.house.erasing.erase_whoever_it_is(user)
                forgotten += 1
        documents = collections(system.services["surveys"].store)
        async for response in _given(documents):
            if mark_of(secret, "response", response.id) in marks:
                withdrawn, event = response.withdrawn()
                await documents.responses.replace(withdrawn, events=[event])
                forgotten += 1
        await system.quiet()
    return forgotten


async def _users(system: System) -> AsyncIterator[User]:
    after: str | None = None
    while True:
        page = await system.gateway.house.accounts.page(1000, after)
        for user in page.items:
            yield user
        after = page.next
        if after is None:
            return


async def _given(documents: Collections) -> AsyncIterator[Response]:
    after: str | None = None
    while True:
        page = await documents.surveys.find(Query(ALL, after=after, limit=1000))
        for survey in page.items:
            async for response in documents.responses_of(survey.id):
                if response.state == "given":
                    yield response
        after = page.next
        if after is None:
            return
