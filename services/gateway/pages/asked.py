"""Which evaluation a page's address asks for: as of a day, and as known at a time."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from starlette.requests import Request

from services.gateway.pages import figures
from services.gateway.pages.words import Words
from shared.errors import Invalid
from shared.language import Text

_DAY = re.compile(r"(?:19|20|21)\d\d-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"(?:19|20|21)\d\d-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
_PLUS_LOST = re.compile(r"(T\d\d:\d\d:\d\d(?:\.\d+)?) (\d\d:\d\d)$")


@dataclass(frozen=True)
class Asked:
    """The day judged (`as_of`) and what is held for known (`known`), as written; empty means today and now."""

    as_of: str = ""
    known: str = ""

    def __bool__(self) -> bool:
        return bool(self.as_of or self.known)

    @property
    def query(self) -> str:
        """The part of an address that asks for the same again, without its question mark."""
        return urlencode({name: said for name, said in (("as_of", self.as_of), ("known", self.known)) if said})

    def on(self, path: str) -> str:
        """Return an address that asks for the same."""
        return f"{path}?{self.query}" if self else path

    def known_in_words(self, words: Words) -> str:
        """Write until when things are held for known: a day, or a time."""
        if "T" not in self.known.upper():
            return words.day(self.known)
        return figures.whole_moment(figures.parsed_moment(self.known.upper()), words.zone, words.language)


def asked_by(request: Request) -> Asked:
    """Read what an address asks for.

    Raises:
        Invalid: ?as_of= is no day, or ?known= is neither a day nor a time with its zone.
    """
    return Asked(_as_of(request.query_params.get("as_of", "")), _known(request.query_params.get("known", "")))


def _as_of(written: str) -> str:
    if written and not _is_day(written):
        raise Invalid(
            Text(
                bg=f"„{written[:40]}“ не е ден за оценка. Пише се като 2020-12-31, от 1900 до 2199 г.",
                en=f"“{written[:40]}” is no day to evaluate a plan as of. Write 2020-12-31, from 1900 to 2199.",
            )
        )
    return written


def _known(written: str) -> str:
    written = _PLUS_LOST.sub(r"\1+\2", written)
    if written and not _is_day(written) and not _is_time(written):
        raise Invalid(
            Text(
                bg=f"„{written[:40]}“ не е дата или момент. Пише се 2020-12-31 или 2020-12-31T18:30:00Z.",
                en=f"“{written[:40]}” is no date or time. Write 2020-12-31 or 2020-12-31T18:30:00Z.",
            )
        )
    return written


def _is_day(written: str) -> bool:
    try:
        return bool(_DAY.fullmatch(written) and date.fromisoformat(written))
    except ValueError:
        return False


def _is_time(written: str) -> bool:
    try:
        return bool(_TIME.fullmatch(written) and datetime.fromisoformat(written.upper()))
    except ValueError:
        return False
