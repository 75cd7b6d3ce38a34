"""Pages of text: help, personal data, accessibility."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.pages.site import Site


def text_page(template: str) -> Callable[[Site, Request], Awaitable[Response]]:
    """Make the handler of a page that stands on its template alone."""

    async def show(site: Site, request: Request) -> Response:
        return site.page(request, template)

    return show
