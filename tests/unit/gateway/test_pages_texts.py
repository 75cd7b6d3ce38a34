"""Pages of text on an installation that has named neither a telephone nor an address."""

from pathlib import Path

import pytest

from services.gateway.pages import Look
from shared.language import Text
from tests.unit.gateway.pages_client import pages_client

BARE = Look(municipality=Text(bg="Община Пример", en="Municipality of Example"))


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("/help", "Обърнете се към Община Пример."),
        ("/accessibility", "Обърнете се към Община Пример и ще дадем същото по друг начин."),
        ("/privacy", "Администратор на личните данни е Община Пример."),
        ("/en/privacy", "The controller of personal data is Municipality of Example."),
    ],
)
async def test_whom_to_turn_to_is_named(tmp_path: Path, page: str, said: str) -> None:
    """The municipality is named where its reader is to turn to it."""
    async with pages_client(tmp_path, look=BARE) as client:
        shown = await client.get(page)

    assert said in shown.text


async def test_how_to_reach_them_is_shown(tmp_path: Path) -> None:
    """Telephone and address stand beside, as links."""
    async with pages_client(tmp_path) as client:
        shown = await client.get("/accessibility")

    main = shown.text.partition("<footer")[0]
    assert (True, True) == ('href="tel:057971030"' in main, 'href="mailto:megdan@example.org"' in main)


async def test_a_withdrawal_promises_the_public_only_the_next_step(tmp_path: Path) -> None:
    """Staff stop counting at once; public figures do not move for one answer alone."""
    async with pages_client(tmp_path) as client:
        shown = await client.get("/withdraw")

    assert "Публичните числа се променят на стъпки и ще го изключат при следващата." in shown.text
