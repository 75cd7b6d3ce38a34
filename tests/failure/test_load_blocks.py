"""Long work gives way: no piece of it keeps everybody else from the event loop for long."""

from pathlib import Path

import pytest

from tests.failure.pieces import longest_piece
from tests.failure.test_load_survey import a_file
from tests.system.conftest import a_town, load_balchik
from tests.system.test_the_loop import SURVEY

ROWS = 8_000
LONGEST_S = 0.25
"""Of the thread's own time, whatever else the machine does; 50 ms is what pieces take, several may join in one turn."""


@pytest.mark.slow
async def test_importing_and_exporting_many_responses_gives_way(tmp_path: Path) -> None:
    """P-37: while thousands of responses are imported, counted and exported, others get turns of the event loop."""
    path = f"/surveys/{SURVEY}/responses"
    async with a_town(tmp_path / "data") as town, longest_piece() as longest:
        await load_balchik(town)
        longest[0] = 0.0
        told = await town.done("expert", "POST", f"{path}/import?name=responses.csv", content=a_file(ROWS))
        await town.settle()
        imported, longest[0] = longest[0], 0.0
        written = await town.ask("expert", "GET", f"{path}.csv")
        workbook = await town.ask("expert", "GET", f"{path}.xlsx")
        exported = longest[0]

    assert (ROWS, 200, 200) == (told["accepted"], written.status_code, workbook.status_code)
    assert imported < LONGEST_S, imported
    assert exported < LONGEST_S, exported
