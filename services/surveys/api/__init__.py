"""HTTP in: the router of the surveys service, and who may call what."""

from fastapi import APIRouter

from services.surveys.api import drafts, margins, responses, results, surveys
from services.surveys.usecases.desk import Desk
from shared.http import EVERYBODY, STAFF, Access, Role

_EXPERT: frozenset[Role] = frozenset({"expert"})
_SIGNED_IN: frozenset[Role] = STAFF | {"citizen"}

ACCESS: Access = {
    ("GET", "/surveys"): EVERYBODY,
    ("GET", "/surveys/~mine"): _SIGNED_IN,
    ("GET", "/surveys/{survey}"): EVERYBODY,
    ("PUT", "/surveys/{survey}"): _EXPERT,
    ("POST", "/surveys/import"): _EXPERT,
    ("POST", "/surveys/{survey}/open"): _EXPERT,
    ("POST", "/surveys/{survey}/close"): _EXPERT,
    ("PUT", "/surveys/{survey}/responses/{response}"): EVERYBODY,
    ("POST", "/withdrawals"): EVERYBODY,
    ("PUT", "/surveys/{survey}/drafts/{response}"): EVERYBODY,
    ("GET", "/surveys/{survey}/drafts/{response}"): EVERYBODY,
    ("POST", "/surveys/{survey}/responses/import"): _EXPERT,
    ("GET", "/surveys/{survey}/responses.csv"): _EXPERT,
    ("GET", "/surveys/{survey}/responses.xlsx"): _EXPERT,
    ("GET", "/surveys/{survey}/results"): EVERYBODY,
    ("PUT", "/margins/{margins}"): _EXPERT,
    ("GET", "/margins/{margins}"): _EXPERT,
}


def surveys_router(desk: Desk) -> APIRouter:
    """Make all endpoints of the service."""
    router = APIRouter(tags=["surveys"])
    for room in (surveys, responses, drafts, results, margins):
        room.add_to(router, desk)
    return router
