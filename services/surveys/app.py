"""Wiring of the surveys service."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from secrets import token_hex

from fastapi import FastAPI
from pydantic import SecretStr

from services.surveys.api import ACCESS, surveys_router
from services.surveys.handlers import SUBSCRIBES, folds, reactions
from services.surveys.settings import Settings
from services.surveys.store import NAME
from services.surveys.usecases.desk import desk
from services.surveys.usecases.drafts import sweep_drafts
from services.surveys.usecases.schedule import do_what_is_due
from shared.bus import Bus
from shared.clock import Clock
from shared.http import service_app
from shared.operations import OPERATIONS_ACCESS, operations_router
from shared.projections import Projector
from shared.store import Store
from shared.sweeps import Sweep
from shared.terms import Terms

_SALT_BYTES = 16


@dataclass(frozen=True)
class SurveysService:
    """A running surveys service."""

    app: FastAPI
    projector: Projector
    store: Store
    sweeps: Sequence[Sweep]


def build(settings: Settings, store: Store, bus: Bus, secret: SecretStr, clock: Clock) -> SurveysService:
    """Put the service together; `secret` verifies who asks, and keys the hashes of ids and receipts."""
    at = desk(store, secret, clock, settings, partial(token_hex, _SALT_BYTES))
    projector = Projector(
        store,
        bus,
        clock,
        topics=SUBSCRIBES,
        folds=folds(store, at.thresholds),
        reactions=reactions(at.documents),
    )
    router = surveys_router(at)
    router.routes.extend(operations_router(projector, store).routes)
    sweeps = (
        Sweep("surveys.due", settings.due_every_s, partial(do_what_is_due, at)),
        Sweep("surveys.drafts", settings.drafts_every_s, partial(sweep_drafts, at, Terms(clock))),
    )
    app = service_app(NAME, router, {**ACCESS, **OPERATIONS_ACCESS}, secret, clock=clock)
    return SurveysService(app, projector, store, sweeps)
