"""The services by their names: how each is built from a store and a bus. The one table that every form reads."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from fastapi import FastAPI
from pydantic import SecretStr

from services.monitoring import app as monitoring
from services.monitoring.settings import Settings as MonitoringSettings
from services.reporting import app as reporting
from services.reporting.settings import Settings as ReportingSettings
from services.surveys import app as surveys
from services.surveys.settings import Settings as SurveysSettings
from shared.bus import Bus
from shared.clock import Clock
from shared.projections import Projector
from shared.store import Store
from shared.sweeps import Sweep


class Service(Protocol):
    """What a composition needs of a service."""

    @property
    def app(self) -> FastAPI: ...

    @property
    def projector(self) -> Projector: ...

    @property
    def store(self) -> Store: ...

    @property
    def sweeps(self) -> Sequence[Sweep]: ...


MEND_S = 5.0

Build = Callable[[Store, Bus, SecretStr, Clock], Service]

SERVICES: Mapping[str, Build] = {
    "surveys": lambda store, bus, secret, clock: surveys.build(SurveysSettings(), store, bus, secret, clock),
    "monitoring": lambda store, bus, secret, clock: monitoring.build(MonitoringSettings(), store, bus, secret, clock),
    "reporting": lambda store, bus, secret, clock: reporting.build(ReportingSettings(), store, bus, secret, clock),
}


def sweeps_of(name: str, service: Service) -> list[Sweep]:
    """A service's own sweeps, and the one that ends a rebuild which failed half-way."""
    return [*service.sweeps, Sweep(f"{name}.mend", MEND_S, service.projector.mend)]
