"""What the log notes of entries that came together."""

import pytest

from shared.projections import Projector
from tests.unit.shared.counting import SHARD, Service, a_message


async def followed(projector: Projector) -> dict[str, bool]:
    return {entry.envelope.id: entry.more for entry in await projector.log.entries(str(SHARD), after=0)}


async def test_all_but_the_last_of_a_key_are_followed() -> None:
    """P-25: of events of one key that came together the last one says that no more follow: it completes the step."""
    service = Service()

    await service.projector.handle(SHARD, [a_message(1), a_message(2), a_message(3)])

    assert {"e1": True, "e2": True, "e3": False} == await followed(service.projector)


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_repeat_is_nobodys_follower(restarts: bool) -> None:  # noqa: FBT001 - pytest's
    """P-25: a relay's repeat behind a new event does not have the step wait that the new one completes."""
    service = Service()
    await service.projector.handle(SHARD, [a_message(1)])
    if restarts:
        service.restart()

    await service.projector.handle(SHARD, [a_message(2), a_message(1)])

    assert {"e1": False, "e2": False} == await followed(service.projector)
