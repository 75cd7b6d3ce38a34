"""Every word of the pages stands in both languages."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from services.gateway.pages.site import TEMPLATES
from services.gateway.pages.words import LOCALES, Words, later

PYTHON = Path(TEMPLATES).parent / "pages"
IN_PYTHON = {"say": None, "later": None, "count": (1, 2)}


def _said() -> Iterator[str]:
    for path in PYTHON.glob("*.py"):
        for _, message, _, _ in extract_from_file("python", path, keywords=IN_PYTHON):
            yield message if isinstance(message, str) else message[0]
    for path in TEMPLATES.glob("*.html"):
        with path.open("rb") as template:
            for _, _, said, _ in babel_extract(template, ("_", "n_"), [], {}):
                first = said[0] if isinstance(said, tuple) else said
                if first:
                    yield first


def _english() -> dict[str, tuple[str, ...]]:
    with (LOCALES / "en.po").open("rb") as written:
        catalogue = read_po(written, locale="en")
    return {_key(m.id): m.string if isinstance(m.string, tuple) else (str(m.string),) for m in catalogue if m.id}


def _key(message: object) -> str:
    return str(message[0]) if isinstance(message, list | tuple) else str(message)


def the_words(language: str) -> Words:
    return Words("en" if language == "en" else "bg", UTC, datetime(2026, 11, 25, tzinfo=UTC))


def test_everything_that_is_said_has_english() -> None:
    """No sentence of a template or a handler lacks its translation, and none of these is empty."""
    english = _english()

    assert [] == sorted({said for said in _said() if not all(english.get(said, ("",)))})


def test_nothing_is_translated_that_is_not_said() -> None:
    """The catalogue holds no leftovers."""
    assert set() == set(_english()) - set(_said())


def test_the_parts_of_a_sentence_are_the_same_in_both_languages() -> None:
    """A translation fills in what the sentence fills in."""
    parts = {key: {said.count("{") for said in (key, *english)} for key, english in _english().items()}

    assert {} == {key: counts for key, counts in parts.items() if len(counts) > 1}


@pytest.mark.parametrize(
    ("language", "n", "said"),
    [("bg", 1, "1 въпрос"), ("bg", 21, "21 въпроса"), ("en", 1, "1 question"), ("en", 2, "2 questions")],
)
def test_a_number_takes_the_right_form(language: str, n: int, said: str) -> None:
    """One thing is counted as one, more as many."""
    assert said == the_words(language).count("{n} въпрос", "{n} въпроса", n)


def test_a_text_without_english_is_marked() -> None:
    """On an English page a Bulgarian text carries its language, and is escaped."""
    assert '<span lang="bg">Път &lt;1&gt;</span>' == str(the_words("en").text({"bg": "Път <1>"}))


def test_what_is_said_later_stays_as_it_is() -> None:
    """Marking a text for translation does not change it."""
    assert later("Вход") == "Вход"
