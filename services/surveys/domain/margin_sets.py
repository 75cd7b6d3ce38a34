"""Known margins: how many people of the population stand behind each code of the weighting questions."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from services.surveys.domain.questionnaire import Code, MarginsId, Name, Piece, Questionnaire
from services.surveys.domain.reading import pointer
from shared.errors import FieldError, NotFound
from shared.language import Text
from shared.store import Document

People = Annotated[int | float, Field(ge=0)]
Population = Annotated[Mapping[Code, People], Field(min_length=2, max_length=500)]


class NoSuchMargins(NotFound):
    """There are no margins of this id."""

    def __init__(self) -> None:
        super().__init__(Text(bg="Няма такива известни данни за населението.", en="There are no such margins."))


class MarginSet(Piece):
    """Margins as an expert gives them, with their source; `derived` names questions whose figures are worked out."""

    id: MarginsId
    title: Text
    source: Text
    note: Text | None = None
    derived: tuple[Name, ...] = ()
    derived_source: Text | None = None
    margins: Annotated[Mapping[Name, Population], Field(min_length=1, max_length=20)]


class KeptMargins(Document):
    """A margin set as it is stored."""

    given: MarginSet
    changed_at: str


def unmatched(questionnaire: Questionnaire, given: MarginSet | None) -> Iterator[FieldError]:
    """Tell where a questionnaire's weighting questions and the margins don't fit together."""
    known = given.margins if given is not None else {}
    for at, name in enumerate(questionnaire.weight_to):
        question = questionnaire.question(name)
        missing = set(question.codes) - set(known.get(name, {})) if question else set()
        if missing:
            yield FieldError(
                pointer("weight_to", at),
                Text(
                    bg=f"За „{name}“ няма известни данни за всички отговори. Допълнете ги или махнете въпроса.",
                    en=f"The margins don't hold every answer of “{name}”. Complete them, or leave out the question.",
                ),
            )
