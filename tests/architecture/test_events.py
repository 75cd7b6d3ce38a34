"""Events run one way: surveys → monitoring → reporting → gateway, without cycles."""

from collections.abc import Iterator, Mapping

import pytest
from pydantic import SecretStr

from deploy.services import SERVICES, Service
from services.gateway.live.notices import WATCHED
from shared.bus.memory import MemoryBus
from shared.clock import system_clock
from shared.events.base import Event
from shared.events.registry import BY_TYPE, CONTRACTS, TOPICS
from shared.store.memory import MemoryStore

ORDER = ("surveys", "monitoring", "reporting", "gateway")


@pytest.fixture
def services() -> Mapping[str, Service]:
    bus = MemoryBus(system_clock)
    return {
        name: build(MemoryStore(name, system_clock), bus, SecretStr("k"), system_clock)
        for name, build in SERVICES.items()
    }


def maker_of(contract: type[Event]) -> str:
    return contract.TYPE.split(".")[2]


def consumed(service: Service) -> Iterator[type[Event]]:
    for fold in service.projector.folds.values():
        yield from fold.on
    for reaction in service.projector.reactions.values():
        yield from reaction.on


def test_no_service_hears_of_one_that_comes_after_it(services: Mapping[str, Service]) -> None:
    """Whoever consumes an event is its maker or comes after it in the order."""
    backwards = [
        f"{name} consumes {contract.TYPE}"
        for name, service in services.items()
        for contract in consumed(service)
        if ORDER.index(maker_of(contract)) > ORDER.index(name)
    ]

    assert [] == backwards


def test_what_is_handled_is_subscribed(services: Mapping[str, Service]) -> None:
    """A fold or reaction on an event whose topic is not subscribed would never run."""
    deaf = [
        f"{name} does not subscribe {contract.TOPIC}"
        for name, service in services.items()
        for contract in consumed(service)
        if contract.TOPIC not in service.projector.topics
    ]

    assert [] == deaf


def test_topics_are_the_promised_ones() -> None:
    """The streams are those that the interface names, and live pages watch nothing else."""
    assert {"megdan.surveys", "megdan.responses", "megdan.monitoring", "megdan.reporting"} == set(TOPICS)
    assert set(WATCHED) <= set(TOPICS)


def test_types_say_who_made_them() -> None:
    """A type is bg.megdan.<service>.<thing>.<past tense>.v<N>, and unique."""
    assert len(CONTRACTS) == len(BY_TYPE)
    assert set(ORDER[:3]) == {maker_of(contract) for contract in CONTRACTS}
