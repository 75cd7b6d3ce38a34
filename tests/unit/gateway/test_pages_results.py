"""What a survey's results say: what is hidden, who answered, who reads."""

from pathlib import Path
from typing import Any

import pytest

from services.gateway.pages import Json, Person
from services.gateway.pages.counting import as_given
from services.gateway.pages.result_figures import figures_of
from tests.browser.fixtures import FakeBackend
from tests.unit.gateway.pages_client import SURVEY, pages_client
from tests.unit.gateway.test_pages_sitting import the_words

HIDDEN = {"count": None, "share": None, "low": None, "high": None, "hidden": True}
MATRIX = {
    "id": "importance",
    "kind": "matrix",
    "text": {"bg": "Колко важно?"},
    "low": 1,
    "high": 5,
    "rows": [{"code": "water", "text": {"bg": "Вода"}}, {"code": "roads", "text": {"bg": "Пътища"}}],
}
AGE = {
    "id": "age",
    "kind": "single",
    "text": {"bg": "На колко години сте?"},
    "choices": [{"code": "young", "text": {"bg": "млади"}}, {"code": "old", "text": {"bg": "стари"}}],
}


def step(code: int, share: float | None) -> dict[str, Any]:
    if share is None:
        return {"code": str(code)} | HIDDEN
    return {"code": str(code), "count": int(share * 100), "share": share, "low": share, "high": share}


def a_row(row: str, *shares: float | None) -> dict[str, Any]:
    return {"row": row, "n": 100, "mean": 4.0, "choices": [step(code, share) for code, share in enumerate(shares, 1)]}


def drawn(asked: Json, figures: Json, weight_to: tuple[str, ...] = ()) -> Any:  # a Figure, its table in any shape
    survey = {"weight_to": weight_to, "pages": [{"id": "p", "questions": [asked]}]}
    return figures_of(survey, {"questions": [{"id": asked["id"], "n": 100, **figures}]}, the_words())[0]


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ((None, None, 0.2, 0.4, 0.3), "1–2: скрито поради малък брой"),
        ((None, 0.2, 0.2, None, None), "1, 4–5: скрито поради малък брой"),
    ],
)
def test_a_row_with_hidden_steps_is_drawn(shares: tuple[float | None, ...], said: str) -> None:
    """What is shown has its bar, and under the row's name stands what is not."""
    figure = drawn(MATRIX, {"rows": [a_row("water", *shares)]})

    assert [True, True] == [said in plot and "<rect" in plot for plot in figure.plots]


def test_a_row_that_is_hidden_whole_stands_in_the_table() -> None:
    """It is named, with the reason in place of its figures."""
    rows = [a_row("water", 0.1, 0.1, 0.2, 0.3, 0.3), {"row": "roads", "n": None, "suppressed": True}]
    figure = drawn(MATRIX, {"rows": rows})

    assert ("Пътища", "скрито поради малък брой") in figure.table.rows


def test_who_answered_is_counted_as_given() -> None:
    """Weighted shares of what is weighted to are the census: counts are shown, without weights and intervals."""
    choices = [
        {"code": "young", "count": 20, "share": 0.5, "low": 0.4, "high": 0.6},
        {"code": "old", "count": 80, "share": 0.5, "low": 0.4, "high": 0.6},
    ]
    figure = drawn(AGE, {"choices": choices}, ("age",))

    assert (("Отговор", "Брой", "Дял"), (("стари", "80", "80\u00a0%"), ("млади", "20", "20\u00a0%")), True) == (
        figure.table.heads,
        figure.table.rows,
        "без претегляне" in figure.sub,
    )


def test_what_is_hidden_stays_hidden_as_given() -> None:
    """No share is made of a count that is kept back."""
    given = as_given({"n": 10, "choices": [{"code": "a"} | HIDDEN], "by": [{"code": "x", "n": None}]})

    assert None is given["choices"][0]["share"]


class Starting(FakeBackend):
    """A survey of so few answers that no question has figures."""

    def results(self, survey: str, by: str | None, weighted: str) -> Json | None:
        found = super().results(survey, by, weighted)
        return found and {**found, "responses": 12, "published": 0, "questions": [], "weighting": None}


async def test_a_survey_of_few_answers_says_that_figures_will_come(tmp_path: Path) -> None:
    """There is no head over nothing."""
    async with pages_client(tmp_path, Starting()) as client:
        shown = await client.get(f"{SURVEY}/results")

    parts = ("Още няма резултати за показване", "Какво отговориха хората", "Покажи по")
    assert [True, False, False] == [part in shown.text for part in parts]


@pytest.mark.parametrize(
    ("person", "said"),
    [
        (None, False),
        (Person("Мария", frozenset({"expert"})), True),
        (Person("Иван", frozenset({"administrator"})), False),
    ],
)
async def test_who_sees_more_than_the_public_is_told_so(tmp_path: Path, person: Person | None, said: bool) -> None:  # noqa: FBT001 - a case of the table
    """Experts are shown every answer at once; others are not."""
    async with pages_client(tmp_path, person=person) as client:
        shown = await client.get(f"{SURVEY}/results")

    assert said == ("Виждате числата за служители" in shown.text)


@pytest.mark.parametrize("page", ["/surveys", SURVEY, f"{SURVEY}/results"])
@pytest.mark.parametrize("example", [True, False])
async def test_only_examples_are_called_so(tmp_path: Path, page: str, example: bool) -> None:  # noqa: FBT001 - a case of the table
    """A note alone stands by itself."""
    backend = FakeBackend()
    backend.surveys["vision-2020"] |= {"example": example, "note": {"bg": "Бележка."}}
    async with pages_client(tmp_path, backend) as client:
        shown = await client.get(page)

    assert example == ("римерни отговори" in shown.text)
