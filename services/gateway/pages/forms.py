"""What a page's form sent, and what a service says of it."""

from urllib.parse import parse_qs

from starlette.requests import Request

from services.gateway.pages.backend import Reply
from shared.errors import Conflict, Forbidden, Invalid, MegdanError, NotFound, TooLarge, TooMany, Unavailable
from shared.language import Text

MOST_BYTES = 1_000_000
MOST_FIELDS = 2_000
UNREADABLE = Text(bg="Формулярът не се чете. Опитайте отново.", en="The form can't be read. Try again.")
REFUSALS: tuple[type[MegdanError], ...] = (Conflict, Forbidden, Invalid, NotFound, TooLarge, TooMany, Unavailable)


async def sent(request: Request) -> dict[str, list[str]]:
    """Read an urlencoded form: every value of every field, empty ones too.

    Raises:
        TooLarge: more than 1 MB, counted as it comes.
        Invalid: not UTF-8, or more than 2,000 fields.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise TooLarge(Text(bg="Изпратеното е твърде голямо.", en="What was sent is too large."))
    try:
        return parse_qs(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as reason:
        raise Invalid(UNREADABLE) from reason


def value(form: dict[str, list[str]], name: str) -> str:
    """Return the first value of a field, or nothing."""
    return next(iter(form.get(name, ())), "")


def refusal(reply: Reply) -> MegdanError:
    """Turn a service's refusal into the error that a page shows; its words come in the reader's language already."""
    detail = str(reply.body.get("detail") or reply.body.get("title") or UNREADABLE.bg)
    kind = next((kind for kind in REFUSALS if kind.status == reply.status), Unavailable)
    return kind(Text(bg=detail, en=detail))
