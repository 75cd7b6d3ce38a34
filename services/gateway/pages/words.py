"""The words of the pages. Bulgarian is written in place and is the key; English lies in locales/en.po."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from markupsafe import Markup, escape

from services.gateway.pages import figures
from shared.language import ENGLISH, Language, Text

LOCALES = Path(__file__).parent.parent / "locales"

Said = Text | Mapping[str, Any]  # Any: a text as a service sends it, {"bg": …, "en": …}


def later(text: str) -> str:
    """Mark a text that is said elsewhere, so that it is found for translation."""
    return text


@lru_cache
def english() -> GNUTranslations:
    """Compile the English catalogue in memory: nothing is generated into the tree."""
    compiled = BytesIO()
    with (LOCALES / "en.po").open("rb") as written:
        write_mo(compiled, read_po(written, locale="en"))
    compiled.seek(0)
    return GNUTranslations(compiled)


def pick(text: Said, language: Language) -> tuple[str, Language]:
    """Return a text in the language asked for, or in Bulgarian, and the language that it is in."""
    both = text.model_dump() if isinstance(text, Text) else text
    wanted = both.get("en") if language == ENGLISH else None
    return (str(wanted), "en") if wanted else (str(both["bg"]), "bg")


@dataclass(frozen=True)
class Words:
    """One page's language: what it says, and how it writes figures and times."""

    language: Language
    zone: tzinfo
    now: datetime

    @property
    def _catalogue(self) -> NullTranslations:
        return english() if self.language == ENGLISH else NullTranslations()

    def say(self, text: str, /, **parts: object) -> str:
        """Say a sentence, with its `{parts}` filled in."""
        said = self._catalogue.gettext(text)
        return said.format(**parts) if parts else said

    def count(self, one: str, many: str, n: int, **parts: object) -> str:
        """Say a sentence with a number in it, in the form that the number asks for."""
        return self._catalogue.ngettext(one, many, n).format(n=self.number(n), **parts)

    def plain(self, text: Said) -> str:
        """Return somebody's text for an attribute or a title."""
        return pick(text, self.language)[0]

    def text(self, text: Said) -> Markup:
        """Return somebody's text for the page, marked where it is not in the page's language."""
        said, language = pick(text, self.language)
        if language == self.language:
            return escape(said)
        return Markup('<span lang="{}">{}</span>').format(language, said)

    def number(self, value: float, decimals: int | None = None) -> str:
        return figures.number(value, self.language, decimals)

    def percent(self, share: float, decimals: int = 0) -> str:
        return figures.percent(share, self.language, decimals)

    def signed(self, value: float, decimals: int = 0) -> str:
        return figures.signed(value, self.language, decimals)

    def day(self, when: date | str) -> str:
        return figures.day(date.fromisoformat(when[:10]) if isinstance(when, str) else when, self.language)

    def moment(self, when: str) -> str:
        return figures.moment(figures.parsed_moment(when), self.zone, self.now, self.language)
