"""Which address shows which page. Every page stands twice: Bulgarian at /…, English at /en/…."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.gateway.pages import answering, evidence, home, indicator, plan, results, surveys
from services.gateway.pages.assets import Assets
from services.gateway.pages.backend import Backend, Json
from services.gateway.pages.faults import SERVER_ERRORS, told
from services.gateway.pages.look import Look
from services.gateway.pages.site import Handler, Site
from services.gateway.pages.texts import text_page
from services.gateway.pages.trajectory import Drawings
from shared.errors import MegdanError

UNPROCESSABLE = 422
ANSWER = "/surveys/{survey}/answer/{response}"

SHOWN: dict[str, Handler] = {
    "/": home.home,
    "/surveys": surveys.survey_list,
    "/surveys/{survey}": surveys.start,
    "/surveys/{survey}/results": results.results,
    f"{ANSWER}/{{number:int}}": answering.ask,
    f"{ANSWER}/check": answering.check,
    f"{ANSWER}/thanks": answering.thanks,
    "/withdraw": surveys.withdrawal_form,
    "/plans": plan.plan_list,
    "/plan/{plan}": plan.plan,
    "/plan/{plan}/evidence/{node}": evidence.evidence,
    "/indicators/{indicator}": indicator.indicator,
    "/help": text_page("help.html"),
    "/privacy": text_page("privacy.html"),
    "/accessibility": text_page("accessibility.html"),
}
TAKEN: dict[str, Handler] = {
    "/surveys/{survey}": answering.begin,
    f"{ANSWER}/{{number:int}}": answering.take,
    f"{ANSWER}/check": answering.submit,
    "/withdraw": surveys.withdraw,
}


class Pages:
    """The pages, ready to be mounted."""

    def __init__(self, backend: Backend, look: Look, cache: Path, clock: Callable[[], datetime]) -> None:
        """Make the assets and the routes. `cache` is a folder for what can be made again, `clock` tells UTC."""
        self._site = Site(backend, look, Assets(cache), Drawings(cache), clock)
        self.routes = [*self._routes("", SHOWN, "GET"), *self._routes("", TAKEN, "POST")]
        self.routes += [*self._routes("/en", SHOWN, "GET"), *self._routes("/en", TAKEN, "POST")]
        self.routes.append(Route("/static/{name}", self._site.assets.serve, methods=["GET"]))

    def render_error(self, request: Request, status: int, problem: Json | None = None) -> Response:
        """Show what went wrong, what is kept and what to do. `problem` is problem+json in the page's language."""
        view = told(status, problem or {}, self._site.words(request))
        return self._site.page(request, "error.html", status=status, **view)

    def render_signin(self, request: Request, *, fault: str | None = None, next: str = "/") -> Response:  # noqa: A002 - the name of the form's field
        """Show the sign-in form and what was wrong with the last try; it posts `user`, `password`, `next`, `csrf`."""
        return self._site.page(request, "signin.html", status=UNPROCESSABLE if fault else 200, fault=fault, next=next)

    def render_setup(self, request: Request, *, faults: Mapping[str, str] | None = None, user: str = "") -> Response:
        """Show the form of the first administrator; it posts `user`, `password`, `csrf`. `faults` by field."""
        status = UNPROCESSABLE if faults else 200
        summary = [(f"#{field}", message) for field, message in (faults or {}).items()]
        return self._site.page(request, "setup.html", status=status, faults=faults or {}, summary=summary, user=user)

    def _routes(self, prefix: str, handlers: dict[str, Handler], method: str) -> list[Route]:
        home = ["/en", "/en/"] if prefix else ["/"]
        return [
            Route(address, partial(self._answer, handler), methods=[method])
            for path, handler in handlers.items()
            for address in (home if path == "/" else [prefix + path])
        ]

    async def _answer(self, handler: Handler, request: Request) -> Response:
        """Run a page's handler; an error that its reader can do something about becomes a page."""
        try:
            return await handler(self._site, request)
        except MegdanError as error:
            words = self._site.words(request)
            detail = error.text.in_(words.language) if error.status < SERVER_ERRORS else ""
            return self.render_error(request, error.status, {"detail": detail})
