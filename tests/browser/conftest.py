"""A chromium and the pages over made-up figures, for the browser tests."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright

from tests.browser.fixtures import FakeBackend
from tests.browser.preview import preview
from tests.browser.shots import CHROMIUM, FLAGS


@dataclass(frozen=True)
class Served:
    """The pages as they are served to the browser, and the backend behind them."""

    url: str
    backend: FakeBackend


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip(f"there is no {CHROMIUM}")  # a contributor's machine may have none; CI installs it
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    backend = FakeBackend()
    config = uvicorn.Config(preview(backend, tmp_path), port=0, log_level="warning", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Served(f"http://127.0.0.1:{port}", backend)
    server.should_exit = True
    thread.join(10)
