"""Writes that another site makes a browser send in somebody's name: told by their origin, their form, their token."""

import hmac
from urllib.parse import parse_qsl, urlsplit

from services.gateway.edge.caller import Caller
from services.gateway.edge.headers import Headers
from shared.errors import Forbidden
from shared.language import Text

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")
FIELD = "csrf"
MOST_FIELDS = 2000


class NotFromHere(Forbidden):
    def __init__(self) -> None:
        super().__init__(
            Text(
                bg="Заявката идва от друг сайт и не е изпълнена.",
                en="The request comes from another site and was not carried out.",
            )
        )


class FormIsTooOld(Forbidden):
    def __init__(self) -> None:
        super().__init__(
            Text(
                bg="Страницата е стояла отворена твърде дълго. Заредете я отново и повторете.",
                en="The page was open for too long. Load it again and repeat.",
            )
        )


class NoCookie(Forbidden):
    def __init__(self) -> None:
        super().__init__(
            Text(
                bg="Браузърът не прати бисквитката, с която се пази формулярът. Разрешете бисквитките за този сайт, "
                "проверете дали адресът започва с https:// и заредете страницата отново.",
                en="The browser did not send the cookie that protects the form. Allow cookies for this site, check "
                "that the address starts with https:// and load the page again.",
            )
        )


class TakesNoForms(Forbidden):
    def __init__(self) -> None:
        super().__init__(
            Text(
                bg="Тук не се приемат данни от форми. Изпратете JSON или файл с неговия тип.",
                en="No form types are taken here. Send JSON, or a file with its type.",
            )
        )


def check_origin(headers: Headers) -> None:
    """Raise NotFromHere for a write that a browser says comes from another site."""
    site = headers.text(b"sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        raise NotFromHere
    origin = headers.text(b"origin")
    if origin is not None and urlsplit(origin).netloc.lower() != (headers.text(b"host") or "").lower():
        raise NotFromHere


def check_api_write(caller: Caller, headers: Headers) -> None:
    """Check a write to the API that no bearer token speaks for. Raises Forbidden."""
    check_origin(headers)
    if (headers.text(b"content-type") or "").split(";")[0].strip().lower() in FORM_TYPES:
        raise TakesNoForms
    if caller.session:
        check_token(caller.csrf, headers.text(b"x-csrf-token"))


def check_token(expected: str, shown: str | None) -> None:
    """Raise FormIsTooOld unless the token of a form or header is the expected one."""
    if not expected or not hmac.compare_digest(expected.encode(), (shown or "").encode()):
        raise FormIsTooOld


def form_token(body: bytes) -> str | None:
    """Find the token in a form's body; None where there is none or what came is no form."""
    try:
        fields = parse_qsl(body.decode("ascii"), max_num_fields=MOST_FIELDS)
    except ValueError:
        return None
    return next((value for name, value in fields if name == FIELD), None)
