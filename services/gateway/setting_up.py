"""The first administrator's page: behind the link that is printed at the start, used once."""

from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from services.gateway.edge.client import Client
from services.gateway.edge.cookies import session_cookie
from services.gateway.edge.forgery import MOST_FIELDS
from services.gateway.edge.forwarding import CLIENT
from services.gateway.pages import Pages
from services.gateway.settings import Settings
from services.gateway.signing_in import NO_STORE, home_of, language_of
from services.gateway.usecases.sessions import Sessions
from services.gateway.usecases.setup import FirstAdministrator
from shared.errors import Invalid, MegdanError


@dataclass(frozen=True)
class SettingUp:
    """The handlers of /setup/{token}."""

    first: FirstAdministrator
    sessions: Sessions
    pages: Pages
    settings: Settings

    def routes(self) -> list[Route]:
        return [
            route
            for prefix in ("", "/en")
            for route in (
                Route(f"{prefix}/setup/{{token}}", self.show, methods=["GET"]),
                Route(f"{prefix}/setup/{{token}}", self.add, methods=["POST"]),
            )
        ]

    async def show(self, request: Request) -> Response:
        """Show the form while the link holds. Raises LinkIsDead."""
        await self.first.check(request.path_params["token"])
        return self.pages.render_setup(request)

    async def add(self, request: Request) -> Response:
        """Make the account and sign in, or show the form with what was wrong. Raises LinkIsDead."""
        form = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=MOST_FIELDS)
        name, password = (form.get(field, [""])[0] for field in ("user", "password"))
        try:
            await self.first.add(request.path_params["token"], name, password)
        except Invalid as error:
            return self._again(request, error, name)
        client: Client = request.scope[CLIENT]
        signed_in = await self.sessions.sign_in(name, password, client.key)
        cookie = session_cookie(signed_in.cookie, self.settings.session_longest_s)
        return RedirectResponse(home_of(request), 303, {**NO_STORE, "set-cookie": cookie})

    def _again(self, request: Request, error: MegdanError, name: str) -> Response:
        language = language_of(request)
        faults = {fault.pointer.removeprefix("/"): fault.message.in_(language) for fault in error.errors}
        return self.pages.render_setup(request, faults=faults or {"user": error.text.in_(language)}, user=name)
