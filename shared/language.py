"""The two languages that everybody who looks at Megdan may read."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

Language = Literal["bg", "en"]

BULGARIAN: Language = "bg"
ENGLISH: Language = "en"


class Text(BaseModel):
    """A text in both languages; Bulgarian is required and stands in where there is no English."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bg: Annotated[str, StringConstraints(min_length=1, max_length=4000)]
    en: Annotated[str, StringConstraints(max_length=4000)] | None = None

    def in_(self, language: Language) -> str:
        """Return the text in the language asked for, or in Bulgarian."""
        return (self.en or self.bg) if language == ENGLISH else self.bg


def preferred(accept_language: str | None) -> Language:
    """Read an Accept-Language header: English only if it is named before Bulgarian or Bulgarian is not named at all."""
    names = [part.split(";")[0].strip().lower()[:2] for part in (accept_language or "").split(",")]
    known = [name for name in names if name in (BULGARIAN, ENGLISH)]
    return ENGLISH if known and known[0] == ENGLISH else BULGARIAN
