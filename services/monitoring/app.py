"""Wiring of the monitoring service."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from fastapi import APIRouter, FastAPI
from pydantic import SecretStr

from services.monitoring.api import ACCESS, monitoring_router
from services.monitoring.files_api import files_router
from services.monitoring.handlers import SUBSCRIBES, folds, reactions
from services.monitoring.settings import Settings
from services.monitoring.store import collections
from services.monitoring.usecases.desk import Desk
from services.monitoring.usecases.plan_files import finish_what_was_left
from services.monitoring.usecases.staleness import tell_stale_values
from shared.bus import Bus
from shared.clock import Clock
from shared.http import service_app
from shared.operations import OPERATIONS_ACCESS, operations_router
from shared.projections import Projector
from shared.store import Store
from shared.sweeps import Sweep


@dataclass(frozen=True)
class MonitoringService:
    """A running monitoring service."""

    app: FastAPI
    projector: Projector
    store: Store
    sweeps: Sequence[Sweep] = ()


def build(settings: Settings, store: Store, bus: Bus, secret: SecretStr, clock: Clock) -> MonitoringService:
    """Put the service together; `secret` verifies who asks, and makes the pseudonyms that events speak of."""
    desk = Desk(collections(store), clock, secret)
    projector = Projector(store, bus, clock, topics=SUBSCRIBES, folds=folds(), reactions=reactions(desk))
    parts = (monitoring_router(desk), files_router(desk), operations_router(projector, store))
    router = APIRouter(routes=[route for part in parts for route in part.routes])
    app = service_app("monitoring", router, {**ACCESS, **OPERATIONS_ACCESS}, secret, clock=clock)
    sweeps = (
        Sweep("stale values", settings.stale_sweep_s, partial(tell_stale_values, desk)),
        Sweep("cut off imports", settings.import_sweep_s, partial(finish_what_was_left, desk)),
    )
    return MonitoringService(app, projector, store, sweeps)
