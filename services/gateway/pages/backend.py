"""What the pages ask of the rest of the gateway: who reads, and the services' answers in that reader's name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from starlette.requests import Request

Json = Mapping[str, Any]  # Any: a service's answer as JSON; its shapes are promised by the services' interface


@dataclass(frozen=True)
class Person:
    """Whoever is signed in, as pages name them; found in `request.state.person`, which is None for a visitor."""

    name: str
    roles: frozenset[str]
    unit: str | None = None


@dataclass(frozen=True)
class Reply:
    """A service's answer to a write: its HTTP status and its body, problem+json where the status is 4xx."""

    status: int
    body: Json = field(default_factory=dict)


class Backend(Protocol):
    """The services behind the gateway. Paths are those of the API without its prefix, query included.

    Answers come in the language of the page (`/en/…` English, else Bulgarian) and by the rights of its reader.
    """

    async def get(self, request: Request, path: str) -> Json | None:
        """Return what is there; None where there is nothing, or nothing for this reader (404).

        Raises:
            MegdanError: with the service's status, for any other answer than 200 and 404.
        """
        ...

    async def send(self, request: Request, method: Literal["PUT", "POST", "DELETE"], path: str, body: Json) -> Reply:
        """Pass a write on and return its answer, refusals (4xx) included.

        Raises:
            Unavailable: the service can't be reached.
        """
        ...
