"""Rules of the whole suite."""

import pytest

LAST = ("tests/failure/", "tests/browser/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run quick tests first, and those in the browser last: its driver keeps a running event loop in this thread."""
    items.sort(key=lambda item: next((place for place, part in enumerate(LAST, 1) if part in item.nodeid), 0))
