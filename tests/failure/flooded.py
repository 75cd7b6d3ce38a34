"""A real process that is looked at from outside while it is flooded: its memory, its files, and who asks it what."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.failure.flood import a_request
from tests.running import Process, ask, load
from tests.system.test_the_loop import SURVEY, an_answer

MEGABYTE = 1024 * 1024


class Flooded(Process):
    """A `megdan up` with settings of its own."""

    def __init__(self, data: Path, **settings: str) -> None:
        super().__init__(data)
        self._settings = settings

    def environment(self) -> dict[str, str]:
        return {**super().environment(), **self._settings}

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def memory(self) -> int:
        """Bytes that it holds now."""
        return int(self._of_the_system("statm").read_text().split()[1]) * resource.getpagesize()

    def files(self) -> int:
        """Files and sockets that it has open."""
        return len(list(self._of_the_system("fd").iterdir()))

    def _of_the_system(self, name: str) -> Path:
        assert self.process is not None
        return Path("/proc", str(self.process.pid), name)

    def client(self, address: str = "127.0.0.1", timeout: float = 60) -> httpx.Client:
        """A client at an address of this machine; only 127.0.0.1 is the machine itself."""
        transport = httpx.HTTPTransport(local_address=address)
        return httpx.Client(transport=transport, base_url=f"{self.url}/api/v1", timeout=timeout)

    def responses(self) -> int:
        with self.owner() as owner:
            return int(ask(owner, "GET", f"/surveys/{SURVEY}/results")["responses"])


@contextmanager
def flooded(data: Path, **settings: str) -> Iterator[Flooded]:
    """Run an installation with Balchik's plan and an open survey; there may be as many sockets as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    process = Flooded(data, **settings)
    try:
        process.start()
        with process.owner() as owner:
            load(owner)
        yield process
        if process.is_running:
            process.stop()
    finally:
        if process.is_running:
            process.kill()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def a_submission(number: int, whose: str = "a", **headers: str) -> bytes:
    """A request that gives a response; `whose` tells its ids from others'."""
    path = f"/surveys/{SURVEY}/responses/{whose:x<4}{number:018d}"
    return a_request("PUT", path, an_answer(number), **headers)
