"""Wiring of the reporting service."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import FastAPI
from pydantic import SecretStr

from services.reporting.api import ACCESS, evaluation_router
from services.reporting.handlers import SUBSCRIBES, folds, reactions
from services.reporting.kept import Kept
from services.reporting.settings import Settings
from services.reporting.store import Evaluations
from services.reporting.trees import Trees
from services.reporting.usecases import Desk
from shared.bus import Bus
from shared.clock import Clock
from shared.http import service_app
from shared.operations import OPERATIONS_ACCESS, operations_router
from shared.projections import Projector
from shared.store import Store
from shared.sweeps import Sweep

MOST_WRITTEN_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True)
class ReportingService:
    """A running reporting service."""

    app: FastAPI
    projector: Projector
    store: Store
    sweeps: Sequence[Sweep] = ()


def build(settings: Settings, store: Store, bus: Bus, secret: SecretStr, clock: Clock) -> ReportingService:
    """Put the service together; `secret` verifies who asks."""
    projector = Projector(store, bus, clock, topics=SUBSCRIBES, folds=folds(), reactions=reactions())
    limit = settings.kept_evaluations
    evaluations = Evaluations(store)
    trees = Trees(evaluations, projector.log, limit)
    desk = Desk(evaluations, projector.log, clock, trees, Kept(limit), Kept(limit, MOST_WRITTEN_BYTES, len))
    router = evaluation_router(desk)
    router.routes.extend(operations_router(projector, store).routes)
    app = service_app("reporting", router, {**ACCESS, **OPERATIONS_ACCESS}, secret, clock=clock)
    return ReportingService(app, projector, store)
