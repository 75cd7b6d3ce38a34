"""Signing in and out on the pages."""

from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from services.gateway.edge.caller import Caller
from services.gateway.edge.client import Client
from services.gateway.edge.cookies import no_session_cookie, session_cookie
from services.gateway.edge.forgery import MOST_FIELDS
from services.gateway.edge.forwarding import CALLER, CLIENT
from services.gateway.pages import Pages
from services.gateway.settings import Settings
from services.gateway.usecases.sessions import Sessions
from shared.errors import MegdanError, Unauthorised
from shared.language import BULGARIAN, ENGLISH, Language

NO_STORE = {"cache-control": "no-store"}
LONGEST_NEXT = 2000


def safe_next(wanted: str | None, home: str) -> str:
    """Return where to go after signing in: an address of this site, or home whatever else was asked for."""
    address = wanted or home
    odd = any(letter == "\\" or not letter.isprintable() or letter.isspace() for letter in address)
    if odd or not address.startswith("/") or address.startswith("//") or len(address) > LONGEST_NEXT:
        return home
    return address


def language_of(request: Request) -> Language:
    """The language of a page, by its address."""
    return ENGLISH if request.scope["path"].startswith("/en/") else BULGARIAN


def home_of(request: Request) -> str:
    """The home page in the page's language."""
    return "/en" if language_of(request) == ENGLISH else "/"


@dataclass(frozen=True)
class SigningIn:
    """The handlers of /signin and /signout."""

    sessions: Sessions
    pages: Pages
    settings: Settings

    def routes(self) -> list[Route]:
        return [
            route
            for prefix in ("", "/en")
            for route in (
                Route(f"{prefix}/signin", self.show, methods=["GET"]),
                Route(f"{prefix}/signin", self.sign_in, methods=["POST"]),
                Route(f"{prefix}/signout", self.sign_out, methods=["POST"]),
            )
        ]

    async def show(self, request: Request) -> Response:
        """Show the form; whoever has signed in goes on."""
        onward = safe_next(request.query_params.get("next"), home_of(request))
        caller: Caller = request.scope[CALLER]
        if caller.session:
            return RedirectResponse(onward, 303, NO_STORE)
        return self.pages.render_signin(request, next=onward)

    async def sign_in(self, request: Request) -> Response:
        """Begin a session under a new id, or show the form with what was wrong."""
        form = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=MOST_FIELDS)
        name, password, wanted = (form.get(field, [""])[0] for field in ("user", "password", "next"))
        onward = safe_next(wanted, home_of(request))
        client: Client = request.scope[CLIENT]
        try:
            signed_in = await self.sessions.sign_in(name, password, client.key)
        except MegdanError as error:
            return self._again(request, error, onward)
        await self._end(request)
        cookie = session_cookie(signed_in.cookie, self.settings.session_longest_s)
        return RedirectResponse(onward, 303, {**NO_STORE, "set-cookie": cookie})

    async def sign_out(self, request: Request) -> Response:
        """End the session and go home."""
        await self._end(request)
        return RedirectResponse(home_of(request), 303, {**NO_STORE, "set-cookie": no_session_cookie()})

    async def _end(self, request: Request) -> None:
        caller: Caller = request.scope[CALLER]
        if caller.session:
            await self.sessions.end(caller.session)

    def _again(self, request: Request, error: MegdanError, onward: str) -> Response:
        response = self.pages.render_signin(request, fault=error.text.in_(language_of(request)), next=onward)
        if not isinstance(error, Unauthorised):
            response.status_code = error.status
        if error.retry_after_s is not None:
            response.headers["retry-after"] = str(error.retry_after_s)
        return response
