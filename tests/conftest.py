"""Rules of the whole suite."""

import os

import pytest
from hypothesis import settings

# In CI the same examples are tried each time, so that a red run is the change's own; at a desk they are new each time.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("desk", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "desk")

LAST = ("tests/failure/", "tests/browser/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run quick tests first, and those in the browser last: its driver keeps a running event loop in this thread."""
    items.sort(key=lambda item: next((place for place, part in enumerate(LAST, 1) if part in item.nodeid), 0))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--nightly", action="store_true", help="try many more seeds, as a night has time for")
    parser.addoption("--seed", type=int, help="try this seed alone: it repeats a failure")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give `seed` to tests marked seeds(ci, nightly): that many, or the one that is asked for."""
    if (mark := metafunc.definition.get_closest_marker("seeds")) is None:
        return
    ci, nightly = mark.args
    alone = metafunc.config.getoption("seed")
    many = nightly if metafunc.config.getoption("nightly") else ci
    metafunc.parametrize("seed", range(many) if alone is None else [alone])
