"""One site: what every page needs to be drawn."""

import gzip
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.gateway.pages.assets import Assets
from services.gateway.pages.backend import Backend, Json, Person
from services.gateway.pages.look import Look
from services.gateway.pages.trajectory import Drawings
from services.gateway.pages.words import Words
from shared.errors import NotFound
from shared.language import BULGARIAN, ENGLISH, Language, Text

TEMPLATES = Path(__file__).parent.parent / "templates"
HTMX_CONFIG = '{"includeIndicatorStyles":false,"allowEval":false,"historyCacheSize":0}'
OK = 200
PACKING = 5
NOTHING_HERE = Text(bg="Няма такава страница или тя не е за Вас.", en="There is no such page, or it is not for you.")


def language_of(request: Request) -> Language:
    """Pages under /en are English, all others Bulgarian."""
    path: str = request.scope["path"]
    return ENGLISH if path == "/en" or path.startswith("/en/") else BULGARIAN


def path_without_language(request: Request) -> str:
    """Return the path as it is in Bulgarian, as it may stand in a link: it never leads to another house."""
    path: str = request.scope["path"]
    bare = path.removeprefix("/en") if language_of(request) == ENGLISH else path
    # A browser takes what stands after two slashes, of either kind, for the name of a host.
    return "/" + quote(bare.lstrip("/\\"))


def environment() -> Environment:
    """Make the template environment: everything is escaped, whatever the file is called; a missing name is an error."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@dataclass
class Frame:
    """What the frame of a page shows: language, address, reader. It notes whether the page was made for one reader."""

    language: Language
    path: str
    query: str
    person: Person | None
    csrf: str
    private: bool = False

    def to(self, path: str, **query: str) -> str:
        """Return the address of a page in the language of this one."""
        prefix = "/en" if self.language == ENGLISH else ""
        base = prefix if prefix and path == "/" else prefix + path
        return f"{base}?{urlencode(query)}" if query else base

    @property
    def other(self) -> str:
        """The same page in the other language."""
        path = self.path if self.language == ENGLISH else "/en" + self.path.removesuffix("/")
        return path + (f"?{self.query}" if self.query else "")

    def token(self) -> str:
        """Return the CSRF token for a form; the page is then nobody else's."""
        self.private = True
        return self.csrf


def _packed(request: Request, html: str, headers: dict[str, str]) -> HTMLResponse:
    """Gzip a page that is the same for all. One with a token is not packed: its size would help to guess the token."""
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return HTMLResponse(html, headers=headers)
    packed = gzip.compress(html.encode(), PACKING)
    return HTMLResponse(packed, headers=headers | {"content-encoding": "gzip"})


@dataclass(frozen=True)
class Site:
    """Everything a page handler needs; `clock` gives the present in UTC."""

    backend: Backend
    look: Look
    assets: Assets
    drawings: Drawings
    clock: Callable[[], datetime]
    templates: Environment = field(default_factory=environment)

    def words(self, request: Request) -> Words:
        return Words(language_of(request), self.look.zone, self.clock())

    def frame(self, request: Request) -> Frame:
        person = getattr(request.state, "person", None)
        return Frame(
            language=language_of(request),
            path=path_without_language(request),
            query=request.scope["query_string"].decode("latin-1"),
            person=person,
            csrf=getattr(request.state, "csrf", ""),
            private=person is not None,
        )

    def page(self, request: Request, template: str, *, status: int = 200, **view: Any) -> HTMLResponse:  # noqa: ANN401 - a template takes what its page gives it
        """Draw a page. One made for its reader alone is kept by no cache."""
        frame, words = self.frame(request), self.words(request)
        html = self.templates.get_template(template).render(
            {"_": words.say, "n_": words.count, "w": words, "frame": frame, "to": frame.to, "look": self.look}
            | {"asset": self.assets.url, "htmx_config": HTMX_CONFIG}
            | view
        )
        headers = {"content-language": frame.language, "vary": "Accept-Encoding"}
        if frame.private or status != OK:
            return HTMLResponse(html, status, headers=headers | {"cache-control": "no-store"})
        return _packed(request, html, headers | {"cache-control": "public, max-age=0, must-revalidate"})

    def onward(self, request: Request, path: str) -> RedirectResponse:
        """Send the browser to a page of the same language after a POST."""
        return RedirectResponse(self.frame(request).to(path), 303, headers={"cache-control": "no-store"})

    async def found(self, request: Request, path: str) -> Json:
        """Ask a service for what a page stands on.

        Raises:
            NotFound: there is no such thing, or not for this reader.
        """
        answer = await self.backend.get(request, path)
        if answer is None:
            raise NotFound(NOTHING_HERE)
        return answer


Handler = Callable[[Site, Request], Awaitable[Response]]
