"""The table of promises in docs/reliability.md is what the tests say."""

from tests.promises import PAGE, page_with_table


def test_the_table_of_promises_is_what_the_tests_say() -> None:
    """Made by `python -m tests.promises` after a test of a promise has come, gone or been renamed."""
    assert page_with_table() == PAGE.read_text("utf-8")
