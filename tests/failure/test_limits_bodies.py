"""Bodies that are too large, by count and not by what they say of themselves: told so, and not read on."""

import socket
from collections.abc import Iterator

import pytest

from tests.failure.flooded import MEGABYTE, Flooded, flooded
from tests.running import ROOT
from tests.system.test_the_loop import SURVEY

PIECE = b"x" * 65_536
SURELY_TOO_MUCH = 400 * MEGABYTE


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flooded]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        with flooded(tmp_path_factory.mktemp("bodies") / "data") as process:
            yield process


def on_the_wire(running: Flooded, method: str, path: str, headers: str, *, chunked: bool) -> tuple[bytes, int]:
    """Send a body without end until the server has had enough; return the answer's first line and what was sent."""
    sent = 0
    with socket.create_connection(("127.0.0.1", running.port), timeout=60) as wire:
        wire.sendall(f"{method} /api/v1{path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode())
        piece = b"%x\r\n%b\r\n" % (len(PIECE), PIECE) if chunked else PIECE
        try:
            while sent < SURELY_TOO_MUCH:
                wire.sendall(piece)
                sent += len(PIECE)
        except (BrokenPipeError, ConnectionResetError):
            pass  # It was closed on us.
        try:
            return wire.recv(4096).partition(b"\r\n")[0], sent
        except ConnectionResetError:
            return b"", sent


CHUNKED = "Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n"
AS_BIG = f"Content-Length: {SURELY_TOO_MUCH}\r\nContent-Type: application/json\r\n"
"""A body that says how large it is, and one that does not."""


@pytest.mark.slow
@pytest.mark.parametrize(("headers", "chunked"), [(CHUNKED, True), (AS_BIG, False)], ids=["chunked", "declared"])
@pytest.mark.parametrize("path", [f"/surveys/{SURVEY}/responses/{'b' * 22}", f"/surveys/{SURVEY}/drafts/{'b' * 22}"])
def test_a_body_without_end_is_not_read_on(running: Flooded, path: str, headers: str, *, chunked: bool) -> None:
    """P-33: a body over 1 MB, counted while it comes, is 413 or cut off, and what follows is not read."""
    memory = running.memory()

    answer, sent = on_the_wire(running, "PUT", path, headers, chunked=chunked)
    grown = running.memory() - memory

    assert answer in {b"HTTP/1.1 413 Request Entity Too Large", b"HTTP/1.1 413 Content Too Large", b""}
    assert sent < SURELY_TOO_MUCH // 4
    assert grown < 50 * MEGABYTE


def told(running: Flooded, path: str, size: int, *, chunked: bool) -> int:
    """Send a body of so many bytes as the owner and return the status."""

    def pieces() -> Iterator[bytes]:
        for start in range(0, size, len(PIECE)):
            yield PIECE[: size - start]

    with running.owner() as owner:
        content = pieces() if chunked else b"x" * size
        return owner.post(path, content=content, headers={"content-type": "application/octet-stream"}).status_code


@pytest.mark.slow
@pytest.mark.parametrize("chunked", [False, True], ids=["declared", "chunked"])
def test_files_may_have_twenty_megabytes_and_no_more(running: Flooded, *, chunked: bool) -> None:
    """P-33: a file just under 20 MB is read (and is no table: 422), one just over it is 413, declared or chunked."""
    path = "/values/import?name=values.csv"

    statuses = [told(running, path, size, chunked=chunked) for size in (19_900_000, 20_100_000)]

    assert [422, 413] == statuses


@pytest.mark.slow
def test_an_answer_may_have_a_megabyte_and_no_more(running: Flooded) -> None:
    """P-33: a body just under 1 MB is read (and is no JSON: 422), one just over it is 413."""
    path, headers = f"/surveys/{SURVEY}/responses/{'m' * 22}", {"content-type": "application/json"}

    with running.owner() as owner:
        statuses = [owner.put(path, content=b"x" * size, headers=headers).status_code for size in (999_000, 1_001_000)]

    assert [422, 413] == statuses
