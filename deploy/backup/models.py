"""Every collection of every service, as the services declare them."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import SecretStr

from deploy.services import SERVICES
from services.gateway.store import Records
from shared.bus.memory import MemoryBus
from shared.clock import system_clock
from shared.store import CollectionOf, Document
from shared.store.memory import MemoryCollection, MemoryStore

D = TypeVar("D", bound=Document)

Collections = Mapping[tuple[str, str], CollectionOf[Any]]  # documents of many kinds


class _Noting(MemoryStore):
    """A store that remembers what was declared to it."""

    def __init__(self, source: str) -> None:
        super().__init__(source, system_clock)
        self.declared: dict[str, CollectionOf[Any]] = {}  # documents of many kinds

    def collection(self, of: CollectionOf[D]) -> MemoryCollection[D]:
        self.declared[of.name] = of
        return super().collection(of)


def declared() -> Collections:
    """The collections by service and name."""
    stores = {name: _Noting(name) for name in (*SERVICES, "gateway")}
    for name, build in SERVICES.items():
        build(stores[name], MemoryBus(system_clock), SecretStr("nobody's"), system_clock)
    Records(stores["gateway"])
    return {(service, name): of for service, store in stores.items() for name, of in store.declared.items()}
