"""The command line prints what it is given: brackets are text, not markup."""

import pytest

from deploy.cli.speech import print_table, tell
from shared.errors import Invalid
from shared.language import Text

ODD = "[/] [red]план[/red].csv"


def test_a_table_shows_brackets(capsys: pytest.CaptureFixture[str]) -> None:
    """A name with brackets stands in the table as it is."""
    print_table("t", ("name",), [(ODD,)])

    assert ODD in capsys.readouterr().out


def test_an_error_shows_brackets(capsys: pytest.CaptureFixture[str]) -> None:
    """An error about such a file names it as it is."""
    tell(Invalid(Text(bg=f"„{ODD}“ не се чете.", en=f"“{ODD}” can't be read.")))

    assert ODD in capsys.readouterr().err
